"""Other forms of a finished clip, made when they are asked for: GIF, WebP, all frames, one."""

from __future__ import annotations

import io
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import BoundedSemaphore

import numpy as np
from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import StreamingResponse
from PIL import Image

from sorairo.errors import MediaError
from sorairo.jobs.job import Job
from sorairo.notes import Note, within
from sorairo.server.api.dependencies import FileOwner, file_of, job_of, service_of
from sorairo.server.api.downloads import CACHE_CONTROL
from sorairo.server.api.errors import RETRY_SOON, ApiError
from sorairo.server.api.library.downloads.zip_stream import ZipStream
from sorairo.server.api.routes import VideoId
from sorairo.server.uploads.sandbox import decode
from sorairo.video.clip import Clip
from sorairo.video.resampling import at_fps

MAX_CONVERSIONS, CONVERSION_WAIT = 2, 60.0  # at once; seconds for which a request waits
WEBP_QUALITY, WEBP_METHOD = 80, 2  # the method is Pillow's: 0 is fast, 6 is small
ZIP, GIF, WEBP, PNG = "application/zip", "image/gif", "image/webp", "image/png"
_conversions = BoundedSemaphore(MAX_CONVERSIONS)

router = APIRouter(prefix="/v1")


@router.get("/videos/{video_id}/gif")
def get_gif(
    request: Request,
    owner: FileOwner,
    video_id: VideoId,
    side: int = Query(480, ge=64, le=2048, description="The longest side in pixels at most."),
    fps: float = Query(12.0, ge=1, le=50, description="Frames per second at most."),
) -> Response:
    """Downloads a finished video as an animated GIF that loops."""
    job = job_of(request, owner, video_id)
    clip = _at_most(_clip_of(request, job, side), fps)
    with tempfile.TemporaryDirectory(prefix="sorairo-gif-") as folder:
        path = clip.save(Path(folder) / "clip.gif")
        return _file(path.read_bytes(), GIF, f"{job.id}.gif")


@router.get("/videos/{video_id}/webp")
def get_webp(
    request: Request,
    owner: FileOwner,
    video_id: VideoId,
    side: int = Query(480, ge=64, le=2048, description="The longest side in pixels at most."),
    fps: float = Query(16.0, ge=1, le=50, description="Frames per second at most."),
) -> Response:
    """Downloads a finished video as an animated WebP that loops."""
    job = job_of(request, owner, video_id)
    clip = _at_most(_clip_of(request, job, side), fps)
    pictures, file = [Image.fromarray(frame) for frame in clip.frames], io.BytesIO()
    ends = np.round(np.arange(len(pictures) + 1) * 1000 / clip.fps).astype(int)
    pictures[0].save(
        file,
        "WEBP",
        save_all=True,
        append_images=pictures[1:],
        duration=[int(each) for each in np.diff(ends)],
        loop=0,
        quality=WEBP_QUALITY,
        method=WEBP_METHOD,
    )
    return _file(file.getvalue(), WEBP, f"{job.id}.webp")


@router.get("/videos/{video_id}/frames")
def get_frames(request: Request, owner: FileOwner, video_id: VideoId) -> Response:
    """Downloads all frames of a finished video as PNG files in a zip."""
    job = job_of(request, owner, video_id)
    clip = _clip_of(request, job, None)
    return StreamingResponse(
        _frames(clip, job),
        media_type=ZIP,
        headers={"content-disposition": f'attachment; filename="{job.id}-frames.zip"'},
    )


@router.get("/videos/{video_id}/frame")
def get_frame(
    request: Request,
    owner: FileOwner,
    video_id: VideoId,
    time: float = Query(
        0.0, ge=-1e5, le=1e5, description="In seconds; negative: from the end, -0.001 the last."
    ),
) -> Response:
    """Downloads one frame of a finished video as PNG: the one that is shown at a time."""
    job = job_of(request, owner, video_id)
    clip = _clip_of(request, job, None)
    at = time if time >= 0 else clip.duration + time
    number = min(max(0, int(at * clip.fps + 1e-6)), clip.num_frames - 1)
    return _file(_png(clip.frames[number]), PNG, f"{job.id}-{number}.png")


@contextmanager
def converting() -> Iterator[None]:
    """One of the few conversions that run at once. Raises ApiError if the server is too busy."""
    if not _conversions.acquire(timeout=CONVERSION_WAIT):
        message = Note("The server is busy with other conversions: try again.", "busy")
        raise ApiError(503, message, code="unavailable", headers=RETRY_SOON)
    try:
        yield
    finally:
        _conversions.release()


def _clip_of(request: Request, job: Job, side: int | None) -> Clip:
    """The frames of a finished video. Raises ApiError."""
    media, name = service_of(request).media, file_of(request, job, "video")
    try:
        with converting(), tempfile.TemporaryDirectory(prefix="sorairo-clip-") as folder:
            path = Path(folder) / "clip"
            media.get(name, path)
            return decode(path, side)
    except MediaError as error:
        message = within(f"The clip of {job.id} cannot be converted: ", error)
        raise ApiError(400, message, param="video_id", code="invalid_file") from error


def _at_most(clip: Clip, fps: float) -> Clip:
    """The clip with at most so many frames a second: with more than its own, some would be shown
    twice as long as others."""
    return at_fps(clip, min(fps, clip.fps))


def _frames(clip: Clip, job: Job) -> Iterator[bytes]:
    stream, digits = ZipStream(), len(str(clip.num_frames))
    for number, frame in enumerate(clip.frames):
        name = f"{job.id}/{number:0{digits}d}.png"
        yield from stream.add(name, [_png(frame)], job.ended_at or job.created_at)
    yield from stream.end()


def _png(frame: np.ndarray) -> bytes:
    file = io.BytesIO()
    Image.fromarray(frame).save(file, "PNG", compress_level=3)
    return file.getvalue()


def _file(data: bytes, media_type: str, name: str) -> Response:
    headers = {
        "cache-control": CACHE_CONTROL,
        "content-disposition": f'attachment; filename="{name}"',
    }
    return Response(data, media_type=media_type, headers=headers)
