"""A request for a clip that shows characters of given clips again. No torch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from sorairo.generation.requests.base import GivenRequest
from sorairo.generation.requests.limits import Limits, check_seconds


@dataclass(frozen=True, kw_only=True)
class CastRequest(GivenRequest):
    """Text to video with the things of the given clips in it."""

    command: ClassVar[str] = "cast"
    given_seconds: ClassVar[float | None] = 2.0  # the task shows 1.5 s of each

    seconds: float = 4.0
    """Length of the result."""
    names: tuple[str, ...] = ()
    """The name that the prompt uses for the object in each clip. Models do not know names, so each
    is replaced by a description of what the clip shows."""

    def validate(self, limits: Limits = Limits()) -> None:
        check_seconds(self.seconds, limits)
        super().validate(limits)
