"""JSON Schemas of the library's responses."""

from __future__ import annotations

from sorairo.server.api.schemas import (
    TEXT,
    WHOLE,
    Schema,
    constant,
    described,
    list_schema,
    object_schema,
    text,
    time,
)

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
    "VideosTrashed": object_schema(
        {
            "object": constant("video.trashed"),
            "ids": {"type": "array", "items": TEXT, "description": "The ids of the videos."},
            "restorable_until": time("Until when they can be restored"),
        }
    ),
}
