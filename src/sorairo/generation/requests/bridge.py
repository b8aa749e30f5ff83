"""Requests for a bridge from the end of a given clip to the beginning of a clip. No torch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

from sorairo.errors import RequestError
from sorairo.generation.requests.base import GivenRequest
from sorairo.generation.requests.limits import Limits, check_seconds
from sorairo.generation.requests.texts import check_prompt, check_texts
from sorairo.notes import Note


@dataclass(frozen=True, kw_only=True)
class BridgeRequest(GivenRequest):
    """The base of requests for a bridge: generated frames from one given clip to another, or to the
    same clip."""

    seconds: float = 2.0
    """Length of the bridge."""

    def lasting(self, seconds: float) -> None:
        """None: `seconds` are those of the bridge, beside the given clips."""
        return None

    def validate(self, limits: Limits = Limits()) -> None:
        check_seconds(self.seconds, limits, "A bridge")
        super().validate(limits)


@dataclass(frozen=True, kw_only=True)
class LoopRequest(BridgeRequest):
    """The given clip and a bridge from its end to its beginning."""

    command: ClassVar[str] = "loop"


@dataclass(frozen=True, kw_only=True)
class ConnectRequest(BridgeRequest):
    """The first given clip, a bridge, the second."""

    command: ClassVar[str] = "connect"

    prompt_a: str | None = None
    """The prompt at the beginning of the bridge; None: `prompt`."""
    prompt_b: str | None = None
    """The prompt at its end; None: `prompt`."""
    curve: tuple[float, ...] = ()
    """How much `prompt_b` counts over the bridge, 0 to 1, at equal distances; empty: it rises
    evenly."""
    read_a: str = ""
    """`prompt_a` in words that the model knows; "" where it is used as it is."""
    read_b: str = ""
    """The same for `prompt_b`."""

    def texts_in(self, world: str) -> tuple[str, str]:
        first, second = (
            self if own is None else replace(self, prompt=own, expanded="", read=read)
            for own, read in ((self.prompt_a, self.read_a), (self.prompt_b, self.read_b))
        )
        return first.text_in(world), second.text_in(world)

    @property
    def scene(self) -> str:
        return self.prompt if self.prompt_b is None else self.prompt_b

    @property
    def to_read(self) -> tuple[str, ...]:
        return (*super().to_read, self.prompt_a or "", self.prompt_b or "")

    def with_read(self, texts: Sequence[str]) -> ConnectRequest:
        read, read_a, read_b = texts
        return replace(self, read=read, read_a=read_a, read_b=read_b)

    def reworded(self, prompt: str) -> ConnectRequest:
        plain = replace(self, prompt_a=None, prompt_b=None, read_a="", read_b="")
        return replace(plain, prompt=prompt, expanded="", read="")

    def validate(self, limits: Limits = Limits()) -> None:
        check_texts(limits, first_prompt=self.prompt_a, second_prompt=self.prompt_b)
        for prompt in (self.prompt_a, self.prompt_b):
            if prompt:
                check_prompt(prompt)
        if self.curve and (len(self.curve) < 2 or not all(0 <= each <= 1 for each in self.curve)):
            raise RequestError(
                Note("A curve has at least two numbers from 0 to 1, for example 0 and 1.", "curve")
            )
        super().validate(limits)
