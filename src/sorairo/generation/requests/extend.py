"""A request for more of a given clip, after its end or before its beginning. No torch."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from sorairo.errors import RequestError
from sorairo.generation.requests.base import GivenRequest
from sorairo.generation.requests.limits import Limits, check_seconds, rounded_down
from sorairo.notes import Note

if TYPE_CHECKING:
    from sorairo.video import Clip


@dataclass(frozen=True, kw_only=True)
class ExtendRequest(GivenRequest):
    """The given clip, longer."""

    command: ClassVar[str] = "extend"

    forward: float = 0.0
    """Seconds that are added after its end."""
    backward: float = 0.0
    """Seconds that are added before its beginning."""
    start: float = 0.0
    """Where the part of the clip begins that is kept, in seconds."""
    end: float | None = None
    """Where it ends, in seconds; None: at the end of the clip."""

    def validate(self, limits: Limits = Limits()) -> None:
        if self.forward == self.backward == 0:
            raise RequestError(
                Note(
                    "Say how much to add: forward or backward, in seconds, above 0.", "no_extension"
                )
            )
        for seconds in (self.forward, self.backward):
            if seconds:
                check_seconds(seconds, limits, "An extension")
        if not 0 <= self.start < (math.inf if self.end is None else self.end):
            end = "the end" if self.end is None else f"{self.end:g} s"
            raise RequestError(
                Note(
                    f"There is nothing from {self.start:g} s to {end}:"
                    " choose a start of 0 or later and an end after it.",
                    "empty_span",
                    start=self.start,
                )
            )
        super().validate(limits)

    def validate_inputs(self, clips: Sequence[Clip], limits: Limits = Limits()) -> None:
        super().validate_inputs(clips, limits)
        clip = clips[0]
        last = clip.duration + 1 / clip.fps
        if self.start >= clip.duration or (self.end is not None and self.end > last):
            time = self.start if self.start >= clip.duration else self.end
            raise RequestError(
                Note(
                    f"{time:g} s lies outside the clip, which lasts {rounded_down(clip.duration)}"
                    f" s.",
                    "time_outside",
                    time=time,
                    most=rounded_down(clip.duration),
                )
            )

    def kept_seconds(self, duration: float) -> float:
        """How much of a clip of `duration` seconds is kept, in seconds."""
        return max(0.0, min(duration, duration if self.end is None else self.end) - self.start)

    def stages(self) -> tuple[ExtendRequest, ...]:
        """One run for each direction, forward first."""
        if self.forward and self.backward:
            return replace(self, backward=0.0), replace(self, forward=0.0, start=0.0, end=None)
        return (self,)
