"""A request for a clip that begins with, or passes through, given pictures. No torch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from sorairo.errors import RequestError
from sorairo.generation.canvas.hints import refuse_hints
from sorairo.generation.requests.base import GivenRequest
from sorairo.generation.requests.limits import Limits, check_seconds
from sorairo.notes import Note

if TYPE_CHECKING:
    from sorairo.video import Clip


@dataclass(frozen=True, kw_only=True)
class AnimateRequest(GivenRequest):
    """Image to video: a clip that shows each of the given pictures at its time."""

    command: ClassVar[str] = "animate"

    seconds: float = 4.0
    """Length of the result."""
    at: tuple[float, ...] = (0.0,)
    """The time of each picture in seconds; the length of the clip means its last frame."""
    strength: tuple[float, ...] = ()
    """How closely each picture is shown: 1 exactly, less as a hint. Empty: all exactly."""

    def lasting(self, seconds: float) -> AnimateRequest:
        """The same request with a result of so many seconds: a picture at its end stays there."""
        at = tuple(seconds if each == self.seconds else each for each in self.at)
        return replace(self, seconds=seconds, at=at)

    def validate(self, limits: Limits = Limits()) -> None:
        check_seconds(self.seconds, limits)
        if not self.at:
            raise RequestError(Note("Give a picture to animate.", "no_picture"))
        self._check_strength(limits)
        self._check_times(limits)
        super().validate(limits)

    def validate_inputs(self, clips: Sequence[Clip], limits: Limits = Limits()) -> None:
        super().validate_inputs(clips, limits)
        for source, clip in zip(self.inputs, clips, strict=True):
            if clip.num_frames > 1:
                raise RequestError(
                    Note(
                        f"{source.name} is a clip of {clip.num_frames} frames, not a picture:"
                        " continue it with `sorairo extend`.",
                        "not_one_picture",
                        name=source.name,
                    )
                )

    def times(self, fps: float) -> tuple[float, ...]:
        """The time of each picture in seconds, as that of a frame at `fps`."""
        return tuple(self._frame(at, fps) / fps for at in self.at)

    def _frame(self, at: float, fps: float) -> int:
        """The frame at a time; the length of the clip means its last frame."""
        return min(round(at * fps), max(1, round(self.seconds * fps)) - 1)

    def _check_strength(self, limits: Limits) -> None:
        if self.strength and len(self.strength) != len(self.at):
            raise RequestError(
                Note(
                    f"There are {len(self.at)} pictures and {len(self.strength)} strengths:"
                    " give one for each picture, or none.",
                    "strengths_count",
                    pictures=len(self.at),
                    strengths=len(self.strength),
                )
            )
        for strength in self.strength:
            if not 0 < strength <= 1:
                raise RequestError(
                    Note(
                        f"A picture's strength of {strength:g} is out of range: choose 1 (the"
                        f" picture"
                        " is shown exactly) or less, above 0 (it is a faint hint), for example"
                        " 0.6.",
                        "picture_strength",
                        strength=strength,
                    )
                )
            if strength < 1 and not limits.takes_hints:
                refuse_hints(limits.use_instead)

    def _check_times(self, limits: Limits) -> None:
        taken: set[int] = set()
        for at in self.at:
            if not 0 <= at <= self.seconds + 1e-9:
                raise RequestError(
                    Note(
                        f"A picture at {at:g} s lies outside the clip: choose a time from 0 to"
                        f" {self.seconds:g} s, or make the clip longer.",
                        "picture_outside",
                        time=at,
                        most=self.seconds,
                    )
                )
            frame = self._frame(at, limits.native_fps)
            if frame in taken:
                raise RequestError(
                    Note(
                        f"Two pictures are at {at:g} s: give them different times, at least"
                        f" {1 / limits.native_fps:.2f} s apart.",
                        "pictures_together",
                        time=at,
                        apart=round(1 / limits.native_fps, 2),
                    )
                )
            taken.add(frame)
