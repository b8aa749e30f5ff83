"""How long a film is, from its packets: no frame is decoded."""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
from av.error import FFmpegError

from sorairo.errors import MediaError, TooLargeError
from sorairo.video.reading.demuxer import first_time, open_media, picture_stream, rates
from sorairo.video.reading.film_end import declared_end
from sorairo.video.reading.recordings import Recordings
from sorairo.video.reading.timeline import Timeline

_MANY = 10_000_000  # frames; of more, only the number is found, not which frames they show


def probe_length(
    path: Path, check: Callable[[float, float], None] = lambda frames, seconds: None
) -> tuple[int, float]:
    """The number of frames and the rate at which `read_video` reads a whole film, those frames
    included that are repeated to keep the times.

    A header says little of them: an edit list can repeat a packet, and each packet may last as long
    as it likes. `check` is called with frames and seconds after every packet and in the end, and
    may refuse them by an exception. Raises MediaError and FFmpegError.
    """
    with open_media(path) as container:
        stream = picture_stream(path, container)
        nominal = rates(stream)
        recordings = Recordings.of(container, stream, step=1 / nominal[0])
        end = declared_end(path, container, stream, recordings)
    starts = _packet_times(path, recordings, check)
    last = float(starts[-1])
    timeline = Timeline(starts=starts, end=end if end and end > last else last + 1 / nominal[0])
    check(len(starts), timeline.duration)
    frames, fps = _constant_rate(timeline, nominal)
    check(frames, frames / fps)
    return frames, fps


def _packet_times(
    path: Path, recordings: Recordings, check: Callable[[float, float], None]
) -> np.ndarray:
    """When the packets of a film are shown (seconds, on the file's clock), without repetitions."""
    times: list[float] = []
    with open_media(path) as container, suppress(FFmpegError):
        stream, clock = picture_stream(path, container), recordings.clock()
        step = 1 / rates(stream)[0]
        for packet in container.demux(stream):
            if packet.is_discard or not packet.size:
                continue
            if clock:
                clock.shift(packet)
            if packet.pts is not None and packet.time_base:
                times.append(float(packet.pts * packet.time_base))
            else:
                times.append(times[-1] + step if times else first_time(stream))
            check(len(times), times[-1] - times[0])
    if not times:
        raise MediaError(f"No frame of {path} can be decoded: convert it to .mp4.")
    return np.unique(times)


def _constant_rate(timeline: Timeline, nominal: list[float]) -> tuple[int, float]:
    """The number and rate of the frames that stand for those of a timeline."""
    counted: list[float] = []

    def note(count: float) -> None:
        counted.append(count)
        if count > _MANY:
            raise TooLargeError("too many to find out which they show")

    try:
        shown, fps = timeline.at_constant_rate(nominal, check=note)
        return len(shown), fps
    except TooLargeError:
        return math.ceil(counted[-1]), counted[-1] / timeline.duration
