"""Requests for a clip or a picture from text alone. No torch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from sorairo.generation.requests.base import Request
from sorairo.generation.requests.limits import Limits, check_fps, check_seconds
from sorairo.generation.requests.texts import check_prompt
from sorairo.generation.settings import RefineConfig, Settings
from sorairo.world.registry import TABLETOP

if TYPE_CHECKING:
    from sorairo.video import Clip


@dataclass(frozen=True, kw_only=True)
class GenerateRequest(Request):
    """Text to video."""

    command: ClassVar[str] = "generate"

    seconds: float = 4.0
    """With `fps` it gives the number of frames; one frame is a picture."""
    fps: float = TABLETOP.fps
    loop: bool = False
    """Whether the last frame is followed by the first."""

    @property
    def num_frames(self) -> int:
        """Frames of the result."""
        return max(1, round(self.seconds * self.fps))

    def validate(self, limits: Limits = Limits()) -> None:
        check_prompt(self.prompt)
        check_fps(self.fps, limits)
        check_seconds(self.seconds, limits)
        super().validate(limits)

    @property
    def from_text_alone(self) -> bool:
        return True

    def makes_picture(self, clips: Sequence[Clip]) -> bool:
        return self.num_frames == 1 and not self.loop


@dataclass(frozen=True, kw_only=True)
class ImageRequest(Request):
    """Text to image: a picture of width x height pixels, refined from the model's native size."""

    command: ClassVar[str] = "image"

    width: int | None = 512
    height: int | None = 512

    def validate(self, limits: Limits = Limits()) -> None:
        check_prompt(self.prompt)
        super().validate(limits)

    @property
    def from_text_alone(self) -> bool:
        return True

    def makes_picture(self, clips: Sequence[Clip]) -> bool:
        return True

    def settings(self) -> Settings:
        """A picture has no frame rate, and is refined level by level."""
        return replace(super().settings(), fps=None, refine=RefineConfig())
