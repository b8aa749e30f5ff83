"""The Video object: what a client is told of a job."""

from __future__ import annotations

from typing import Any

from sorairo.jobs.job import COMPLETED, FAILED, QUEUED, RUNNING, Job
from sorairo.server.job_spec import VideoFields

STATUS = {QUEUED: "queued", RUNNING: "in_progress", COMPLETED: "completed", FAILED: "failed"}
VARIANTS = {
    "video": ("video.mp4", "video/mp4"),
    "thumbnail": ("thumbnail.webp", "image/webp"),
    "spritesheet": ("spritesheet.jpg", "image/jpeg"),
}

PREVIEW = ("preview.webp", "image/webp")  # of what is being made


def video_of(job: Job, keep: float | None = None) -> dict[str, Any]:
    """All keys that the SDKs read, and of our own: `seed`, `fps`, `native_size` (as it was
    painted), `videos` (the ids of all that were asked for at once). Files are kept for `keep`
    seconds."""
    fields, result = VideoFields.from_payload(job.payload), job.result or {}
    return {
        "id": job.id,
        "object": "video",
        "model": fields.model,
        "status": STATUS[job.status],
        "progress": job.progress,
        "created_at": int(job.created_at),
        "completed_at": int(job.ended_at) if job.status == COMPLETED and job.ended_at else None,
        "expires_at": int(job.ended_at + keep) if keep and job.ended_at else None,
        "prompt": fields.prompt,
        "size": result.get("size") or fields.size,
        "seconds": result.get("seconds") or fields.seconds,
        "remixed_from_video_id": fields.remixed_from_video_id,
        "error": job.error,
        "seed": fields.seed,
        **({"videos": fields.videos} if fields.videos else {}),
        **{name: result[name] for name in ("fps", "native_size") if name in result},
    }
