"""The OpenAPI document of the application: every body, every answer, every refusal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI

from sorairo.server.api.metrics import TYPE as FIGURES
from sorairo.server.api.schemas import (
    BINARY,
    CHANGE,
    CREATE,
    EVENT,
    MANY,
    NAMED_VIDEO,
    PROMPT,
    SCHEMAS,
    SECONDS,
    TEXT,
    Schema,
    body,
)
from sorairo.server.video_object import PREVIEW, VARIANTS

REFUSALS = {  # those that say more than their name
    401: "A key is needed, or that one is not valid.",
    403: "Asked under another name than this machine's, by a page of another site, or for more than"
    " a key has in a day.",
    404: "There is no such thing, or it is another key's, or it has no such file (yet).",
    413: "The body is too large.",
    429: "The key has asked for as much as it may.",
    503: "The database cannot be reached at the moment.",
    507: "The disk is nearly full.",
}
HEADERS: Mapping[int, dict[str, Schema]] = {
    401: {"www-authenticate": TEXT},
    429: {"retry-after": TEXT},
    503: {"retry-after": TEXT},
}
POLL = {
    "openai-poll-after-ms": {
        "schema": TEXT,
        "description": "Of a video that has not ended: milliseconds to wait before asking again.",
    }
}
ANYBODY, WITH_KEY = (403,), (401, 403, 503)
ASKED = (400, 413)  # with a body
SUBMITTED = (*ASKED, 404, 429, 507)


@dataclass(frozen=True, kw_only=True)
class Told:
    """What the document says of a route: `answers` by media type, `refusals` by status."""

    answers: Mapping[str, Schema]
    refusals: tuple[int, ...] = ()
    body: Schema | None = None
    open: bool = False  # without a key
    headers: Mapping[str, Schema] | None = None


def _json(name: str) -> dict[str, Schema]:
    return {"application/json": {"$ref": f"#/components/schemas/{name}"}}


def _job(asked: Schema | None, *refusals: int) -> Told:
    """A route that answers with a Video."""
    return Told(answers=_json("Video"), body=asked, refusals=refusals, headers=POLL)


CLIP = {"video/mp4": BINARY}
ROUTES: Mapping[tuple[str, str], Told] = {
    ("get", "/v1/models"): Told(answers=_json("ModelList")),
    ("post", "/v1/videos"): _job(body({**CREATE, **MANY}, ()), *SUBMITTED),
    ("post", "/v1/videos/sync"): Told(
        answers=CLIP, body=body(CREATE, ()), refusals=(*SUBMITTED, 500)
    ),
    ("post", "/v1/videos/edits"): _job(
        body({**CHANGE, "strength": {"type": "number"}}, ("prompt", "video")), *SUBMITTED
    ),
    ("post", "/v1/videos/extensions"): _job(
        body({**CHANGE, "seconds": SECONDS}, ("prompt", "video")), *SUBMITTED
    ),
    ("post", "/v1/videos/characters"): Told(
        answers=_json("Character"),
        body=body(
            {"name": {"type": "string", "minLength": 1, "maxLength": 80}, "video": NAMED_VIDEO},
            ("name", "video"),
        ),
        refusals=(*ASKED, 404, 507),
    ),
    ("get", "/v1/videos/characters/{character_id}"): Told(
        answers=_json("Character"), refusals=(404,)
    ),
    ("delete", "/v1/videos/characters/{character_id}"): Told(
        answers=_json("CharacterDeleted"), refusals=(404,)
    ),
    ("get", "/v1/videos"): Told(answers=_json("VideoList"), refusals=(400, 404)),
    ("get", "/v1/videos/{video_id}"): _job(None, 404),
    ("delete", "/v1/videos/{video_id}"): Told(answers=_json("VideoDeleted"), refusals=(404,)),
    ("post", "/v1/videos/{video_id}/cancel"): _job(None, 404, 413),
    ("post", "/v1/videos/{video_id}/remix"): _job(
        body({"prompt": PROMPT}, ("prompt",)), *SUBMITTED
    ),
    ("get", "/v1/videos/{video_id}/events"): Told(
        answers={"text/event-stream": EVENT}, refusals=(404,)
    ),
    ("get", "/v1/videos/{video_id}/preview"): Told(answers={PREVIEW[1]: BINARY}, refusals=(404,)),
    ("get", "/v1/videos/{video_id}/content"): Told(
        answers={kind: BINARY for _, kind in VARIANTS.values()}, refusals=(400, 404)
    ),
    ("get", "/metrics"): Told(answers={FIGURES: TEXT}),
    ("get", "/healthz"): Told(answers=_json("Health"), open=True),
    ("get", "/readyz"): Told(answers=_json("Readiness"), refusals=(503,), open=True),
}


def describe(app: FastAPI) -> None:
    """Completes the document of an application that has all its routes."""
    document = app.openapi()
    document["components"] = {
        "schemas": SCHEMAS,
        "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
    }
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            _complete(operation, ROUTES[method, path])
    _variants(document["paths"]["/v1/videos/{video_id}/content"]["get"])


def _complete(operation: dict[str, Any], told: Told) -> None:
    refusals = sorted({*told.refusals, *(ANYBODY if told.open else WITH_KEY)})
    content = {kind: {"schema": schema} for kind, schema in told.answers.items()}
    done: dict[str, Any] = {"description": "Done.", "content": content}
    if told.headers:
        done["headers"] = dict(told.headers)
    operation["responses"] = {"200": done, **_refused(refusals)}
    operation["security"] = [{}] if told.open else [{"key": []}, {}]
    if told.body:
        operation["requestBody"] = told.body


def _refused(statuses: Iterable[int]) -> dict[str, Any]:
    return {
        str(status): {
            "description": REFUSALS.get(status, HTTPStatus(status).phrase),
            "content": {kind: {"schema": schema} for kind, schema in _json("Error").items()},
            "headers": {k: {"schema": s} for k, s in HEADERS.get(status, {}).items()},
        }
        for status in statuses
    }


def _variants(operation: dict[str, Any]) -> None:
    for parameter in operation["parameters"]:
        if parameter["name"] == "variant":
            parameter["schema"]["enum"] = list(VARIANTS)
