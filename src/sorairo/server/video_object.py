"""The Video object: how a job appears in responses."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from sorairo.jobs.job import COMPLETED, FAILED, QUEUED, RUNNING, Job
from sorairo.notes import details_of
from sorairo.server.job_spec import VideoFields

# Status of the Video object, by status of the job.
STATUS = {QUEUED: "queued", RUNNING: "in_progress", COMPLETED: "completed", FAILED: "failed"}
# File name and media type of every file of a finished video.
VARIANTS = {
    "video": ("video.mp4", "video/mp4"),
    "thumbnail": ("thumbnail.webp", "image/webp"),
    "spritesheet": ("spritesheet.jpg", "image/jpeg"),
}
FROM_RESULT = ("fps", "native_size", "loras", "score", "score_parts")  # keys of the result of a job
TOLERANCE = 0.5  # seconds between the length that was announced and that of the result
# A job for a picture: the prefix of its id, and its file, which other jobs do not have.
IMAGE_PREFIX, IMAGE = "image_", "image"
PICTURE = ("picture.png", "image/png")
# Of a video that is being generated: a folder for sampling checkpoints; and one with a frame and an
# animation, which are image/webp.
CHECKPOINTS = "stages"
PREVIEWS, PREVIEW_TYPE = "preview", "image/webp"
STILL_PREVIEW, MOVING_PREVIEW = f"{PREVIEWS}/still.webp", f"{PREVIEWS}/moving.webp"


def video_of(job: Job, retention_seconds: float | None = None) -> dict[str, Any]:
    """The Video object of a job, with all keys that OpenAI's SDKs read.

    Keys of our own are `seed`, `duration` (the exact length), `processing_seconds` (for which
    workers held the job), `fps`, `native_size` (the size before upscaling), `loras` (what became
    of the LoRAs of the request), `score` and `score_parts` (how well one of several shows the
    prompt), `notes` and `note_details` (how the prompt is read), `videos` (the ids of all videos of
    the request), `ignored` (fields of the request that can do nothing here), `favourite`, `tags`,
    `trashed_at`, `kind` (the command that makes it) and `cancel_requested` (while the worker has
    not stopped yet). Files are deleted `retention_seconds` after the job has ended; None: never.
    """
    fields, result = VideoFields.from_payload(job.payload), job.result or {}
    ended_at, retention = job.ended_at, retention_seconds
    return {
        "id": job.id,
        "object": "video",
        "model": fields.model,
        "status": STATUS[job.status],
        "progress": job.progress,
        "created_at": int(job.created_at),
        "completed_at": int(ended_at) if job.status == COMPLETED and ended_at else None,
        "expires_at": int(ended_at + retention) if retention and ended_at else None,
        "prompt": fields.prompt,
        "size": result.get("size") or fields.size,
        "seconds": _seconds(fields.seconds, result.get("seconds")),
        "remixed_from_video_id": fields.remixed_from_video_id,
        "error": job.error,
        "seed": fields.seed,
        **_notes(fields, result),
        **({"videos": fields.videos} if fields.videos else {}),
        **({"ignored": fields.ignored} if fields.ignored else {}),
        **({"favourite": True} if job.favourite else {}),
        **({"tags": list(job.tags)} if job.tags else {}),
        **({"trashed_at": int(job.trashed_at)} if job.trashed_at else {}),
        **({"kind": job.payload["command"]} if job.payload.get("command") else {}),
        **({"cancel_requested": True} if job.cancelled and not job.ended else {}),
        **({"duration": float(result["seconds"])} if "seconds" in result else {}),
        **({"processing_seconds": _processing_seconds(job)} if job.status == COMPLETED else {}),
        **{name: result[name] for name in FROM_RESULT if name in result},
    }


def _notes(fields: VideoFields, result: Mapping[str, Any]) -> dict[str, Any]:
    """Those that were known when the job was accepted, then those of its worker. Jobs of earlier
    versions have no details."""
    notes, details = fields.notes or (), fields.note_details
    all_notes = [*notes, *result.get("notes", ())]
    if details is None and len(all_notes) > len(notes):
        details = details_of(notes)
    all_details = [*(details or ()), *result.get("note_details", ())]
    return {
        **({"notes": all_notes} if all_notes else {}),
        **({"note_details": all_details} if all_details else {}),
    }


def _seconds(requested: str, made: str | None) -> str:
    """The length that clients see. Whole seconds stay as they were when the job was accepted:
    clients read them as an integer, and a clip of 5.005 s is one of 5. Jobs of earlier versions
    with an uploaded clip did not know its length."""
    if made is None:
        return requested
    if requested.isdigit() and int(requested) > 0 and _near(requested, made):
        return requested
    return made if "." in requested else f"{max(1, math.floor(float(made) + 0.5))}"


def _processing_seconds(job: Job) -> float:
    """How long workers held the job."""
    if job.started_at is None or job.ended_at is None:
        return 0.0
    return round(max(0.0, job.ended_at - job.started_at), 1)


def _near(requested: str, made: str) -> bool:
    return abs(float(requested) - float(made)) <= TOLERANCE
