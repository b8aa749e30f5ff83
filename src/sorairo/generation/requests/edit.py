"""A request to change a given clip by a prompt. No torch."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from sorairo.errors import RequestError
from sorairo.generation.requests.base import GivenRequest
from sorairo.generation.requests.limits import Limits, rounded_down
from sorairo.generation.requests.region import check_region, drawn_mask, parse_region
from sorairo.generation.requests.texts import says_nothing
from sorairo.notes import Note

if TYPE_CHECKING:
    import numpy as np

    from sorairo.video import Clip


@dataclass(frozen=True, kw_only=True)
class EditRequest(GivenRequest):
    """The given clip changed to show the prompt, in a region and in a span of time.

    A second input, if there is one, is a mask: a picture that is white where the clip is changed.
    """

    command: ClassVar[str] = "edit"
    largest_given: ClassVar[int | None] = None  # a region counts the file's own pixels

    strength: float = 0.6
    """How much is changed: 0 keeps everything, 1 keeps nothing."""
    region: str | None = None
    """A rectangle in words (see `region`); None: all of the picture, or what the mask says."""
    start: float = 0.0
    """Where the change begins, in seconds."""
    end: float | None = None
    """Where it ends, in seconds; None: at the end of the clip."""

    @property
    def reading_side(self) -> int | None:
        """Without a region, no larger than results are."""
        is_whole = self.region is None and len(self.inputs) < 2
        return GivenRequest.largest_given if is_whole else None

    def validate(self, limits: Limits = Limits()) -> None:
        if says_nothing(self.prompt):
            raise RequestError(
                Note("The prompt is empty: say what the changed clip should show.", "empty_change")
            )
        if not 0 <= self.strength <= 1:
            raise RequestError(
                Note(
                    f"A strength of {self.strength:g} is out of range: choose 0 (keeps everything)"
                    " to 1 (keeps nothing), for example 0.6.",
                    "edit_strength",
                    strength=self.strength,
                )
            )
        if self.region is not None:
            check_region(self.region)
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
        end = clip.duration if self.end is None else self.end
        for time in (self.start, end):
            if time > clip.duration + 1 / clip.fps or self.start >= clip.duration:
                raise RequestError(
                    Note(
                        f"{time:g} s lies outside the clip, which lasts"
                        f" {rounded_down(clip.duration)} s.",
                        "time_outside",
                        time=time,
                        most=rounded_down(clip.duration),
                    )
                )
        if end - self.start > limits.max_edited:
            raise RequestError(
                Note(
                    f"{end - self.start:.0f} seconds are too long to change at once: choose at most"
                    f" {limits.max_edited:g} of them with a start and an end.",
                    "edit_too_long",
                    seconds=round(end - self.start),
                    most=limits.max_edited,
                )
            )
        self.mask(clips)

    def mask(self, clips: Sequence[Clip]) -> np.ndarray | None:
        """Where the first of the `clips` is changed, float 0..1 [height, width]; None: everywhere.
        Raises RequestError."""
        clip = clips[0]
        if self.region is not None:
            return parse_region(self.region, clip.width, clip.height).mask(clip.width, clip.height)
        return drawn_mask(clips[1], clip) if len(clips) > 1 else None

    def makes_picture(self, clips: Sequence[Clip]) -> bool:
        return clips[0].num_frames == 1
