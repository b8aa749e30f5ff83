"""What the OpenAPI document says about the routes of play."""

from __future__ import annotations

from collections.abc import Mapping

from sorairo.play.facts import MODES
from sorairo.server.api.fields.table import Endpoint
from sorairo.server.api.route_doc import WITH_BODY, RouteDoc, json_doc
from sorairo.server.api.schemas import (
    FLAG,
    NUMBER,
    TEXT,
    WHOLE,
    Schema,
    constant,
    deleted_schema,
    described,
    list_schema,
    object_schema,
    request_body,
    text,
    time,
)

PLAY_ROUTES: Mapping[tuple[str, str], RouteDoc] = {
    ("get", "/v1/play/worlds"): RouteDoc(responses=json_doc("PlayWorldList")),
    ("post", "/v1/play/sessions"): RouteDoc(
        responses=json_doc("PlaySession"),
        body=request_body(Endpoint.PLAY),
        errors=(*WITH_BODY, 404, 429),
    ),
    ("get", "/v1/play/sessions/{session_id}"): RouteDoc(
        responses=json_doc("PlaySession"), errors=(404,)
    ),
    ("delete", "/v1/play/sessions/{session_id}"): RouteDoc(
        responses=json_doc("PlaySessionDeleted"), errors=(404,)
    ),
    ("post", "/v1/play/sessions/{session_id}/video"): RouteDoc(
        responses=json_doc("Video"), errors=(400, 404, 413, 507)
    ),
}
PLAY_SCHEMAS: dict[str, Schema] = {
    "PlayWorld": object_schema(
        {
            "id": text("A value that `world` accepts."),
            "object": constant("play.world"),
            "modes": {
                "type": "array",
                "items": {"type": "string", "enum": list(MODES)},
                "description": "Who can draw the frames, the default first.",
            },
            "actions": {
                "type": "array",
                "items": TEXT,
                "description": "What a step can be; the first one does nothing.",
            },
            "items": {"type": "array", "items": TEXT, "description": "What a player can carry."},
            "side": described(WHOLE, "Pixels to a side of a frame."),
            "tile": described(WHOLE, "Pixels to a side of a tile."),
            "columns": described(WHOLE, "Columns of the map in a frame."),
            "rows": described(WHOLE, "Rows of the map; the inventory is below."),
            "fps": described(NUMBER, "Frames a second of the clip of a session."),
        }
    ),
    "PlayWorldList": list_schema("PlayWorld"),
    "PlaySession": object_schema(
        {
            "id": text("The id of the session."),
            "object": constant("play.session"),
            "world": text("The world."),
            "created_at": time("When it began"),
            "socket": text("The address of its WebSocket, relative to that of the server."),
            "connected": described(FLAG, "Whether a connection holds it."),
            "resumable_seconds": described(
                WHOLE, "How long it is kept after a connection is lost."
            ),
        },
        optional={"token": text("What the first message on the WebSocket has, once.")},
    ),
    "PlaySessionDeleted": deleted_schema("play.session"),
}
