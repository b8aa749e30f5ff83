"""Routes of characters: short clips whose objects can be shown again in other videos."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from starlette.concurrency import run_in_threadpool

from sorairo.errors import QuotaError
from sorairo.generation.requests.characters import CastRequest
from sorairo.jobs.characters import Character, clip_name, new_character_id
from sorairo.notes import Note
from sorairo.server.api.dependencies import Owner, character_of, clip_of, fields_of, service_of
from sorairo.server.api.errors import ApiError
from sorairo.server.api.fields.parsing import Fields
from sorairo.server.api.fields.references import VideoReference
from sorairo.server.api.fields.table import Endpoint
from sorairo.server.api.given_clips import check_given, inspected
from sorairo.server.api.quotas import check_disk_space, quota_of
from sorairo.server.api.uploaded_file import Upload

router = APIRouter(prefix="/v1")
CharacterId = Annotated[str, Path(description="The id of a character.")]


@router.post("/videos/characters")
async def create_character(request: Request, owner: Owner) -> dict[str, Any]:
    """Stores a character from `name` and `video`, a file or the id of a finished video. Clients
    must have the right to use the material."""
    fields = await fields_of(request, Endpoint.CHARACTER)
    character = await run_in_threadpool(_create, request, owner, fields)
    ignored = {"ignored": list(fields.ignored)} if fields.ignored else {}
    return {**_character_object(character), **ignored}


@router.get("/videos/characters")
def list_characters(
    request: Request,
    owner: Owner,
    limit: int = Query(20, ge=0, le=100, description="How many characters a page has."),
    after: str | None = Query(None, description="The last id of the page before."),
) -> dict[str, Any]:
    """Lists the characters of the key, newest first, page by page."""
    page = service_of(request).characters.page(owner, limit=limit, after=after)
    if page is None:
        message = Note(
            f"'after': there is no character '{(after or '')[:80]}'.",
            "no_character",
            id=(after or "")[:80],
        )
        raise ApiError(400, message, param="after", code="invalid_value")
    data = [_character_object(each) for each in page[0]]
    first, last = (data[0]["id"], data[-1]["id"]) if data else (None, None)
    ends = {"first_id": first, "last_id": last, "has_more": page[1]}
    return {"object": "list", "data": data, **ends}


@router.get("/videos/characters/{character_id}")
def get_character(request: Request, owner: Owner, character_id: CharacterId) -> dict[str, Any]:
    """Responds with a character."""
    return _character_object(character_of(request, owner, character_id))


@router.delete("/videos/characters/{character_id}")
def delete_character(request: Request, owner: Owner, character_id: CharacterId) -> dict[str, Any]:
    """Deletes a character and its clip. Videos that show it are not changed."""
    found, service = character_of(request, owner, character_id), service_of(request)
    service.characters.remove(found.id, owner)
    service.media.try_delete_folder(found.id)
    return {"id": found.id, "object": "character.deleted", "deleted": True}


def _create(request: Request, owner: str, fields: Fields) -> Character:
    service, name, video = service_of(request), fields.get("name").strip(), fields.get("video")
    check_disk_space(service)
    clip, source = None, None
    if isinstance(video, VideoReference):
        _, clip = clip_of(request, owner, video)
        source = video.id
        size = service.media.size(clip) or 0
    else:
        infos, size = [inspected(video, fields.sent_as.get("video", "video"))], len(video.data)
        check_given(CastRequest(), infos, "video", service.limits)
    most = quota_of(service, owner).most_bytes
    service.storage.check(owner, size, most)  # before the file is written
    character = new_character_id()
    path = clip_name(character)
    if isinstance(video, Upload):
        service.media.put(path, video.data)
    elif clip is not None:
        service.media.copy(clip, path)
    try:
        return service.characters.add(
            character, name, owner, size=size, video=source, most_bytes=most
        )
    except QuotaError:
        service.media.try_delete_folder(character)
        raise


def _character_object(character: Character) -> dict[str, Any]:
    return {
        "id": character.id,
        "object": "character",
        "name": character.name,
        "created_at": int(character.created_at),
    }
