"""What goes over the wire, as JSON Schema: objects that are answered, and bodies that are asked
with. Bounds that depend on the model are not here; a request beyond them is refused in a sentence.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sorairo.server.api.field_parsing import LONGEST_DATA_URL, MOST_AT_ONCE, MOST_PROMPT
from sorairo.server.api.request_builder import MOST_CHARACTERS, MOST_CONDITIONS
from sorairo.server.video_object import STATUS

Schema = dict[str, Any]
TEXT: Schema = {"type": "string"}
NUMBER: Schema = {"type": "number"}
WHOLE: Schema = {"type": "integer"}
FLAG: Schema = {"type": "boolean"}
BINARY: Schema = {"type": "string", "format": "binary"}
TIME: Schema = {"type": "integer", "description": "Seconds since 1970."}


def maybe(schema: Schema) -> Schema:
    """That, or null."""
    return {"anyOf": [schema, {"type": "null"}]}


def only(text: str) -> Schema:
    """A text that is always the same."""
    return {"type": "string", "const": text}


def record(properties: Mapping[str, Schema], *, optional: Mapping[str, Schema] = {}) -> Schema:
    """An object that has all of these properties, and perhaps the optional ones."""
    return {
        "type": "object",
        "properties": {**properties, **optional},
        "required": list(properties),
    }


def listed(of: str, **more: Schema) -> Schema:
    data = {"type": "array", "items": {"$ref": f"#/components/schemas/{of}"}}
    return record({"object": only("list"), "data": data, **more})


def gone(kind: str) -> Schema:
    return record({"id": TEXT, "object": only(f"{kind}.deleted"), "deleted": FLAG})


ERROR = record({"message": TEXT, "type": TEXT, "param": maybe(TEXT), "code": maybe(TEXT)})
VIDEO = record(
    {
        "id": TEXT,
        "object": only("video"),
        "model": TEXT,
        "status": {"type": "string", "enum": list(STATUS.values())},
        "progress": {"type": "integer", "minimum": 0, "maximum": 100},
        "created_at": TIME,
        "completed_at": maybe(TIME),
        "expires_at": maybe(TIME),
        "prompt": maybe(TEXT),
        "size": TEXT,
        "seconds": TEXT,
        "remixed_from_video_id": maybe(TEXT),
        "error": maybe(record({"code": TEXT, "message": TEXT})),
        "seed": maybe(WHOLE),
    },
    optional={
        "fps": NUMBER,
        "native_size": {**TEXT, "description": "As which it was painted, before the upscaler."},
        "videos": {
            "type": "array",
            "items": TEXT,
            "description": "The ids of all that were asked for at once (`n`).",
        },
    },
)
SCHEMAS: dict[str, Schema] = {
    "Video": VIDEO,
    "VideoList": listed("Video", first_id=maybe(TEXT), last_id=maybe(TEXT), has_more=FLAG),
    "VideoDeleted": gone("video"),
    "Character": record(
        {"id": TEXT, "object": only("character"), "name": TEXT, "created_at": TIME}
    ),
    "CharacterDeleted": gone("character"),
    "Model": record({"id": TEXT, "object": only("model"), "created": WHOLE, "owned_by": TEXT}),
    "ModelList": listed("Model"),
    "Error": record({"error": ERROR}),
    "Health": record({"status": only("ok")}),
    "Readiness": record({"status": only("ok"), "waiting": WHOLE}),
}
EVENT = record(  # each of a stream
    {
        "event": {
            "type": "string",
            "enum": ["video.progress", "video.completed", "video.failed", "video.deleted"],
        },
        "data": {**TEXT, "description": "The Video in JSON; of one that was deleted: {}."},
    }
)

# --- bodies

PROMPT: Schema = {"type": "string", "minLength": 1, "maxLength": MOST_PROMPT}
SECONDS: Schema = {"anyOf": [TEXT, NUMBER], "description": 'Of the clip, for example "4".'}
PICTURE_URL: Schema = {
    "type": "string",
    "maxLength": LONGEST_DATA_URL,
    "description": "A data URL with base64: other addresses are not fetched.",
}
PICTURE = record({"image_url": PICTURE_URL})
NAMED_VIDEO = record({"id": TEXT})  # one that is finished
OWN: dict[str, Schema] = {
    "seed": WHOLE,
    "fps": NUMBER,
    "num_inference_steps": WHOLE,
    "guidance_scale": NUMBER,
    "negative_prompt": TEXT,
}
CREATE: dict[str, Schema] = {
    "prompt": PROMPT,
    "model": TEXT,
    "size": {**TEXT, "description": "WIDTHxHEIGHT, for example 720x1280."},
    "seconds": SECONDS,
    "input_reference": PICTURE,
    "conditions": {
        "type": "array",
        "maxItems": MOST_CONDITIONS,
        "items": record(
            {},
            optional={"time": NUMBER, "strength": NUMBER, "image_url": PICTURE_URL, "id": TEXT},
        ),
        "description": "Pictures at their times: each a data URL, or the id of a finished video;"
        " shown exactly with the strength 1, as a hint below.",
    },
    "characters": {"type": "array", "maxItems": MOST_CHARACTERS, "items": record({"id": TEXT})},
    "storyboard": {
        "anyOf": [TEXT, {"type": "object"}],
        "description": "Cards, in TOML or as an object; without files. It needs no prompt.",
    },
    "loop": FLAG,
    **OWN,
}
MANY: dict[str, Schema] = {"n": {"type": "integer", "minimum": 1, "maximum": MOST_AT_ONCE}}
CHANGE: dict[str, Schema] = {"prompt": PROMPT, "video": NAMED_VIDEO, "model": TEXT, **OWN}


def body(properties: Mapping[str, Schema], required: tuple[str, ...]) -> Schema:
    """The content of a request, in JSON and as a form: there, what is an object with a name of a
    file in JSON may be the file itself."""
    files = {
        name: {"anyOf": [BINARY, properties[name]]}
        for name in ("video", "input_reference")
        if name in properties
    }
    schema = {"type": "object", "required": list(required)}
    return {
        "required": True,
        "content": {
            "multipart/form-data": {"schema": {**schema, "properties": {**properties, **files}}},
            "application/json": {"schema": {**schema, "properties": dict(properties)}},
        },
    }
