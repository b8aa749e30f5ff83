"""When a film ends, as far as its file tells: the last frame may be held for long."""

from __future__ import annotations

import math
import re
from contextlib import suppress
from pathlib import Path

from av.container import InputContainer
from av.error import FFmpegError
from av.video.stream import VideoStream

from sorairo.errors import MediaError
from sorairo.video.reading.demuxer import open_media, picture_stream, rates
from sorairo.video.reading.recordings import Recordings

_CLOCK = re.compile(r"(\d+):(\d\d):(\d\d(?:\.\d+)?)")  # the tag DURATION of Matroska
_EBML, _SEGMENT = bytes.fromhex("1a45dfa3"), bytes.fromhex("18538067")  # RFC 8794, RFC 9559


def declared_end(
    path: Path, container: InputContainer, stream: VideoStream, recordings: Recordings
) -> float | None:
    """When the last frame ends (seconds, on the file's clock), from the file's index; None if it
    does not say, or if a part of the file is missing."""
    if recordings.end is not None:
        return recordings.end
    if not stream.time_base:
        return None
    if container.format.name.startswith("matroska"):
        return _matroska_end(path, container, stream)
    entries = stream.index_entries
    if not stream.frames or len(entries) != stream.frames or stream.duration is None:
        return None
    size = path.stat().st_size
    if any(entry.pos + entry.size > size for entry in entries):
        return None
    return float(((stream.start_time or 0) + stream.duration) * stream.time_base)


def _matroska_end(path: Path, container: InputContainer, stream: VideoStream) -> float | None:
    if not container.duration or not _is_whole_matroska(path):
        return None
    total = container.duration / 1e6
    found = _CLOCK.match(stream.metadata.get("DURATION", ""))
    if found:
        hours, minutes, seconds = (float(part) for part in found.groups())
        return min(total, 3600 * hours + 60 * minutes + seconds)
    return total if len(container.streams) == 1 else None


def _is_whole_matroska(path: Path) -> bool:
    """Whether the file reaches as far as its segment's size says."""
    with path.open("rb") as file:
        head = file.read(4096)
    if not head.startswith(_EBML) or _SEGMENT not in head:
        return False
    place = head.index(_SEGMENT) + len(_SEGMENT)
    if place == len(head):
        return False
    width = 9 - head[place].bit_length()  # of the size, RFC 8794, 4
    size = int.from_bytes(head[place : place + width]) & ((1 << 7 * width) - 1)
    return size != (1 << 7 * width) - 1 and place + width + size <= path.stat().st_size


def last_time(path: Path, recordings: Recordings) -> float:
    """When the last frame of a film ends (seconds, on the file's own clock).

    Where the index does not say, it is found in the packets. Raises MediaError.
    """
    with open_media(path) as container:
        stream = picture_stream(path, container)
        end = declared_end(path, container, stream, recordings)
    if end is not None:
        return end
    for everything in (False, True):
        last = (-math.inf, 0.0)  # time, length
        with open_media(path) as container, suppress(FFmpegError):
            stream = picture_stream(path, container)
            if not everything and container.duration:
                container.seek(container.duration + (container.start_time or 0))
            for packet in container.demux(stream):
                if packet.pts is not None and packet.time_base:
                    length = float((packet.duration or 0) * packet.time_base)
                    time = float(packet.pts * packet.time_base)
                    last = max(last, (time, length or 1 / rates(stream)[0]))
        if last[0] > -math.inf:
            return sum(last)
    raise MediaError(f"The length of {path} cannot be found: convert it to .mp4.")
