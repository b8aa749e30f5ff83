"""How long jobs take, from those that are finished."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

ONE_SIZE = 0.5  # the exponent of the pixels where clips of one size only are known
APART = 1.5  # pixels : pixels of sizes from which the exponent is found
MAX_EXPONENT = 1.5

Kind = tuple[str | None, str]


@dataclass(frozen=True, kw_only=True)
class Work:
    """What a job has to do."""

    kind: Kind
    """The command, and the model ("" for the one that the worker was started with)."""
    pixels: float = 1.0
    """Of a frame; 1 where the size is not known."""
    length: float = 0.0
    """Seconds of the clip; where the size is not known, its cost."""

    @classmethod
    def of(cls, payload: Mapping[str, Any], cost: float) -> Work:
        """The work of a job with this payload. Its cost is pixels times seconds."""
        size = str((payload.get("video") or {}).get("size") or "")
        width, _, height = size.partition("x")
        known = width.isdecimal() and height.isdecimal() and int(width) * int(height) > 0
        pixels = float(int(width) * int(height)) if known else 1.0
        kind = (payload.get("command"), str(payload.get("runs_on") or ""))
        return cls(kind=kind, pixels=pixels, length=cost / pixels)


@dataclass(frozen=True)
class Rate:
    """Seconds for each second of a clip, by the pixels of its frames.

    A model works at a size of its own and its result is enlarged, or it works at the size that was
    asked for: how much pixels count is found from clips of several sizes.
    """

    seen: Sequence[tuple[float, float]]
    """Of finished jobs: the pixels, and the seconds for each second of the clip."""
    exponent: float = field(init=False)
    """Seconds grow with this power of the pixels."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "exponent", _exponent(self.seen))

    def seconds(self, work: Work) -> float:
        """How long a job takes: the median of what its finished ones say."""
        each = (rate * (work.pixels / pixels) ** self.exponent for pixels, rate in self.seen)
        return work.length * statistics.median(each)


def _exponent(seen: Sequence[tuple[float, float]]) -> float:
    """The slope of seconds over pixels, both logarithmic, by least squares."""
    points = [(math.log(pixels), math.log(rate)) for pixels, rate in seen if rate > 0]
    if not points or max(points)[0] - min(points)[0] < math.log(APART):
        return ONE_SIZE
    slope = statistics.linear_regression(*zip(*points, strict=True)).slope
    return min(max(slope, 0.0), MAX_EXPONENT)


@dataclass(frozen=True)
class Rates:
    """The rates of all kinds of jobs."""

    kinds: Mapping[Kind, Rate] = field(default_factory=dict)
    expected: Mapping[str, Rate] = field(default_factory=dict)
    """What was measured of models, for kinds of which no job is finished."""

    def seconds(self, work: Work) -> float | None:
        """How long a job takes; None if nothing is known about its kind, its model or its work."""
        found = self.kinds.get(work.kind) or self.expected.get(work.kind[1])
        return found.seconds(work) if found is not None and work.length > 0 else None

    def usual(self, work: Work) -> float | None:
        """The same, of a kind of which nothing is known by what is known of all others."""
        known = self.seconds(work)
        if known is not None or not self.kinds:
            return known
        return statistics.median(each.seconds(work) for each in self.kinds.values())
