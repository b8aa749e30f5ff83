"""Routes of the page of play, and of the files of both pages."""

from __future__ import annotations

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

from sorairo.notes import Note
from sorairo.server.api.errors import ApiError
from sorairo.server.player.assets import player
from sorairo.server.studio.assets import POLICY, WebPage, studio

router = APIRouter(include_in_schema=False)
KEEP = "public, immutable, max-age=31536000"  # the address names the contents


def page_response(page: WebPage) -> Response:
    """A page."""
    headers = {"content-security-policy": POLICY, "cache-control": "no-cache", "vary": "accept"}
    return HTMLResponse(page.index, headers=headers)


@router.get("/play")
def get_player() -> Response:
    """The page of play."""
    return page_response(player())


@router.get("/studio/{digest}/{path:path}")
def get_studio_file(digest: str, path: str) -> Response:
    """A module, a style sheet or a picture of the studio."""
    return _file_of(studio(), digest, path)


@router.get("/player/{digest}/{path:path}")
def get_player_file(digest: str, path: str) -> Response:
    """A module, a style sheet or a picture of the page of play."""
    return _file_of(player(), digest, path)


def _file_of(page: WebPage, digest: str, path: str) -> Response:
    found = page.files.get(path) if digest == page.digest else None
    if found is None:
        message = Note("There is no such file of this page: load the page again.", "page_changed")
        raise ApiError(404, message, code="not_found")
    headers = {"cache-control": KEEP}
    return Response(found.content, media_type=found.media_type, headers=headers)
