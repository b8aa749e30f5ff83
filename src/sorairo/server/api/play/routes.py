"""Routes of sessions of play."""

from __future__ import annotations

import secrets
import tempfile
from functools import partial
from pathlib import Path as FilePath
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from starlette.concurrency import run_in_threadpool

from sorairo.play.session_limits import MAX_SEED
from sorairo.server.api.dependencies import Owner, fields_of, service_of, viewer_of
from sorairo.server.api.errors import ApiError
from sorairo.server.api.fields.table import Endpoint
from sorairo.server.api.json_response import SafeJSONResponse
from sorairo.server.api.play.worlds import described, world_named, worlds
from sorairo.server.api.quotas import check_disk_space, quota_of
from sorairo.server.imports.importer import Importer
from sorairo.server.imports.records import Record
from sorairo.server.play.process import PlayProcessError
from sorairo.server.play.sessions import RESUME_SECONDS, HostedSession

router = APIRouter(prefix="/v1")
SessionId = Annotated[str, Path(description="The id of a session of play.")]


@router.get("/play/worlds")
def list_worlds(request: Request, _owner: Owner) -> dict[str, Any]:
    """The worlds that can be played here, with their actions and modes."""
    found = worlds(service_of(request).play)
    return {"object": "list", "data": [described(each) for each in found.values()]}


@router.post("/play/sessions")
async def create_session(request: Request, owner: Owner) -> dict[str, Any]:
    """Begins a session of play. It is played on a WebSocket at its `socket`, whose first message is
    `{"type": "hello", "token": TOKEN}`; the same token resumes it after a lost connection."""
    fields = await fields_of(request, Endpoint.PLAY)
    sessions = service_of(request).play
    facts = await run_in_threadpool(world_named, sessions, fields.get("world"))
    mode = fields.get("mode", facts.modes[0])
    if mode not in facts.modes:
        raise fields.error(
            "mode", f"The world {facts.name} has no mode {mode} here: {', '.join(facts.modes)}."
        )
    begin = {
        "world": facts.model or facts.name,
        "mode": mode,
        "seed": fields.get("seed", secrets.randbelow(MAX_SEED)),
        "prompt": fields.get("prompt", ""),
    }
    session = sessions.create(owner, begin, facts)
    return {**_described(session), "token": session.token}


@router.get("/play/sessions/{session_id}")
async def get_session(request: Request, owner: Owner, session_id: SessionId) -> dict[str, Any]:
    """Responds with a session, without its token."""
    return _described(_session_of(request, owner, session_id))


@router.delete("/play/sessions/{session_id}")
async def end_session(request: Request, owner: Owner, session_id: SessionId) -> dict[str, Any]:
    """Ends a session."""
    session = _session_of(request, owner, session_id)
    service_of(request).play.end(session)
    return {"id": session.id, "object": "play.session.deleted", "deleted": True}


@router.post("/play/sessions/{session_id}/video")
async def keep_session(request: Request, owner: Owner, session_id: SessionId) -> SafeJSONResponse:
    """Puts what was played into the library, as a finished video that can be extended, edited and
    looped. Its recipe has the seed and all actions."""
    session = _session_of(request, owner, session_id)
    if session.process is None:
        message = "Nothing has been played yet: connect to the session, then take a step."
        raise ApiError(400, message, code="not_ready")
    await run_in_threadpool(check_disk_space, service_of(request))
    with tempfile.TemporaryDirectory(prefix="sorairo-play-") as folder:
        path = FilePath(folder) / "played.mp4"
        try:
            header, _ = await session.process.ask({"do": "save", "path": str(path)})
        except PlayProcessError as error:
            raise ApiError(404, "The session has ended.", code="not_found") from error
        if "error" in header:
            raise ApiError(400, header["error"], code="invalid_value")
        keep = partial(_keep, request, owner, path, header["recipe"])
        return await run_in_threadpool(keep)


def _keep(request: Request, owner: str, path: FilePath, recipe: dict[str, Any]) -> SafeJSONResponse:
    service = service_of(request)
    most = quota_of(service, owner).most_bytes
    importer = Importer(queue=service.queue, media=service.media, owner=owner, most_bytes=most)
    prompt = recipe.get("prompt", "")
    record = Record(prompt=prompt, seed=recipe.get("seed"), model=recipe["world"])
    name = f"{recipe['world']}, {len(recipe['actions'])} steps"
    found = importer.add(path, record, name=name, source={"played": recipe})
    return SafeJSONResponse(viewer_of(request)(found.job))


def _session_of(request: Request, owner: str, session_id: str) -> HostedSession:
    found = service_of(request).play.get(session_id, owner)
    if found is None:
        message = f"There is no session '{session_id[:80]}': it may have ended. Begin a new one."
        raise ApiError(404, message, param="session_id", code="not_found")
    return found


def _described(session: HostedSession) -> dict[str, Any]:
    return {
        "id": session.id,
        "object": "play.session",
        "world": session.facts.name,
        "created_at": int(session.created_at),
        "socket": f"v1/play/sessions/{session.id}/socket",
        "connected": session.connected,
        "resumable_seconds": int(RESUME_SECONDS),
    }
