"""The Video object: what a client is told of a job."""

from __future__ import annotations

from typing import Any

from sorairo.jobs.job import COMPLETED, FAILED, QUEUED, RUNNING, Job

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
    told, result = job.payload["told"], job.result or {}
    return {
        "id": job.id,
        "object": "video",
        "model": told["model"],
        "status": STATUS[job.status],
        "progress": job.progress,
        "created_at": int(job.created_at),
        "completed_at": int(job.ended_at) if job.status == COMPLETED and job.ended_at else None,
        "expires_at": int(job.ended_at + keep) if keep and job.ended_at else None,
        "prompt": told["prompt"],
        "size": result.get("size") or told["size"],
        "seconds": result.get("seconds") or told["seconds"],
        "remixed_from_video_id": told["remixed_from_video_id"],
        "error": job.error,
        "seed": told.get("seed"),
        **{name: told[name] for name in ("videos",) if name in told},
        **{name: result[name] for name in ("fps", "native_size") if name in result},
    }
