"""JSON Schemas of responses and request bodies.

Limits that depend on the model are not part of them: a request that exceeds one gets an error with
a message.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sorairo.server.api.field_parsing import MAX_DATA_URL_LENGTH, MAX_PROMPT_LENGTH, MAX_VIDEOS
from sorairo.server.api.request_builder import MAX_CHARACTERS, MAX_CONDITIONS
from sorairo.server.video_object import STATUS

Schema = dict[str, Any]
TEXT: Schema = {"type": "string"}
NUMBER: Schema = {"type": "number"}
WHOLE: Schema = {"type": "integer"}
FLAG: Schema = {"type": "boolean"}
BINARY: Schema = {"type": "string", "format": "binary"}
TIME: Schema = {"type": "integer", "description": "Seconds since 1970."}


def nullable(schema: Schema) -> Schema:
    """A schema, or null."""
    return {"anyOf": [schema, {"type": "null"}]}


def constant(text: str) -> Schema:
    """A string with a fixed value."""
    return {"type": "string", "const": text}


def object_schema(
    properties: Mapping[str, Schema], *, optional: Mapping[str, Schema] = {}
) -> Schema:
    """An object with all of these properties, and perhaps the optional ones."""
    return {
        "type": "object",
        "properties": {**properties, **optional},
        "required": list(properties),
    }


def list_schema(of: str, **more: Schema) -> Schema:
    """A list object of OpenAI's API whose `data` are objects of the schema `of`."""
    data = {"type": "array", "items": {"$ref": f"#/components/schemas/{of}"}}
    return object_schema({"object": constant("list"), "data": data, **more})


def deleted_schema(kind: str) -> Schema:
    """The response to a deletion."""
    return object_schema({"id": TEXT, "object": constant(f"{kind}.deleted"), "deleted": FLAG})


ERROR = object_schema(
    {"message": TEXT, "type": TEXT, "param": nullable(TEXT), "code": nullable(TEXT)}
)
VIDEO = object_schema(
    {
        "id": TEXT,
        "object": constant("video"),
        "model": TEXT,
        "status": {"type": "string", "enum": list(STATUS.values())},
        "progress": {"type": "integer", "minimum": 0, "maximum": 100},
        "created_at": TIME,
        "completed_at": nullable(TIME),
        "expires_at": nullable(TIME),
        "prompt": nullable(TEXT),
        "size": TEXT,
        "seconds": TEXT,
        "remixed_from_video_id": nullable(TEXT),
        "error": nullable(object_schema({"code": TEXT, "message": TEXT})),
        "seed": nullable(WHOLE),
    },
    optional={
        "fps": NUMBER,
        "native_size": {
            **TEXT,
            "description": "The size at which the model generated it, before upscaling.",
        },
        "videos": {
            "type": "array",
            "items": TEXT,
            "description": "The ids of all videos of the request (`n`).",
        },
    },
)
SCHEMAS: dict[str, Schema] = {
    "Video": VIDEO,
    "VideoList": list_schema(
        "Video", first_id=nullable(TEXT), last_id=nullable(TEXT), has_more=FLAG
    ),
    "VideoDeleted": deleted_schema("video"),
    "Character": object_schema(
        {"id": TEXT, "object": constant("character"), "name": TEXT, "created_at": TIME}
    ),
    "CharacterDeleted": deleted_schema("character"),
    "Model": object_schema(
        {"id": TEXT, "object": constant("model"), "created": WHOLE, "owned_by": TEXT}
    ),
    "ModelList": list_schema("Model"),
    "Error": object_schema({"error": ERROR}),
    "Health": object_schema({"status": constant("ok")}),
    "Readiness": object_schema({"status": constant("ok"), "waiting": WHOLE}),
}
EVENT = object_schema(  # one event of a stream
    {
        "event": {
            "type": "string",
            "enum": ["video.progress", "video.completed", "video.failed", "video.deleted"],
        },
        "data": {**TEXT, "description": "The Video object as JSON; {} for a deleted video."},
    }
)

# --- request bodies

PROMPT: Schema = {"type": "string", "minLength": 1, "maxLength": MAX_PROMPT_LENGTH}
SECONDS: Schema = {
    "anyOf": [TEXT, NUMBER],
    "description": 'The length of the clip, for example "4".',
}
PICTURE_URL: Schema = {
    "type": "string",
    "maxLength": MAX_DATA_URL_LENGTH,
    "description": "A data URL with base64: other URLs are not fetched.",
}
PICTURE = object_schema({"image_url": PICTURE_URL})
VIDEO_REFERENCE = object_schema({"id": TEXT})  # a finished video
OWN_FIELDS: dict[str, Schema] = {
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
        "maxItems": MAX_CONDITIONS,
        "items": object_schema(
            {},
            optional={"time": NUMBER, "strength": NUMBER, "image_url": PICTURE_URL, "id": TEXT},
        ),
        "description": "Keyframes: each a data URL, or the id of a finished video, at a time in"
        " seconds; shown exactly with the strength 1, used as a hint below 1.",
    },
    "characters": {
        "type": "array",
        "maxItems": MAX_CHARACTERS,
        "items": object_schema({"id": TEXT}),
    },
    "storyboard": {
        "anyOf": [TEXT, {"type": "object"}],
        "description": "Cards, in TOML or as an object, without files; it needs no prompt.",
    },
    "loop": FLAG,
    **OWN_FIELDS,
}
MANY: dict[str, Schema] = {"n": {"type": "integer", "minimum": 1, "maximum": MAX_VIDEOS}}
CHANGE: dict[str, Schema] = {
    "prompt": PROMPT,
    "video": VIDEO_REFERENCE,
    "model": TEXT,
    **OWN_FIELDS,
}


def request_body(properties: Mapping[str, Schema], required: tuple[str, ...]) -> Schema:
    """A request body, as JSON or as a form in which `video` and `input_reference` may be files."""
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
