"""What the OpenAPI document says about the routes of the library."""

from __future__ import annotations

from collections.abc import Mapping

from sorairo.server.api.fields.table import Endpoint
from sorairo.server.api.route_doc import WITH_BODY, RouteDoc, json_doc
from sorairo.server.api.schemas import request_body


def _change(endpoint: Endpoint, response: str, *errors: int) -> RouteDoc:
    return RouteDoc(
        responses=json_doc(response), body=request_body(endpoint), errors=(*WITH_BODY, 404, *errors)
    )


LIBRARY_ROUTES: Mapping[tuple[str, str], RouteDoc] = {
    ("get", "/v1/videos/tags"): RouteDoc(responses=json_doc("TagList")),
    ("post", "/v1/videos/labels"): _change(Endpoint.LABELS, "Videos"),
    ("post", "/v1/videos/trash"): _change(Endpoint.TRASH, "VideosTrashed"),
    ("post", "/v1/videos/restore"): _change(Endpoint.RESTORE, "Videos"),
}
