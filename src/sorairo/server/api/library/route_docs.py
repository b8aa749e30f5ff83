"""What the OpenAPI document says about the routes of the library."""

from __future__ import annotations

from collections.abc import Mapping

from sorairo.server.api.fields.table import Endpoint
from sorairo.server.api.library.downloads.derived import GIF, PNG, WEBP, ZIP
from sorairo.server.api.route_doc import FILE_HEADERS, WITH_BODY, RouteDoc, json_doc
from sorairo.server.api.schemas import BINARY, request_body

INPUT_TYPES = ("image/png", "image/jpeg", "image/webp", "video/mp4", "video/webm")


def _change(endpoint: Endpoint, response: str, *errors: int) -> RouteDoc:
    return RouteDoc(
        responses=json_doc(response), body=request_body(endpoint), errors=(*WITH_BODY, 404, *errors)
    )


LIBRARY_ROUTES: Mapping[tuple[str, str], RouteDoc] = {
    ("get", "/v1/videos/tags"): RouteDoc(responses=json_doc("TagList")),
    ("post", "/v1/videos/labels"): _change(Endpoint.LABELS, "Videos"),
    ("post", "/v1/videos/trash"): _change(Endpoint.TRASH, "VideosTrashed"),
    ("post", "/v1/videos/restore"): _change(Endpoint.RESTORE, "Videos", 403),
    **{
        ("post", f"/v1/videos/{action}estimate"): _change(endpoint, "Estimate", 503)
        for action, endpoint in {
            "": Endpoint.CREATE,
            "edits/": Endpoint.EDIT,
            "extensions/": Endpoint.EXTEND,
            "loops/": Endpoint.LOOP,
            "connections/": Endpoint.CONNECT,
        }.items()
    },
    ("post", "/v1/prompts/readings"): RouteDoc(
        responses=json_doc("PromptReading"), body=request_body(Endpoint.READING), errors=WITH_BODY
    ),
    ("post", "/v1/storyboards/readings"): RouteDoc(
        responses=json_doc("BoardReading"),
        body=request_body(Endpoint.BOARD_READING),
        errors=WITH_BODY,
    ),
    ("get", "/v1/prompts/words"): RouteDoc(responses=json_doc("WordList")),
    ("get", "/v1/videos/{video_id}/lineage"): RouteDoc(
        responses=json_doc("Lineage"), errors=(404,)
    ),
    ("get", "/v1/videos/{video_id}/recipe"): RouteDoc(responses=json_doc("Recipe"), errors=(404,)),
    ("get", "/v1/videos/{video_id}/inputs/{number}"): RouteDoc(
        responses=dict.fromkeys(INPUT_TYPES, BINARY),
        errors=(400, 404, 416),
        headers=FILE_HEADERS,
        partial=True,
    ),
    ("get", "/v1/videos/characters/{character_id}/content"): RouteDoc(
        responses=dict.fromkeys(INPUT_TYPES, BINARY),
        errors=(404, 416),
        headers=FILE_HEADERS,
        partial=True,
    ),
    ("get", "/v1/videos/export"): RouteDoc(responses={ZIP: BINARY}, errors=(400, 404)),
    ("post", "/v1/videos/export"): RouteDoc(
        responses={ZIP: BINARY}, body=request_body(Endpoint.EXPORT), errors=(*WITH_BODY, 404)
    ),
    ("post", "/v1/videos/imports/plan"): RouteDoc(
        responses=json_doc("ImportPlan"),
        body=request_body(Endpoint.IMPORT_PLAN),
        errors=WITH_BODY,
    ),
    ("post", "/v1/videos/imports"): _change(Endpoint.IMPORT, "Import", 403, 507),
    ("post", "/v1/videos/cuts"): _change(Endpoint.CUT, "Video", 403, 503, 507),
    ("post", "/v1/videos/films"): RouteDoc(
        responses={ZIP: BINARY}, body=request_body(Endpoint.FILM), errors=(*WITH_BODY, 404)
    ),
    **{
        ("get", f"/v1/videos/{{video_id}}/{name}"): RouteDoc(
            responses={media_type: BINARY}, errors=(400, 404, 503)
        )
        for name, media_type in {"gif": GIF, "webp": WEBP, "frames": ZIP, "frame": PNG}.items()
    },
    ("get", "/v1/account"): RouteDoc(responses=json_doc("Account")),
    ("get", "/v1/keys"): RouteDoc(responses=json_doc("KeyList"), errors=(403,)),
    ("post", "/v1/keys"): RouteDoc(
        responses=json_doc("NewKey"), body=request_body(Endpoint.KEY), errors=(*WITH_BODY, 403)
    ),
    ("delete", "/v1/keys/{key_id}"): RouteDoc(
        responses=json_doc("KeyDeleted"), errors=(403, 404, 409)
    ),
    ("get", "/v1/server"): RouteDoc(responses=json_doc("Server")),
}
