"""Recordings that were joined end to end in one file, such as transport streams by `cat`: the clock
jumps where one ends and the next begins."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import av
from av.container import InputContainer
from av.error import FFmpegError
from av.format import Flags
from av.video.stream import VideoStream

_BACK, _AHEAD = 0.1, 10.0  # seconds: a clock that jumps this far belongs to another recording


@dataclass(kw_only=True)
class _Watch:
    """Finds the jumps of one stream's clock, packet by packet."""

    expected: float | None = None  # seconds: when the next packet is decoded
    number: int = 0  # of the recording

    def see(self, packet: av.Packet) -> int:
        """The number of the recording that a packet belongs to, from 0 on."""
        if packet.dts is None or not packet.time_base:
            return self.number
        time = float(packet.dts * packet.time_base)
        lasts = float((packet.duration or 0) * packet.time_base)
        if self.expected is not None and not -_BACK < time - self.expected < _AHEAD:
            self.number += 1
        self.expected = time + lasts
        return self.number


@dataclass(frozen=True, kw_only=True)
class Recordings:
    """The recordings of a file, and when each one begins in the whole."""

    offsets: tuple[float, ...] = (0.0,)
    """Seconds to add to the times of each recording, so that its pictures follow those of the one
    before; its sound moves with them."""
    end: float | None = None
    """When the last frame ends (seconds, on the clock of the first recording); None: unknown."""

    @classmethod
    def of(cls, container: InputContainer, stream: VideoStream, step: float) -> Recordings:
        """Find the recordings in the packets of the video `stream`, which are all read, but only in
        formats whose clock may jump. A packet without a length lasts for `step` (seconds)."""
        if not container.format.flags & Flags.ts_discont.value:
            return cls()
        watch = _Watch()
        spans: dict[int, tuple[float, float]] = {}
        with suppress(FFmpegError):  # the file breaks off there
            for packet in container.demux(stream):
                number = watch.see(packet)
                if packet.pts is not None and packet.time_base:
                    begins = float(packet.pts * packet.time_base)
                    ends = begins + (float((packet.duration or 0) * packet.time_base) or step)
                    first, last = spans.get(number, (begins, ends))
                    spans[number] = min(first, begins), max(last, ends)
        offsets: list[float] = []
        end = None
        for number in range(watch.number + 1):
            first, last = spans.get(number, (end or 0.0, end or 0.0))
            offsets.append(0.0 if end is None else end - first)
            end = last + offsets[-1]
        return cls(offsets=tuple(offsets), end=end if spans else None)

    @property
    def are_joined(self) -> bool:
        """Whether there is more than one recording."""
        return len(self.offsets) > 1

    def clock(self) -> Clock | None:
        """What sets the times of one stream's packets right; None if there is one recording."""
        return Clock(self.offsets) if self.are_joined else None


class Clock:
    """Sets the times of one stream's packets right."""

    def __init__(self, offsets: tuple[float, ...]) -> None:
        """`offsets` are those of `Recordings`."""
        self._offsets, self._watch = offsets, _Watch()

    def shift(self, packet: Any) -> None:
        """Move the times of a packet by the offset of its recording."""
        number = min(self._watch.see(packet), len(self._offsets) - 1)
        offset = round(self._offsets[number] / packet.time_base) if packet.time_base else 0
        if packet.pts is not None:
            packet.pts += offset
        if packet.dts is not None:
            packet.dts += offset
