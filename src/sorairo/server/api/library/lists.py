"""Lists of videos: pages, search and filters; and the tags that exist."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request

from sorairo.errors import RequestError
from sorairo.jobs.library.listing import JobFilter, Sort
from sorairo.notes import Note, sentence_of
from sorairo.server.api.dependencies import Owner, service_of, viewer_of
from sorairo.server.api.errors import ApiError
from sorairo.server.api.json_response import SafeJSONResponse
from sorairo.server.video_object import IMAGE_PREFIX, STATUS

MAX_SEARCH = 500  # characters
STATES = {shown: stored for stored, shown in STATUS.items()}
Status = Literal["queued", "in_progress", "completed", "failed"]

router = APIRouter(prefix="/v1")


def _filter(
    owner: Owner,
    q: str = Query("", description="Words that the prompt or the tags contain, in any order."),
    tag: list[str] = Query([], description="Only videos with this tag; repeatable."),
    model: str = Query("", description="Only videos of this model, as the request named it."),
    kind: list[str] = Query(
        [], description="Only videos that this command made, such as `extend`; repeatable."
    ),
    status: list[Status] = Query([], description="Only videos with this status; repeatable."),
    favourite: bool | None = Query(None, description="Only videos that are marked, or are not."),
    trashed: bool = Query(False, description="The videos in the trash instead of all others."),
) -> JobFilter:
    """The videos that the query of a request asks for. Raises ApiError."""
    if len(q) > MAX_SEARCH:
        message = Note(
            f"'q' has {len(q)} characters: search for at most {MAX_SEARCH}.",
            "search_too_long",
            characters=len(q),
            most=MAX_SEARCH,
        )
        raise ApiError(400, message, param="q", code="invalid_value")
    for name, texts in (("q", [q]), ("tag", tag), ("model", [model]), ("kind", kind)):
        if not all(text.isprintable() for text in texts):  # PostgreSQL rejects NUL
            message = Note(
                f"'{name}' has characters that cannot be printed: remove them.",
                "search_unprintable",
            )
            raise ApiError(400, message, param=name, code="invalid_value")
    return JobFilter(
        owner=owner,
        hidden=IMAGE_PREFIX,
        text=q,
        tags=tuple(tag),
        model=model,
        kind=tuple(kind),
        status=tuple(STATES[each] for each in status),
        favourite=favourite,
        trashed=trashed,
    )


Wanted = Annotated[JobFilter, Depends(_filter)]
"""A route parameter: the videos that the query of a request asks for."""


@router.get("/videos")
def list_videos(
    request: Request,
    wanted: Wanted,
    limit: int = Query(20, ge=0, le=100, description="How many videos a page has."),
    order: Literal["asc", "desc"] = Query("desc", description="Oldest first, or newest first."),
    sort: Literal["added", "created"] = Query(
        "added",
        description="By when videos were added, or by when they were created, also elsewhere.",
    ),
    after: str | None = Query(
        None, description="The last id of the page before; its video may be deleted meanwhile."
    ),
) -> SafeJSONResponse:
    """Lists the videos of the key, page by page: all of them, or those that the query asks for."""
    try:
        found, more = service_of(request).library.page(
            wanted, limit=limit, after=after, newest_first=order == "desc", sort=Sort(sort)
        )
    except RequestError as error:
        name = "after" if sentence_of(error).startswith("'after'") else "tag"
        raise ApiError(400, sentence_of(error), param=name, code="invalid_value") from error
    data = list(map(viewer_of(request), found))
    first, last = (data[0]["id"], data[-1]["id"]) if data else (None, None)
    ends = {"first_id": first, "last_id": last, "has_more": more}
    return SafeJSONResponse({"object": "list", "data": data, **ends})


@router.get("/videos/tags")
def list_tags(request: Request, owner: Owner) -> dict[str, Any]:
    """Lists the tags of the videos of the key, the most frequent first."""
    found = service_of(request).library.tags(owner)
    data = [{"id": tag, "object": "video.tag", "count": count} for tag, count in found]
    return {"object": "list", "data": data}
