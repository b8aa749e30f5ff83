"""Routes by which an administrator's key lists, creates and revokes keys.

No request without such a key can use them, even while the server requires none: the first one is
made by `sorairo keys create --admin` on the machine of the server.
"""

from __future__ import annotations

import logging
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from starlette.concurrency import run_in_threadpool

from sorairo.jobs.keys import ApiKey, Quota
from sorairo.notes import Note
from sorairo.server.api.dependencies import Owner, fields_of, service_of
from sorairo.server.api.errors import ApiError
from sorairo.server.api.fields.parsing import Fields
from sorairo.server.api.fields.table import Endpoint
from sorairo.server.api.json_response import SafeJSONResponse

router = APIRouter(prefix="/v1")
logger = logging.getLogger(__name__)
KeyId = Annotated[str, Path(description="The id of a key.")]


@router.get("/keys")
def list_keys(request: Request, owner: Owner) -> dict[str, Any]:
    """Lists all keys, newest first, without their secrets. Needs an administrator's key."""
    _check_admin(request, owner)
    found = reversed(service_of(request).keys.all_keys())
    return {"object": "list", "data": [_key_object(each) for each in found]}


@router.post("/keys")
async def create_key(request: Request, owner: Owner) -> SafeJSONResponse:
    """Creates a key. The response has its secret as `key`, which cannot be read again. Needs an
    administrator's key."""
    await run_in_threadpool(_check_admin, request, owner)
    fields = await fields_of(request, Endpoint.KEY)
    return await run_in_threadpool(_create, request, owner, fields)


@router.delete("/keys/{key_id}")
def revoke_key(request: Request, owner: Owner, key_id: KeyId) -> dict[str, Any]:
    """Revokes a key: requests with it are refused from now on, and its videos are kept. Needs
    another key, an administrator's."""
    _check_admin(request, owner)
    if key_id == owner:
        message = Note(
            "This is the key of the request: revoke it with another administrator's key, or with"
            f" `sorairo keys revoke {owner}`.",
            "own_key",
            id=owner,
        )
        raise ApiError(409, message, param="key_id", code="own_key")
    if not service_of(request).keys.revoke(key_id):
        message = Note(f"There is no valid key '{key_id[:80]}'.", "no_key", id=key_id[:80])
        raise ApiError(404, message, param="key_id", code="not_found")
    logger.info("the key %s was revoked by %s", key_id, owner)
    return {"id": key_id, "object": "key.deleted", "deleted": True}


def _check_admin(request: Request, owner: str) -> None:
    """Raises ApiError unless the key of the request is an administrator's."""
    key = service_of(request).keys.find(owner)
    if key is None or not key.admin:
        message = Note(
            "Keys are managed with an administrator's key only: `sorairo keys create --name NAME"
            " --admin` makes one on the machine of the server.",
            "admin_key_required",
        )
        raise ApiError(403, message, code="admin_key_required")


def _create(request: Request, owner: str, fields: Fields) -> SafeJSONResponse:
    quota = Quota(
        most_waiting=fields.get("most_jobs"),
        most_cost=fields.get("most_pixel_seconds"),
        most_bytes=fields.get("most_bytes"),
    )
    name, admin = fields.get("name").strip(), fields.get("admin", False)
    key, secret = service_of(request).keys.create(name, quota, admin=admin)
    logger.info("the key %s (%r, admin: %s) was created by %s", key.id, name, admin, owner)
    ignored = {"ignored": list(fields.ignored)} if fields.ignored else {}
    headers = {"cache-control": "no-store"}  # no cache keeps the secret
    return SafeJSONResponse({**_key_object(key), "key": secret, **ignored}, headers=headers)


def _key_object(key: ApiKey) -> dict[str, Any]:
    quota = key.quota
    return {
        "id": key.id,
        "object": "key",
        "name": key.name,
        "admin": key.admin,
        "created_at": int(key.created_at),
        "revoked_at": None if key.revoked_at is None else int(key.revoked_at),
        "quota": {
            "jobs": quota.most_waiting,
            "pixel_seconds_per_day": quota.most_cost,
            "bytes": None if quota.most_bytes is None else int(quota.most_bytes),
        },
    }
