"""JSON Schemas of the library's responses."""

from __future__ import annotations

from sorairo.server.api.schemas import (
    FLAG,
    NOTE_DETAILS,
    NUMBER,
    TEXT,
    WHOLE,
    Schema,
    constant,
    described,
    list_schema,
    nullable,
    object_schema,
    text,
    time,
)


def _relations(description: str) -> Schema:
    relation = object_schema(
        {
            "id": text("The id of the other video."),
            "relation": text("What the parent is for: remix, extend, edit, picture, ..."),
        }
    )
    return {"type": "array", "items": relation, "description": description}


def _by_language(description: str) -> Schema:
    words = {"type": "array", "items": TEXT}
    return {
        "type": "object",
        "additionalProperties": words,
        "description": f"{description}, by language (ISO 639-1).",
    }


LIBRARY_SCHEMAS: dict[str, Schema] = {
    "Videos": list_schema("Video"),
    "Tag": object_schema(
        {
            "id": text("The tag."),
            "object": constant("video.tag"),
            "count": described(WHOLE, "How many videos have it."),
        }
    ),
    "TagList": list_schema("Tag"),
    "Estimate": object_schema(
        {
            "object": constant("video.estimate"),
            "kind": text("The command that would make it."),
            "size": text("WIDTHxHEIGHT of the video."),
            "seconds": text("Its length."),
            "videos": described(WHOLE, "How many videos."),
            "pixel_seconds": described(NUMBER, "What they count against the quota."),
            "estimated_seconds": nullable(
                described(NUMBER, "How long they take once they run; null if nothing is known.")
            ),
            "wait_seconds": nullable(described(NUMBER, "How long they wait before, likewise.")),
            "jobs_ahead": described(WHOLE, "How many jobs are queued before them."),
            "notes": {"type": "array", "items": TEXT, "description": "How the prompt is read."},
            "note_details": NOTE_DETAILS,
        }
    ),
    "PromptReading": object_schema(
        {
            "object": constant("prompt.reading"),
            "prompt": text("The prompt."),
            "understood": described(FLAG, "Whether it names anything that the model can draw."),
            "read_as": text("The prompt in words of the model."),
            "varied": text("The same with what is drawn from the seed, as the model gets it."),
            "expanded": text("The same with all details that the prompt leaves open."),
            "notes": {"type": "array", "items": TEXT, "description": "What is ignored, and why."},
            "note_details": NOTE_DETAILS,
            "unknown": {
                "type": "array",
                "items": object_schema(
                    {
                        "word": text("The word."),
                        "start": described(WHOLE, "Its first character in the prompt, from 0 on."),
                        "end": described(WHOLE, "The character after it."),
                        "nearest": {
                            "type": "array",
                            "items": TEXT,
                            "description": "Known words that are spelled most like it, if any.",
                        },
                    }
                ),
                "description": "Words that the model does not know, in their order. Offsets count"
                " Unicode characters.",
            },
            "examples": {"type": "array", "items": TEXT, "description": "Prompts that work."},
        }
    ),
    "BoardReading": object_schema(
        {
            "object": constant("storyboard.reading"),
            "table": described({"type": "object"}, "The storyboard, as requests hold it."),
            "times": nullable(
                {
                    "type": "array",
                    "items": {"type": "array", "items": NUMBER},
                    "description": "Start and end of each card in seconds.",
                }
            ),
        }
    ),
    "Word": object_schema(
        {
            "id": text("Its kind and value."),
            "object": constant("prompt.word"),
            "kind": text("What it is: shape, color, event, floor, ..."),
            "value": text("Its name."),
            "written": _by_language("The words that the model was trained on"),
            "read": _by_language("Words that are read as these"),
        }
    ),
    "WordList": list_schema(
        "Word", examples={"type": "array", "items": TEXT, "description": "Prompts that work."}
    ),
    "Lineage": object_schema(
        {
            "object": constant("video.lineage"),
            "id": text("The id of the video."),
            "parents": _relations("What it was made from."),
            "children": _relations("What was made from it."),
            "family": {
                "type": "array",
                "items": object_schema(
                    {
                        "id": text("The id of a video, which may be deleted."),
                        "parents": _relations("What it was made from."),
                    },
                    optional={
                        "video": described(
                            {"$ref": "#/components/schemas/Video"}, "It, unless it is deleted."
                        )
                    },
                ),
                "description": "All videos that are connected with it, the nearest first, with"
                " itself.",
            },
        }
    ),
    "Recipe": object_schema(
        {
            "object": constant("video.recipe"),
            "id": text("The id of the video."),
            "method": constant("POST"),
            "path": text("The route that makes it."),
            "body": described({"type": "object"}, "The body of the request, without files."),
            "inputs": {
                "type": "array",
                "items": object_schema(
                    {
                        "number": described(WHOLE, "For `GET /v1/videos/{video_id}/inputs/`."),
                        "field": text("The field of the body that holds the file."),
                    },
                    optional={
                        "video_id": text("The video that it is the clip of."),
                        "character_id": text("The character that it is the clip of."),
                    },
                ),
                "description": "The given files.",
            },
            "kind": text("The command that makes it."),
            "prompt": text("The prompt, as it was sent."),
            "read_as": nullable(text("What the model read in its place.")),
            "model": text("The model, as the request named it."),
            "model_name": nullable(text("The name of the installed model that made it.")),
            "model_digest": nullable(text("The digest of the model's files.")),
            "sorairo_version": nullable(text("The version of the program that made it.")),
            "remixed_from_video_id": nullable(text("The id of the video that it remixes.")),
            "created_at": time("When it was requested"),
            "request": described({"type": "object"}, "The request as clips carry it."),
        },
        optional={
            "imported_from": described(
                {"type": "object"}, "Of an imported video: its `file`, `ids` and `sha256`."
            )
        },
    ),
    "Account": object_schema(
        {
            "object": constant("account"),
            "key": nullable(described({"type": "object"}, "`id`, `name`, `admin` of the key.")),
            "key_required": described(FLAG, "Whether requests need a key."),
            "quota": described({"type": "object"}, "`jobs`, `pixel_seconds_per_day`, `bytes`."),
            "used": described({"type": "object"}, "`jobs`, `pixel_seconds`, `bytes`."),
            "disk": described({"type": "object"}, "`free_bytes` and `reserved_bytes`."),
            "retention_seconds": nullable(described(NUMBER, "After which files are deleted.")),
        }
    ),
    "Server": object_schema(
        {
            "object": constant("server"),
            "version": text("The version of the program."),
            "model": text("The name of the model that is served."),
            "models": {
                "type": "array",
                "items": {"type": "object"},
                "description": "The installed models: `id`, `served`, `bytes`, `native_sizes`,"
                " `native_fps`, `native_seconds`, `licence`, `trained_for`, `version`, `notes`,"
                " `fast`: `name`, `steps`, `to_do`, `folder`, `default` of the LoRA for few steps,"
                " or null.",
            },
            "pulls": {
                "type": "array",
                "items": {"type": "object"},
                "description": "The models that can be fetched: `id`, `summary`, `bytes`,"
                " `bytes_complete` (false if more are not known), `licence`, and the `command` that"
                " does it.",
            },
            "max_seconds": described(NUMBER, "The length of the longest clip."),
            "max_side": described(WHOLE, "The largest side of a clip in pixels."),
            "prompt_characters": described(WHOLE, "How much of a prompt the model reads."),
            "examples": {"type": "array", "items": TEXT, "description": "Prompts that work."},
        }
    ),
    "ImportPlan": object_schema(
        {
            "object": constant("video.import_plan"),
            "data": {
                "type": "array",
                "items": object_schema(
                    {
                        "path": text("A clip or picture to import."),
                        "others": {
                            "type": "array",
                            "items": TEXT,
                            "description": "Other forms of it, such as its poster.",
                        },
                        "inputs": {
                            "type": "array",
                            "items": TEXT,
                            "description": "Files that it was made from, where there are any.",
                        },
                        "fields": described(
                            {"type": "object"}, "What is known of it: fields for the import."
                        ),
                    }
                ),
                "description": "What is to be imported.",
            },
            "unreadable": {
                "type": "array",
                "items": object_schema(
                    {
                        "path": text("A text file."),
                        "reason": text("Why it cannot be read."),
                        "code": text("The same for programs, for example not_json."),
                        "values": described({"type": "object"}, "What stands in the reason."),
                    }
                ),
                "description": "The text files that cannot be read.",
            },
        }
    ),
    "Import": object_schema(
        {
            "object": constant("video.import"),
            "outcome": {
                "type": "string",
                "enum": ["imported", "present", "trashed"],
                "description": "Whether it is new, was here already, or is in the trash.",
            },
            "video": described({"$ref": "#/components/schemas/Video"}, "The video."),
        }
    ),
    "VideosTrashed": object_schema(
        {
            "object": constant("video.trashed"),
            "ids": {"type": "array", "items": TEXT, "description": "The ids of the videos."},
            "restorable_until": time("Until when they can be restored"),
        }
    ),
}
