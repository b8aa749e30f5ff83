"""Branching films to take away: a zip that plays in any browser, without a server."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse
from starlette.concurrency import run_in_threadpool

from sorairo.notes import Note
from sorairo.server.api.dependencies import Owner, clip_of, fields_of, service_of
from sorairo.server.api.fields.parsing import Fields
from sorairo.server.api.fields.references import VideoReference
from sorairo.server.api.fields.table import Endpoint
from sorairo.server.api.library.downloads.zip_stream import ZipStream
from sorairo.server.api.service import Service

PLAYER = files("sorairo.server.studio").joinpath("film_player.html")
FILM = "/*FILM*/null"  # where the player has its film
ZIP = "application/zip"

router = APIRouter(prefix="/v1")


@router.post("/videos/films")
async def export_film(request: Request, owner: Owner) -> StreamingResponse:
    """Downloads a film in which the viewer chooses the way, as a zip: a folder with `index.html`,
    which plays it in any browser, the `clips`, and `film.json`."""
    fields = await fields_of(request, Endpoint.FILM)
    scenes, clips = await run_in_threadpool(_scenes, request, owner, fields)
    film = {"title": fields.get("title") or "Film", "scenes": scenes}
    headers = {"content-disposition": 'attachment; filename="film.zip"'}
    parts = _archive(service_of(request), film, clips)
    return StreamingResponse(parts, media_type=ZIP, headers=headers)


def _scenes(
    request: Request, owner: str, fields: Fields
) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """The scenes as the player reads them, and the clips: by their names in the zip, those in the
    media store. Raises ApiError."""
    given: Sequence[dict[str, Any]] = fields.require("scenes")
    _check_tree(fields, given)
    scenes, clips = [], {}
    for each in given:
        job, path = clip_of(request, owner, VideoReference(each["video"]))
        name = f"clips/{job.id}.mp4"
        clips[name] = path
        texts = {key: each[key] for key in ("from", "choice", "prompt") if each.get(key)}
        scenes.append({"id": each["id"], "clip": name, **texts})
    return scenes, clips


def _check_tree(fields: Fields, scenes: Sequence[Mapping[str, Any]]) -> None:
    """Raises ApiError unless every scene is reached, on one way, from the one that is first."""
    ids = [each["id"] for each in scenes]
    if len(set(ids)) < len(ids):
        raise fields.error(
            "scenes", Note("Two 'scenes' have the same 'id': give each its own.", "scene_ids")
        )
    firsts = [each["id"] for each in scenes if not each.get("from")]
    if len(firsts) != 1:
        message = Note(
            f"One of the 'scenes' must have no 'from': the first one; {len(firsts)} have none.",
            "scene_first",
            firsts=len(firsts),
        )
        raise fields.error("scenes", message)
    reached = set(firsts)
    while found := {s["id"] for s in scenes if s.get("from") in reached} - reached:
        reached |= found
    if lost := [each for each in ids if each not in reached]:
        message = Note(
            f"The scene '{lost[0][:80]}' of 'scenes' is never reached: correct its 'from'.",
            "scene_lost",
            scene=lost[0][:80],
        )
        raise fields.error("scenes", message)


def _archive(
    service: Service, film: Mapping[str, Any], clips: Mapping[str, str]
) -> Iterator[bytes]:
    stream, now = ZipStream(), time.time()
    text = json.dumps(film, ensure_ascii=False, indent=1)
    inside = text.replace("<", "\\u003c")  # nothing of it ends the script
    page = PLAYER.read_text(encoding="utf-8").replace(FILM, inside)
    yield from stream.add("film/index.html", [page.encode()], now)
    yield from stream.add("film/film.json", [text.encode()], now)
    for name, path in clips.items():
        yield from stream.add(f"film/{name}", service.media.read(path), now)
    yield from stream.end()
