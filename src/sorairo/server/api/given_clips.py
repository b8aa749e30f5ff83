"""Given clips: what is known of them before a job is accepted, and what follows from it."""

from __future__ import annotations

import math
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from threading import BoundedSemaphore
from typing import Any, TypeVar, cast

from sorairo.errors import MediaError, RequestError, WriteError
from sorairo.generation.requests.base import InputFile, Request
from sorairo.generation.requests.defaults import STILL_LONGEST
from sorairo.generation.requests.limits import Limits, own_size, parse_size
from sorairo.jobs.job import Job
from sorairo.notes import Note, sentence_of
from sorairo.server.api.errors import RETRY_SOON, ApiError
from sorairo.server.api.uploaded_file import Upload
from sorairo.server.uploads.file_types import (
    IMAGE_TYPES,
    declared_size,
    detect_type,
    is_animated,
)
from sorairo.server.uploads.media_info import MediaInfo
from sorairo.server.uploads.sandbox import inspect

Kind = TypeVar("Kind", bound=Request)
MAX_INSPECTIONS = max(2, os.cpu_count() or 1)  # processes that read headers at once
INSPECTION_WAIT = 30.0  # seconds for which a request waits for its turn
_inspections = BoundedSemaphore(MAX_INSPECTIONS)


@dataclass(frozen=True, kw_only=True)
class GivenClip:
    """A clip that a request works on: an upload, or the result of a job."""

    info: MediaInfo
    """Its size and length."""
    seconds: float
    """Its length as clients see it: of an upload, in whole seconds."""
    file: Upload | str
    """The file that came with the request, or the name of the result in the media store."""
    name: str = "video"
    """What the request calls the field."""
    model: str | None = None
    """The name of the model that made it, if it is the result of a job."""
    video_id: str | None = None
    """The id of that job."""

    def size(self, limits: Limits) -> tuple[int, int]:
        """The width and height of what is made from it: its own, as far as the limits allow."""
        longest = STILL_LONGEST if self.info.is_picture else 0
        return own_size(self.info.width, self.info.height, limits, longest=longest)


def inspected(upload: Upload, name: str) -> MediaInfo:
    """Size and length of a file that was sent in the field `name`, read in the sandbox. Raises
    ApiError if the file cannot be read or is too large, and if the server is too busy."""
    if not _inspections.acquire(timeout=INSPECTION_WAIT):
        message = Note("The server is busy with other uploads: try again.", "busy")
        raise ApiError(503, message, code="unavailable", headers=RETRY_SOON)
    try:
        with tempfile.TemporaryDirectory(prefix="sorairo-upload-") as folder:
            path = Path(folder) / "upload"
            path.write_bytes(upload.data)
            return inspect(path)
    except WriteError:
        raise
    except MediaError as error:
        raise ApiError(400, sentence_of(error), param=name, code="invalid_file") from error
    finally:
        _inspections.release()


def uploaded_clip(upload: Upload, name: str) -> GivenClip:
    """A clip that was sent in the field `name`. Raises ApiError."""
    info = inspected(upload, name)
    return GivenClip(info=info, seconds=whole_seconds(info.duration), file=upload, name=name)


def picture_info(upload: Upload, name: str) -> MediaInfo:
    """The size of a picture that was sent in the field `name`, by its header. Raises ApiError for
    a video and for an animation."""
    kind = detect_type(upload.data)
    if kind not in IMAGE_TYPES or is_animated(upload.data, kind):
        what = "an animation" if kind in IMAGE_TYPES else "a video"
        message = Note(
            f"'{name}' is {what}, not a picture: send one frame of it, or extend it instead.",
            "not_one_picture",
            name=name,
        )
        raise ApiError(400, message, param=name, code="invalid_file")
    width, height = declared_size(upload.data, kind) or (0, 0)
    return MediaInfo(width=width, height=height, num_frames=1, fps=1.0)


def finished_clip(job: Job, video: dict[str, Any], path: str, name: str) -> GivenClip:
    """The result of a completed job that the field `name` refers to; `video` is its Video object,
    `path` the name of its clip in the media store."""
    result = job.result or {}
    width, height = parse_size(str(video["size"]))
    fps, seconds = float(result.get("fps", 24.0)), float(result.get("seconds", video["seconds"]))
    num_frames = max(1, round(seconds * fps))
    info = MediaInfo(width=width, height=height, num_frames=num_frames, fps=fps)
    return GivenClip(
        info=info,
        seconds=float(video["seconds"]),
        file=path,
        name=name,
        model=str(video["model"]),
        video_id=job.id,
    )


def whole_seconds(seconds: float) -> float:
    """A length in whole seconds, at least 1: clients read `seconds` as an integer, and a clip of
    5.005 s was recorded as one of 5."""
    return float(max(1, math.floor(seconds + 0.5)))


def check_pictures(request: Kind, files: Sequence[Upload | str], name: str, limits: Limits) -> Kind:
    """The same request, after a check of the headers of the pictures that were sent with it in the
    field `name`. Raises ApiError."""
    infos = [picture_info(each, name) for each in files if isinstance(each, Upload)]
    return check_given(request, infos, name, limits)


def check_given(request: Kind, infos: Sequence[MediaInfo], name: str, limits: Limits) -> Kind:
    """The same request, which these given files of the field `name` fit. Raises ApiError."""
    inputs = tuple(InputFile(name=f"'{name}'", sha256="") for _ in infos)
    try:
        replace(request, inputs=inputs).validate_inputs(cast(Any, infos), limits)
    except RequestError as error:
        raise ApiError(400, sentence_of(error), param=name, code="invalid_value") from error
    return request
