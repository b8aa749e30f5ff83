"""Refuses films that are too large before any frame is decoded."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from av.container import InputContainer
from av.error import FFmpegError
from av.video.stream import VideoStream

from sorairo.errors import TooLargeError
from sorairo.video.reading.demuxer import begin_at, first_time, open_media, picture_stream, rates
from sorairo.video.reading.limits import check_picture, check_size, within


def check_length(path: Path, first: float, last: float, max_side: int | None) -> None:
    """Raises TooLargeError if the part of a film from `first` to `last` (seconds, on the file's
    clock) is too large.

    Where the header says so, the packets are counted: it may be wrong.
    """
    with open_media(path) as container:
        stream = picture_stream(path, container)
        width, height = stream.codec_context.width, stream.codec_context.height
        check_picture(path, width, height)
        size = within(width, height, max_side)
        if not stream.duration or not stream.time_base:
            return
        end = min(last, first_time(stream) + float(stream.duration * stream.time_base))
        try:
            check_size(path, (end - first) * rates(stream)[0], *size)
        except TooLargeError:
            begin_at(container, stream, first)
            check_size(path, _count(container, stream, first, last), *size)


def _count(container: InputContainer, stream: VideoStream, first: float, last: float) -> int:
    """The packets in a part of a film."""
    found = 0
    with suppress(FFmpegError):
        for packet in container.demux(stream):
            if packet.pts is not None and packet.time_base and not packet.is_discard:
                found += first <= packet.pts * packet.time_base < last
    return found
