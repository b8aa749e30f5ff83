"""How long jobs take, from those that are finished.

A job takes `length * rate * pixels ** exponent * (fixed + (1 - fixed) * effort)` seconds, where
`effort` is how often the network runs, relative to the model's defaults. `fixed` is the share of a
usual job that more steps do not lengthen: decoding, enlarging, writing.
"""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

ONE_SIZE = 0.5  # the exponent of the pixels where clips of one size only are known
ONE_EFFORT = 0.2  # the fixed share where clips of one effort only are known
APART = 1.5  # larger : smaller, of pixels or efforts from which a law is found
MAX_EXPONENT = 1.5
SHARES = tuple(n / 20 for n in range(20))  # fixed shares that are tried

Kind = tuple[str | None, str]


class Point(NamedTuple):
    """What one job took."""

    pixels: float
    """Of a frame."""
    rate: float
    """Seconds for each second of its clip."""
    effort: float = 1.0
    """How often the network ran, relative to the model's defaults."""


@dataclass(frozen=True, kw_only=True)
class Work:
    """What a job has to do."""

    kind: Kind
    """The command, and the model ("" for the one that the worker was started with)."""
    pixels: float = 1.0
    """Of a frame; 1 where the size is not known."""
    length: float = 0.0
    """Seconds of the clip; where the size is not known, its cost."""
    effort: float = 1.0
    """How often the network runs, relative to the model's defaults."""

    @classmethod
    def of(cls, payload: Mapping[str, Any], cost: float) -> Work:
        """The work of a job with this payload. Its cost is pixels times seconds."""
        size = str((payload.get("video") or {}).get("size") or "")
        width, _, height = size.partition("x")
        known = width.isdecimal() and height.isdecimal() and int(width) * int(height) > 0
        pixels = float(int(width) * int(height)) if known else 1.0
        kind = (payload.get("command"), str(payload.get("runs_on") or ""))
        effort = payload.get("effort")
        return cls(
            kind=kind,
            pixels=pixels,
            length=cost / pixels,
            effort=1.0 if effort is None else float(effort),
        )


@dataclass(frozen=True)
class Rate:
    """Seconds for each second of a clip, by the pixels of its frames and the effort.

    A model works at a size of its own and its result is enlarged, or it works at the size that was
    asked for: how much pixels count is found from clips of several sizes, and how much the effort
    does from clips of several efforts.
    """

    seen: Sequence[Point]
    """Of finished jobs."""
    usual_share: float = ONE_EFFORT
    """The fixed share, unless `seen` tells it."""
    exponent: float = field(init=False)
    """Seconds grow with this power of the pixels."""
    fixed: float = field(init=False)
    """The share of a job of effort 1 that does not depend on the effort."""

    def __post_init__(self) -> None:
        have_efforts = _are_apart([each.effort for each in self.seen])
        tried = SHARES if have_efforts else (self.usual_share,)
        _, fixed, exponent = min(_law(self.seen, share) for share in tried)
        object.__setattr__(self, "exponent", exponent)
        object.__setattr__(self, "fixed", fixed)

    def seconds(self, work: Work) -> float:
        """How long a job takes: the median of what its finished ones say."""
        each = (
            point.rate
            * (work.pixels / point.pixels) ** self.exponent
            / _weight(point.effort, self.fixed)
            for point in self.seen
        )
        return work.length * _weight(work.effort, self.fixed) * statistics.median(each)


def _weight(effort: float, fixed: float) -> float:
    """How long a job takes, relative to one of effort 1."""
    return fixed + (1 - fixed) * effort


def _are_apart(values: Sequence[float]) -> bool:
    """Whether values differ by enough to find a law."""
    return bool(values) and max(values) >= APART * min(values)


def _law(seen: Sequence[Point], fixed: float) -> tuple[float, float, float]:
    """The squared error of the best law with a fixed share, that share, and the exponent: the slope
    of seconds over pixels, both logarithmic, by least squares."""
    used = [each for each in seen if each.rate > 0]
    if not used:
        return 0.0, fixed, ONE_SIZE
    x = [math.log(each.pixels) for each in used]
    y = [math.log(each.rate / _weight(each.effort, fixed)) for each in used]
    exponent = ONE_SIZE
    if _are_apart([each.pixels for each in used]):
        slope = statistics.linear_regression(x, y).slope
        exponent = min(max(slope, 0.0), MAX_EXPONENT)
    left = [high - exponent * along for along, high in zip(x, y, strict=True)]
    return math.fsum((each - statistics.fmean(left)) ** 2 for each in left), fixed, exponent


@dataclass(frozen=True)
class Rates:
    """The rates of all kinds of jobs."""

    kinds: Mapping[Kind, Rate] = field(default_factory=dict)
    expected: Mapping[str, Rate] = field(default_factory=dict)
    """What was measured of models, for kinds of which no job is finished."""

    @classmethod
    def of(
        cls, kinds: Mapping[Kind, Sequence[Point]], models: Mapping[str, Sequence[Point]]
    ) -> Rates:
        """From finished jobs of each kind, and from what was measured of each model. That also says
        the fixed share of kinds whose jobs all had one effort."""
        expected = {model: Rate(points) for model, points in models.items()}
        fixed = {model: rate.fixed for model, rate in expected.items()}
        return cls(
            {kind: Rate(each, fixed.get(kind[1], ONE_EFFORT)) for kind, each in kinds.items()},
            expected,
        )

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
