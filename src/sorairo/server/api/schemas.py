"""JSON Schemas of responses and request bodies.

Limits that depend on the model are not part of them: a request that exceeds one gets an error with
a message.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sorairo.server.api.fields.table import IGNORED, Endpoint, RequestField, fields_of
from sorairo.server.video_object import STATUS

Schema = dict[str, Any]
TEXT: Schema = {"type": "string"}
NUMBER: Schema = {"type": "number"}
WHOLE: Schema = {"type": "integer"}
FLAG: Schema = {"type": "boolean"}
BINARY: Schema = {"type": "string", "format": "binary"}


def described(schema: Schema, description: str) -> Schema:
    """A schema with a description."""
    return {**schema, "description": description}


def text(description: str) -> Schema:
    """A string."""
    return described(TEXT, description)


def time(description: str) -> Schema:
    """A point in time, as OpenAI's API gives it."""
    return described(WHOLE, f"{description}, in seconds since 1970.")


def nullable(schema: Schema) -> Schema:
    """A schema, or null; the description stays that of the property."""
    inner = {key: value for key, value in schema.items() if key != "description"}
    outer = {key: schema[key] for key in ("description",) if key in schema}
    return {"anyOf": [inner, {"type": "null"}], **outer}


def constant(value: str) -> Schema:
    """A string with a fixed value."""
    return {"type": "string", "const": value, "description": f"Always {value!r}."}


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
    items = {"$ref": f"#/components/schemas/{of}"}
    data = {"type": "array", "items": items, "description": "The objects of this page."}
    return object_schema({"object": constant("list"), "data": data, **more})


def page_schema(of: str) -> Schema:
    """One page of a list that is read with `limit` and `after`."""
    return list_schema(
        of,
        first_id=nullable(text("The id of the first object of this page.")),
        last_id=nullable(text("The id of the last one: `after` for the next page.")),
        has_more=described(FLAG, "Whether there is a next page."),
    )


def deleted_schema(kind: str) -> Schema:
    """The response to a deletion."""
    return object_schema(
        {
            "id": text(f"The id of the deleted {kind}."),
            "object": constant(f"{kind}.deleted"),
            "deleted": described(FLAG, "Always true."),
        }
    )


ERROR_DETAIL: Schema = {
    **object_schema(
        {
            "code": text("What exactly is wrong, such as `size_range`; it does not change."),
            "values": described({"type": "object"}, "What stands in the sentence, by name."),
        }
    ),
    "description": "The `message` in a form for programs, which may put it in other languages: a"
    " code, finer than that of the error, and the numbers and names of the sentence. All codes are"
    " listed in docs/reference/errors.md. Missing where there is only the sentence.",
}
ERROR = object_schema(
    {
        "message": text("What is wrong, and what to do about it."),
        "type": text("The kind of error, for example invalid_request_error."),
        "param": nullable(text("The field of the request that is wrong.")),
        "code": nullable(text("A short name for programs, for example not_found.")),
    },
    optional={
        "detail": ERROR_DETAIL,
    },
)
IGNORED_NAMES: Schema = {
    "type": "array",
    "items": TEXT,
    "description": "The names of fields of the request that can do nothing here.",
}
NOTE_DETAILS: Schema = {
    "type": "array",
    "items": object_schema(
        {
            "code": text('What the note says, such as `unknown_words`; "" for other sentences.'),
            "values": described({"type": "object"}, "What stands in its sentence, by name."),
        }
    ),
    "description": "The `notes` in a form for programs, which may put them in other languages.",
}
VIDEO = object_schema(
    {
        "id": text("The id of the video, which is also that of its job."),
        "object": constant("video"),
        "model": text("The model, as the request named it."),
        "status": {
            "type": "string",
            "enum": list(STATUS.values()),
            "description": "Where the job is.",
        },
        "progress": {
            "type": "integer",
            "minimum": 0,
            "maximum": 100,
            "description": "How much is done, in percent.",
        },
        "created_at": time("When the request was accepted"),
        "completed_at": nullable(time("When the video was completed")),
        "expires_at": nullable(time("When its files are deleted")),
        "prompt": nullable(text("The prompt of the request.")),
        "size": text("WIDTHxHEIGHT of the video."),
        "seconds": text("The length of the video, for an uploaded clip in whole seconds."),
        "remixed_from_video_id": nullable(text("The id of the video that this one remixes.")),
        "error": nullable(
            described(
                object_schema(
                    {
                        "code": text("A short name for programs."),
                        "message": text("Why the job failed."),
                    },
                    optional={"detail": ERROR_DETAIL},
                ),
                "Why the job failed.",
            )
        ),
        "seed": nullable(described(WHOLE, "The seed; the same request with it repeats the video.")),
    },
    optional={
        "duration": described(NUMBER, "The exact length of the completed video in seconds."),
        "processing_seconds": described(
            NUMBER, "How long it took to make the completed video, without waiting in the queue."
        ),
        "fps": described(NUMBER, "Frames per second of the completed video."),
        "native_size": text("The size at which the model generated it, before upscaling."),
        "score": described(
            NUMBER,
            "Of several completed videos of a request: how well this one shows the prompt, from 0"
            " to 1, as the exam's parser reads it; missing where it cannot.",
        ),
        "score_parts": {
            "type": "object",
            "additionalProperties": NUMBER,
            "description": "What `score` is the mean of, from 0 to 1: `objects` (the number of"
            " objects), `color`, `shape`, `motion`, `floor`, as far as the prompt says them.",
        },
        "queue_position": described(WHOLE, "While it is queued: 1 for the next one."),
        "estimated_seconds": described(
            WHOLE,
            "Until it is completed, as an estimate from finished videos of the same kind; missing"
            " if there is none.",
        ),
        "url": text(
            "The address of the clip of a completed video; if keys are required, with a signature"
            " that replaces the key and expires."
        ),
        "notes": {
            "type": "array",
            "items": TEXT,
            "description": "How the prompt is read, and what of it is ignored; that its end is not"
            " read is known when the video is completed.",
        },
        "note_details": NOTE_DETAILS,
        "videos": {
            "type": "array",
            "items": TEXT,
            "description": "The ids of all videos of the request (`n`).",
        },
        "ignored": IGNORED_NAMES,
        "kind": text("The command that makes it: generate, animate, extend, edit, loop, ..."),
        "favourite": described(FLAG, "True for a video that was marked."),
        "tags": {"type": "array", "items": TEXT, "description": "Its tags, sorted."},
        "trashed_at": time("For a video in the trash: when it was put there"),
        "cancel_requested": described(FLAG, "True while a cancelled job has not stopped yet."),
    },
)
SCHEMAS: dict[str, Schema] = {
    "Video": VIDEO,
    "VideoList": page_schema("Video"),
    "VideoDeleted": deleted_schema("video"),
    "Character": object_schema(
        {
            "id": text("The id of the character, for `characters` of a request."),
            "object": constant("character"),
            "name": text("What prompts call it."),
            "created_at": time("When it was stored"),
        },
        optional={"ignored": IGNORED_NAMES},
    ),
    "CharacterList": page_schema("Character"),
    "CharacterDeleted": deleted_schema("character"),
    "Model": object_schema(
        {
            "id": text("A value that `model` accepts."),
            "object": constant("model"),
            "created": described(WHOLE, "Always 0."),
            "owned_by": text("Always 'sorairo'."),
        }
    ),
    "ModelList": list_schema("Model"),
    "Error": object_schema({"error": described(ERROR, "What went wrong.")}),
    "Health": object_schema({"status": constant("ok")}),
    "Readiness": object_schema(
        {
            "status": constant("ok"),
            "waiting": described(WHOLE, "How many jobs are queued or running."),
        }
    ),
}
EVENT = object_schema(  # one event of a stream
    {
        "event": {
            "type": "string",
            "enum": ["video.progress", "video.completed", "video.failed", "video.deleted"],
            "description": "What happened.",
        },
        "data": {**TEXT, "description": "The Video object as JSON; {} for a deleted video."},
    }
)

# --- request bodies

URLENCODED = "application/x-www-form-urlencoded"


def request_body(endpoint: Endpoint) -> Schema:
    """The body of a route, from the table of fields: JSON, or a form in which some fields may be
    files. Null is the same as leaving a field out. Fields of other servers that can do nothing here
    are accepted, too (`x-ignored`); any other name is an error."""
    fields = fields_of(endpoint)
    required = [name for name, each in fields.items() if endpoint in each.required_by]
    names = {*fields, *(alias for each in fields.values() for alias in each.aliases)}
    schema = {"type": "object", "required": required, "x-ignored": sorted(IGNORED - names)}
    plain = {name: _property(each) for name, each in fields.items()}
    files = {name: _file_property(each) for name, each in fields.items() if each.file}
    form = {"schema": {**schema, "properties": {**plain, **files}}}
    json = {"schema": {**schema, "properties": plain}}
    content = {"multipart/form-data": form, "application/json": json, URLENCODED: dict(json)}
    return {"required": True, "content": content}


def _property(field: RequestField) -> Schema:
    aliases = ", ".join(f"`{alias}`" for alias in field.aliases)
    also = f" Also accepted as {aliases}." if aliases else ""
    return described(field.type.schema(), f"{field.description}{also}")


def _file_property(field: RequestField) -> Schema:
    plain = _property(field)
    schema = {key: value for key, value in plain.items() if key != "description"}
    return described({"anyOf": [BINARY, schema]}, plain["description"])
