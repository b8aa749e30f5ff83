"""JSON Schemas of the responses to clients of other services."""

from __future__ import annotations

from sorairo.server.api.schemas import (
    FLAG,
    IGNORED_NAMES,
    NUMBER,
    SCHEMAS,
    WHOLE,
    Schema,
    constant,
    described,
    nullable,
    object_schema,
    text,
    time,
)

VIDEO = SCHEMAS["Video"]["properties"]
IGNORED = {"ignored": IGNORED_NAMES}


def one_of(description: str, *values: str) -> Schema:
    """A string with one of these values."""
    return {"type": "string", "enum": list(values), "description": description}


WIDTH, HEIGHT = described(WHOLE, "Width in pixels."), described(WHOLE, "Height in pixels.")
SECONDS = described(NUMBER, "The length in seconds.")
GENERATION = object_schema(
    {
        "object": constant("video.generation"),
        "id": text("The id of the generation."),
        "job_id": text("The id of its job."),
        "created_at": nullable(time("When it was finished")),
        "width": WIDTH,
        "height": HEIGHT,
        "n_seconds": SECONDS,
        "prompt": VIDEO["prompt"],
    }
)
DIALECT_SCHEMAS: dict[str, Schema] = {
    "XaiRequest": object_schema(
        {"request_id": text("For `GET /v1/videos/{request_id}`.")}, optional=IGNORED
    ),
    "XaiStatus": object_schema(
        {
            "status": one_of("Where it is.", "pending", "done", "failed", "expired"),
            "model": VIDEO["model"],
            "progress": VIDEO["progress"],
        },
        optional={
            "video": described(
                object_schema(
                    {
                        "url": text("The address of the file."),
                        "duration": SECONDS,
                        "respect_moderation": described(FLAG, "Always true."),
                    }
                ),
                "The finished video.",
            ),
            "error": VIDEO["error"],
            **IGNORED,
        },
    ),
    "Task": object_schema(
        {
            "task_id": text("The id of the task, which is that of the video."),
            "format": constant("mp4"),
            "metadata": described(
                object_schema(
                    {"width": WIDTH, "height": HEIGHT, "duration": SECONDS},
                    optional={"seed": described(WHOLE, "The seed."), "fps": VIDEO["fps"]},
                ),
                "What the video is like.",
            ),
            **{
                name: VIDEO[name]
                for name in (
                    *("id", "object", "model", "status", "progress"),
                    *("created_at", "completed_at", "error"),
                )
            },
        },
        optional={"url": VIDEO["url"], **IGNORED},
    ),
    "AzureJob": object_schema(
        {
            "object": constant("video.generation.job"),
            "id": text("The id of the job."),
            "status": one_of(
                "Where it is.", "queued", "running", "succeeded", "failed", "cancelled"
            ),
            "created_at": VIDEO["created_at"],
            "finished_at": nullable(time("When it ended")),
            "expires_at": VIDEO["expires_at"],
            "generations": {
                "type": "array",
                "items": GENERATION,
                "description": "The finished videos.",
            },
            "prompt": VIDEO["prompt"],
            "model": VIDEO["model"],
            "n_variants": described(WHOLE, "How many videos the job has."),
            "n_seconds": SECONDS,
            "width": WIDTH,
            "height": HEIGHT,
            "failure_reason": nullable(text("Why it failed.")),
        },
        optional=IGNORED,
    ),
}
