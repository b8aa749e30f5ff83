"""Authentication by API key."""

from __future__ import annotations

from sorairo.jobs.keys import ApiKeyStore
from sorairo.server.api.errors import ApiError

ANONYMOUS = ""  # the owner of jobs that were submitted without a key


def authenticate(authorization: str | None, keys: ApiKeyStore, *, allow_anonymous: bool) -> str:
    """The id of the key in an Authorization header, which owns the jobs of the request.

    With `allow_anonymous`, every request is ANONYMOUS until the first key exists. Raises ApiError.
    """
    if allow_anonymous and not keys.any_exist():
        return ANONYMOUS
    scheme, _, secret = (authorization or "").partition(" ")
    if scheme.lower() != "bearer" or not secret.strip():
        raise ApiError(
            401,
            "This server requires a key: send `Authorization: Bearer KEY`; `sorairo keys create`"
            " makes one.",
            code="missing_api_key",
        )
    owner = keys.find_owner(secret.strip())
    if owner is None:
        raise ApiError(401, "The key is not valid.", code="invalid_api_key")
    return owner
