"""A request for more of a given clip, after its end or before its beginning. No torch."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

from sorairo.errors import RequestError
from sorairo.generation.requests.base import GivenRequest
from sorairo.generation.requests.limits import Limits, check_seconds


@dataclass(frozen=True, kw_only=True)
class ExtendRequest(GivenRequest):
    """The given clip, longer."""

    command: ClassVar[str] = "extend"

    forward: float = 0.0
    """Seconds that are added after its end."""
    backward: float = 0.0
    """Seconds that are added before its beginning."""

    def validate(self, limits: Limits = Limits()) -> None:
        if self.forward == self.backward == 0:
            raise RequestError("Say how much to add: forward or backward, in seconds, above 0.")
        for seconds in (self.forward, self.backward):
            if seconds:
                check_seconds(seconds, limits, "An extension")
        super().validate(limits)

    def stages(self) -> tuple[ExtendRequest, ...]:
        """One run for each direction, forward first."""
        if self.forward and self.backward:
            return replace(self, backward=0.0), replace(self, forward=0.0)
        return (self,)
