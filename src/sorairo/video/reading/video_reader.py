"""Reads video files with FFmpeg."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import av
import numpy as np
from av.container import InputContainer
from av.video.reformatter import VideoReformatter
from av.video.stream import VideoStream

from sorairo.errors import MediaError
from sorairo.video.footage import Footage
from sorairo.video.reading.audio_reader import read_sound
from sorairo.video.reading.colors.frame_pixels import is_turned, to_rgb
from sorairo.video.reading.constant_frame_rate import at_constant_rate
from sorairo.video.reading.deinterlace import progressive
from sorairo.video.reading.demuxer import (
    begin_at,
    decoded,
    first_time,
    open_media,
    picture_stream,
    rates,
)
from sorairo.video.reading.film_end import declared_end, last_time
from sorairo.video.reading.header_check import check_length
from sorairo.video.reading.limits import check_picture, check_size, within
from sorairo.video.reading.recordings import Recordings
from sorairo.video.reading.time_range import NEAR, beyond, span
from sorairo.video.reading.timeline import Timeline

_LONG = 0.1  # seconds: a frame that lasts longer may begin in the middle
_KEPT = ("title", "artist", "comment", "copyright", "date", "description", "genre")


class TimedFrame(NamedTuple):
    """A decoded frame, or the end of the part that is read."""

    begins: float  # seconds, on the file's clock
    length: float  # seconds, as the decoder estimates it
    picture: av.VideoFrame | None  # None: the end


def read_video(path: Path, start: float | None, end: float | None, max_side: int | None) -> Footage:
    """The video track that players show, with its sound.

    It begins with the frame on screen at `start`. Packets that cannot be decoded are skipped, as in
    players, and a file that breaks off is read up to there. Raises MediaError.
    """
    with open_media(path) as container:
        stream = picture_stream(path, container)
        zero, nominal = first_time(stream), rates(stream)
        recordings = Recordings.of(container, stream, step=1 / nominal[0])
        tags = {key.lower(): text for key, text in container.metadata.items()}  # Matroska: COMMENT
        metadata = {key: text for key, text in tags.items() if key in _KEPT}
        film_end = declared_end(path, container, stream, recordings)
    from_end = (start or 0) < 0 or (end or 0) < 0
    first, last = span(
        path, start, end, last_time(path, recordings) - zero if from_end else math.inf
    )
    check_length(path, zero + first, zero + last, max_side)
    since = zero + first if first > 0 else -math.inf
    part = _Part(path, recordings, since, zero + last, film_end, max_side)
    frames, timeline = part.read(seek=not recordings.are_joined)
    if first > 0 and (not frames or timeline.starts[0] > since + NEAR):  # the seek went too far
        frames, timeline = part.read(seek=False)
    if not frames:
        if first > 0:
            raise beyond(path, first, last_time(path, recordings) - zero)
        raise MediaError(f"No frame of {path} can be decoded: convert it to .mp4.")
    timeline = _from(frames, timeline, since, min(1 / nominal[0], _LONG))
    starts = timeline.starts
    pictures, fps = at_constant_rate(path, frames, timeline, nominal)
    sound = read_sound(path, float(starts[0]), len(pictures) / fps, recordings)
    return Footage(frames=pictures, fps=fps, sound=sound, metadata=metadata)


def _from(frames: list[np.ndarray], timeline: Timeline, since: float, step: float) -> Timeline:
    """The timeline from `since` on, if its first frame appears more than a `step` (seconds) before:
    a slide in the middle. What is left of it is dropped if it is less than a step."""
    starts = timeline.starts
    if since - starts[0] <= step:
        return timeline
    if len(starts) > 1 and starts[1] - since < step:
        del frames[0]
        return Timeline(starts=starts[1:], end=timeline.end)
    return Timeline(starts=np.array([since, *starts[1:]]), end=timeline.end)


class _Part(NamedTuple):
    """What is to be read of a film."""

    path: Path
    recordings: Recordings
    first: float  # seconds, on the file's clock
    last: float
    film_end: float | None  # from the file's index
    max_side: int | None

    def read(self, *, seek: bool) -> tuple[list[np.ndarray], Timeline]:
        """The frames of the part."""
        with open_media(self.path) as container:
            stream = picture_stream(self.path, container)
            if seek:
                begin_at(container, stream, self.first)
            timed_frames = _timed_frames(container, stream, self.recordings)
            part = _between(timed_frames, self.first, self.last, self.film_end)
            return _pixels(self.path, stream, part, self.max_side)


def _timed_frames(
    container: InputContainer, stream: VideoStream, recordings: Recordings
) -> Iterator[TimedFrame]:
    """The frames with increasing times; without one, a frame follows the one before it."""
    step, expected = 1 / rates(stream)[0], first_time(stream)
    before = -math.inf
    for picture in progressive(decoded(container, stream, recordings), stream):
        begins = expected if picture.pts is None else picture.time
        if begins <= before:
            continue  # players do not show it either
        length = float(picture.duration * picture.time_base) if picture.time_base else 0
        yield TimedFrame(begins, length or step, picture)
        before, expected = begins, begins + step


def _between(
    timed_frames: Iterator[TimedFrame], first: float, last: float, film_end: float | None
) -> Iterator[TimedFrame]:
    """The frames from the one on screen at `first` to the last one before `last` (seconds), and
    then the end of that one."""
    shown = before = None
    for timed in timed_frames:
        if timed.begins >= last - NEAR:
            if before is not None and timed.begins > first + NEAR:
                yield before
            yield TimedFrame(min(timed.begins, last), 0, None)
            return
        if timed.begins <= first + NEAR:
            shown = before = timed
            continue
        if before is not None:
            yield before
        yield timed
        shown, before = timed, None
    if shown is None:
        return
    ends = shown.begins + shown.length
    if film_end is not None and film_end > shown.begins:
        ends = film_end
    if before is not None and ends > first:
        yield before
    yield TimedFrame(min(ends, last), 0, None)


def _pixels(
    path: Path, stream: VideoStream, timed_frames: Iterator[TimedFrame], max_side: int | None
) -> tuple[list[np.ndarray], Timeline]:
    frames: list[np.ndarray] = []
    times: list[float] = []
    size, turned, reformatter = (0, 0), False, VideoReformatter()
    for begins, _, picture in timed_frames:
        times.append(begins)
        if picture is None:
            break
        if not frames:
            size, turned = shown_size(path, stream, picture, max_side), is_turned(picture)
        width, height = size if is_turned(picture) == turned else (size[1], size[0])
        frames.append(to_rgb(picture, (width, height), reformatter))
        check_size(path, len(frames), *size)
    return frames, Timeline(starts=np.array(times[:-1]), end=times[-1] if times else 0.0)


def shown_size(
    path: Path, stream: VideoStream, picture: av.VideoFrame, max_side: int | None
) -> tuple[int, int]:
    """The size of the first frame with square pixels, before it is turned; all frames get it."""
    aspect = float(stream.sample_aspect_ratio or 1)  # of one pixel, width : height
    width = max(1, round(picture.width * aspect))
    check_picture(path, width, picture.height)
    return within(width, picture.height, max_side)
