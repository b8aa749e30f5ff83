"""Whose request it is."""

from __future__ import annotations

from sorairo.jobs.keys import KeyRing
from sorairo.server.api.errors import ApiError

NOBODY = ""  # who owns jobs while no key is needed


def owner_of(authorization: str | None, ring: KeyRing, *, always: bool) -> str:
    """The key that a request names. Without any key in the ring everybody is NOBODY, unless a key
    is `always` needed. Raises ApiError."""
    if not always and not ring.exist():
        return NOBODY
    kind, _, secret = (authorization or "").partition(" ")
    if kind.lower() != "bearer" or not secret.strip():
        raise ApiError(
            401,
            "This server needs a key: send `Authorization: Bearer KEY`; `sorairo keys create` makes"
            " one.",
            code="missing_api_key",
        )
    owner = ring.owner(secret.strip())
    if owner is None:
        raise ApiError(401, "That key is not valid here.", code="invalid_api_key")
    return owner
