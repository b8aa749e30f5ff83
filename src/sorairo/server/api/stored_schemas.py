"""JSON Schemas of files, pictures, batches and keys."""

from __future__ import annotations

from sorairo.server.api.schemas import (
    FLAG,
    IGNORED_NAMES,
    NUMBER,
    WHOLE,
    Schema,
    constant,
    deleted_schema,
    described,
    list_schema,
    nullable,
    object_schema,
    page_schema,
    text,
    time,
)

KEY: dict[str, Schema] = {
    "id": text("The id of the key, which owns what is made with it."),
    "object": constant("key"),
    "name": text("A label."),
    "admin": described(FLAG, "Whether it may list, create and revoke keys."),
    "created_at": time("When it was created"),
    "revoked_at": nullable(time("When it was revoked; null while it is valid")),
    "quota": described(
        {"type": "object"},
        "`jobs`, `pixel_seconds_per_day`, `bytes`; null where the server's limits hold.",
    ),
}
BATCH = object_schema(
    {
        "id": text("The id of the batch."),
        "object": constant("batch"),
        "endpoint": text("What its requests are for."),
        "completion_window": text("Always '24h'."),
        "status": {
            "type": "string",
            "enum": ["in_progress", "cancelling", "completed", "cancelled", "failed"],
            "description": "Where it is; `failed` if the file was no batch.",
        },
        "input_file_id": text("The file with the requests."),
        "output_file_id": nullable(text("The file with the responses, when all have ended.")),
        "error_file_id": nullable(text("The file with the errors, when all have ended.")),
        "created_at": time("When it was accepted"),
        "in_progress_at": nullable(time("When it was accepted")),
        "cancelling_at": nullable(time("When cancelling was requested")),
        "completed_at": nullable(time("When its files were written")),
        "cancelled_at": nullable(time("When its files were written, if it was cancelled")),
        "failed_at": nullable(time("When it has failed")),
        "errors": nullable(described({"type": "object"}, "Why it has failed, line by line.")),
        "metadata": nullable(described({"type": "object"}, "What the client sent with it.")),
        "request_counts": described(
            object_schema(
                {
                    "total": described(WHOLE, "All requests."),
                    "completed": described(WHOLE, "Those that have a video."),
                    "failed": described(WHOLE, "Those that were refused, failed or deleted."),
                }
            ),
            "How many requests are done.",
        ),
    }
)
STORED_SCHEMAS: dict[str, Schema] = {
    "Images": object_schema(
        {
            "created": time("When they were finished"),
            "data": {
                "type": "array",
                "items": object_schema(
                    {},
                    optional={
                        "b64_json": text("A PNG file in base64."),
                        "url": text("Its address, with a signature if keys are required."),
                    },
                ),
                "description": "The pictures.",
            },
            "output_format": constant("png"),
        },
        optional={"ignored": IGNORED_NAMES},
    ),
    "Batch": BATCH,
    "BatchList": page_schema("Batch"),
    "File": object_schema(
        {
            "id": text("The id of the file, for `file_id` of a request."),
            "object": constant("file"),
            "bytes": described(WHOLE, "Its size."),
            "created_at": time("When it was stored"),
            "expires_at": nullable(time("When it is deleted")),
            "filename": text("Its name, as the client sent it, without folders."),
            "purpose": text("What it is for."),
            "status": text("Always 'processed'."),
        },
        optional={"seconds": described(NUMBER, "The length of a clip that has just been stored.")},
    ),
    "FileList": page_schema("File"),
    "FileDeleted": object_schema(
        {
            "id": text("The id of the deleted file."),
            "object": constant("file"),
            "deleted": described(FLAG, "Always true."),
        }
    ),
    "Key": object_schema(KEY),
    "KeyList": list_schema("Key"),
    "NewKey": object_schema(
        {**KEY, "key": text("The secret: show it to nobody else; it cannot be read again.")}
    ),
    "KeyDeleted": deleted_schema("key"),
}
