"""Routes of the studio's page and its files."""

from __future__ import annotations

from fastapi import APIRouter, Response
from fastapi.responses import HTMLResponse

from sorairo.server.api.errors import ApiError
from sorairo.server.studio.assets import POLICY, studio

router = APIRouter(include_in_schema=False)
KEEP = "public, immutable, max-age=31536000"  # the address names the contents


def studio_page() -> Response:
    """The page of the studio."""
    headers = {"content-security-policy": POLICY, "cache-control": "no-cache", "vary": "accept"}
    return HTMLResponse(studio().index, headers=headers)


@router.get("/studio/{digest}/{path:path}")
def get_studio_file(digest: str, path: str) -> Response:
    """A module, a style sheet or a picture of the page."""
    found = studio().files.get(path) if digest == studio().digest else None
    if found is None:
        message = "There is no such file of the studio: load the page again."
        raise ApiError(404, message, code="not_found")
    headers = {"cache-control": KEEP}
    return Response(found.content, media_type=found.media_type, headers=headers)
