"""Reads video files with FFmpeg."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
from av.container import InputContainer
from av.video.reformatter import VideoReformatter
from av.video.stream import VideoStream

from sorairo.errors import MediaError
from sorairo.video.footage import Footage
from sorairo.video.reading.audio_reader import read_sound
from sorairo.video.reading.color_conversion import is_turned, to_rgb
from sorairo.video.reading.constant_frame_rate import at_constant_rate
from sorairo.video.reading.deinterlace import progressive
from sorairo.video.reading.demuxer import (
    begin_at,
    decoded,
    first_time,
    last_time,
    open_media,
    picture_stream,
    rate,
)
from sorairo.video.reading.limits import check_picture, check_size, within
from sorairo.video.reading.time_range import NEAR, beyond, span

_KEPT = ("title", "artist", "comment", "copyright", "date", "description", "genre")

TimedFrame = tuple[float, float, av.VideoFrame]  # start and estimated end (seconds), frame


def read_video(path: Path, start: float | None, end: float | None, max_side: int | None) -> Footage:
    """The first video stream of `path`, with its sound.

    It begins with the frame on screen at `start`. Packets that cannot be decoded are skipped, as in
    players, and a file that breaks off is read up to there. Raises MediaError.
    """
    with open_media(path) as container:
        stream = picture_stream(path, container)
        zero, fps = first_time(stream), rate(stream)
        metadata = {key: text for key, text in container.metadata.items() if key in _KEPT}
        from_end = (start or 0) < 0 or (end or 0) < 0
        first, last = span(path, start, end, last_time(path) - zero if from_end else math.inf)
        _check_length(path, stream, first, last, max_side)
    since = zero + first if first > 0 else -math.inf
    frames, times = _part(path, since, zero + last, max_side, seek=True)
    if first > 0 and (not frames or times[0] > since + NEAR):  # the seek went too far
        frames, times = _part(path, since, zero + last, max_side, seek=False)
    if not frames:
        if first > 0:
            raise beyond(path, first, last_time(path) - zero)
        raise MediaError(f"No frame of {path} can be decoded: convert it to .mp4.")
    *begins, until = times
    if since - begins[0] > 1 / fps:  # a frame that was shown long before
        begins[0] = since
    until = min(until, zero + last)
    pictures, fps = at_constant_rate(path, frames, np.array(begins), end=until, fps=fps)
    sound = read_sound(path, begins[0], len(pictures) / fps)
    return Footage(frames=pictures, fps=fps, sound=sound, metadata=metadata)


def _part(
    path: Path, first: float, last: float, max_side: int | None, *, seek: bool
) -> tuple[list[np.ndarray], list[float]]:
    with open_media(path) as container:
        stream = picture_stream(path, container)
        if seek:
            begin_at(container, stream, first)
        return _pixels(
            path, stream, _between(_timed_frames(container, stream), first, last), max_side
        )


def _check_length(
    path: Path, stream: VideoStream, first: float, last: float, max_side: int | None
) -> None:
    """Raises MediaError, before anything is decoded, if the header shows that it is too large."""
    width, height = stream.codec_context.width, stream.codec_context.height
    check_picture(path, width, height)
    if stream.duration and stream.time_base:
        seconds = min(last, float(stream.duration * stream.time_base)) - first
        check_size(path, seconds * rate(stream), *within(width, height, max_side))


def _timed_frames(container: InputContainer, stream: VideoStream) -> Iterator[TimedFrame]:
    step = 1 / rate(stream)
    for index, picture in enumerate(progressive(decoded(container, stream), stream)):
        begins = first_time(stream) + index * step if picture.pts is None else picture.time
        lasts = float(picture.duration * picture.time_base) if picture.time_base else 0
        yield begins, begins + (lasts or step), picture


def _between(timed_frames: Iterator[TimedFrame], first: float, last: float) -> Iterator[TimedFrame]:
    """The frames from the one on screen at `first` to the last one before `last` (seconds)."""
    before = None
    for timed in timed_frames:
        if timed[0] >= last - NEAR:
            break
        if timed[0] <= first + NEAR:
            before = timed
            continue
        if before is not None:
            yield before
            before = None
        yield timed
    if before is not None and before[1] > first:
        yield before


def _pixels(
    path: Path, stream: VideoStream, timed_frames: Iterator[TimedFrame], max_side: int | None
) -> tuple[list[np.ndarray], list[float]]:
    """The frames, and their start times (seconds) followed by the end of the last one."""
    frames: list[np.ndarray] = []
    times: list[float] = []
    size, turned, until, reformatter = (0, 0), False, 0.0, VideoReformatter()
    for begins, until_then, picture in timed_frames:
        if not frames:
            size, turned = shown_size(path, stream, picture, max_side), is_turned(picture)
        if times and begins <= times[-1]:
            continue  # its time jumps back
        width, height = size if is_turned(picture) == turned else (size[1], size[0])
        frames.append(to_rgb(picture, (width, height), reformatter))
        times.append(begins)
        until = until_then
        check_size(path, len(frames), *size)
    return frames, [*times, until]


def shown_size(
    path: Path, stream: VideoStream, picture: av.VideoFrame, max_side: int | None
) -> tuple[int, int]:
    """The size of the first frame with square pixels, before it is turned; all frames get it."""
    aspect = float(stream.sample_aspect_ratio or 1)  # of one pixel, width : height
    width = max(1, round(picture.width * aspect))
    check_picture(path, width, picture.height)
    return within(width, picture.height, max_side)
