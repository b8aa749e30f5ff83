"""Authentication by API key."""

from __future__ import annotations

from collections.abc import Mapping

from sorairo.jobs.keys import ApiKeyStore
from sorairo.notes import Note
from sorairo.server.api.errors import ApiError

ANONYMOUS = ""  # the owner of jobs that were submitted without a key
KEY_HEADERS = ("api-key", "x-api-key")  # Azure's clients send the first instead of a bearer token


def authenticate(headers: Mapping[str, str], keys: ApiKeyStore, *, required: bool) -> str:
    """The id of the key that a request was sent with, which owns the jobs of the request.

    Unless a key is `required`, every request is ANONYMOUS. Raises ApiError.
    """
    if not required:
        return ANONYMOUS
    secret = _secret_of(headers)
    if not secret:
        raise ApiError(
            401,
            Note(
                "This server requires a key: send `Authorization: Bearer KEY`; `sorairo keys"
                " create`"
                " makes one.",
                "missing_api_key",
            ),
            code="missing_api_key",
        )
    owner = keys.find_owner(secret)
    if owner is None:
        raise ApiError(
            401, Note("The key is not valid.", "invalid_api_key"), code="invalid_api_key"
        )
    return owner


def _secret_of(headers: Mapping[str, str]) -> str:
    """The key of a request: `Authorization: Bearer KEY`, or one of KEY_HEADERS."""
    scheme, _, secret = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and secret.strip():
        return secret.strip()
    return next((headers[name].strip() for name in KEY_HEADERS if headers.get(name)), "")
