"""Requests that begin with the user's own pictures and clips. No torch."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

from sorairo.errors import RequestError
from sorairo.generation.prompts.character_names import introduced
from sorairo.generation.requests.base import Request
from sorairo.generation.requests.limits import Limits, check_seconds, check_texts, rounded_down
from sorairo.generation.requests.region import check_region, parse_region

if TYPE_CHECKING:
    import numpy as np

    from sorairo.generation.api import Capabilities
    from sorairo.generation.progress import ProgressCallback
    from sorairo.video import Clip


@dataclass(frozen=True, kw_only=True)
class GivenRequest(Request):
    """Pictures and clips are given, and a prompt need not be."""

    prompt: str = ""

    def validate_inputs(self, clips: Sequence[Clip], limits: Limits = Limits()) -> None:
        for source, clip in zip(self.inputs, clips, strict=True):
            if min(clip.width, clip.height) < limits.min_given:
                raise RequestError(
                    f"{source.name} has {clip.width}x{clip.height} pixels, too few to see anything:"
                    f" both sides must be at least {limits.min_given}."
                )


@dataclass(frozen=True, kw_only=True)
class AnimateRequest(GivenRequest):
    """A clip of `seconds` that shows each of the given pictures at its time, `at` (s). `strength`
    has how closely, one a picture: 1 (as where it is empty) shows it exactly, less is a hint."""

    command: ClassVar[str] = "animate"

    seconds: float = 4.0
    at: tuple[float, ...] = (0.0,)
    strength: tuple[float, ...] = ()

    def validate(self, limits: Limits = Limits()) -> None:
        check_seconds(self.seconds, limits)
        if not self.at:
            raise RequestError("Name a picture to set in motion.")
        if self.strength and len(self.strength) != len(self.at):
            raise RequestError(
                f"There are {len(self.at)} pictures and {len(self.strength)} strengths:"
                " give one for each picture, or none."
            )
        for strength in self.strength:
            if not 0 < strength <= 1:
                raise RequestError(
                    f"A picture's strength of {strength:g} is out of range: choose up to 1 (it is"
                    " shown exactly) and above 0 (it hardly counts), for example 0.6."
                )
        frames: dict[int, float] = {}
        for at in self.at:
            if not 0 <= at <= self.seconds + 1e-9:
                raise RequestError(
                    f"A picture at {at:g} s lies outside the clip: choose a time from 0 to"
                    f" {self.seconds:g} s, or make the clip longer."
                )
            frame = self._frame(at, limits.native_fps)
            if frame in frames:
                raise RequestError(
                    f"Two pictures stand at {at:g} s: give them different times, at least"
                    f" {1 / limits.native_fps:.2f} s apart."
                )
            frames[frame] = at
        super().validate(limits)

    def validate_inputs(self, clips: Sequence[Clip], limits: Limits = Limits()) -> None:
        super().validate_inputs(clips, limits)
        for source, clip in zip(self.inputs, clips, strict=True):
            if clip.num_frames > 1:
                raise RequestError(
                    f"{source.name} is a clip of {clip.num_frames} frames, not a picture:"
                    " go on from it with `sorairo extend`."
                )

    def make(
        self,
        model: Capabilities,
        clips: Sequence[Clip],
        on_progress: ProgressCallback | None = None,
    ) -> Clip:
        fps = model.spec.fps
        times = [self._frame(at, fps) / fps for at in self.at]
        pictures = list(zip(times, clips, strict=True))
        return model.animate(
            pictures,
            self.text,
            seconds=self.seconds,
            strength=self.strength,
            **self.how(),
            on_progress=on_progress,
        )

    def _frame(self, at: float, fps: float) -> int:
        """The model's frame at a time; the clip's end is its last one."""
        return min(round(at * fps), max(1, round(self.seconds * fps)) - 1)


@dataclass(frozen=True, kw_only=True)
class ExtendRequest(GivenRequest):
    """The given clip with `forward` seconds more after it and `backward` seconds before it."""

    command: ClassVar[str] = "extend"

    forward: float = 0.0
    backward: float = 0.0

    def validate(self, limits: Limits = Limits()) -> None:
        if self.forward == self.backward == 0:
            raise RequestError("Say how much to add: forward or backward, in seconds, above 0.")
        for seconds in (self.forward, self.backward):
            if seconds:
                check_seconds(seconds, limits, "What is added")
        super().validate(limits)

    def make(
        self,
        model: Capabilities,
        clips: Sequence[Clip],
        on_progress: ProgressCallback | None = None,
    ) -> Clip:
        return model.extend(
            clips[0],
            self.text,
            forward=self.forward,
            backward=self.backward,
            **self.how(),
            on_progress=on_progress,
        )


@dataclass(frozen=True, kw_only=True)
class LoopRequest(GivenRequest):
    """The given clip and a bridge of `seconds` from its end to its beginning."""

    command: ClassVar[str] = "loop"

    seconds: float = 2.0

    def validate(self, limits: Limits = Limits()) -> None:
        check_seconds(self.seconds, limits, "A bridge")
        super().validate(limits)

    def make(
        self,
        model: Capabilities,
        clips: Sequence[Clip],
        on_progress: ProgressCallback | None = None,
    ) -> Clip:
        return model.loop(
            clips[0], self.text, seconds=self.seconds, **self.how(), on_progress=on_progress
        )


@dataclass(frozen=True, kw_only=True)
class ConnectRequest(GivenRequest):
    """The first given clip, a bridge of `seconds`, the second. `prompt_a` and `prompt_b`, where
    they are not None, stand for the prompt at its two ends."""

    command: ClassVar[str] = "connect"

    seconds: float = 2.0
    prompt_a: str | None = None
    prompt_b: str | None = None

    @property
    def texts(self) -> tuple[str, str]:
        first, second = (
            self.text if own is None else replace(self, prompt=own, expanded="").text
            for own in (self.prompt_a, self.prompt_b)
        )
        return first, second

    @property
    def scene(self) -> str:
        return self.prompt if self.prompt_b is None else self.prompt_b

    def reworded(self, prompt: str) -> ConnectRequest:
        return replace(self, prompt=prompt, expanded="", prompt_a=None, prompt_b=None)

    def validate(self, limits: Limits = Limits()) -> None:
        check_seconds(self.seconds, limits, "A bridge")
        check_texts(limits, first_prompt=self.prompt_a, second_prompt=self.prompt_b)
        super().validate(limits)

    def make(
        self,
        model: Capabilities,
        clips: Sequence[Clip],
        on_progress: ProgressCallback | None = None,
    ) -> Clip:
        before, after = clips
        return model.connect(
            before, after, self.texts, seconds=self.seconds, **self.how(), on_progress=on_progress
        )


@dataclass(frozen=True, kw_only=True)
class EditRequest(GivenRequest):
    """The given clip changed to what the prompt says, within a region and a span of time.

    `strength` 0 keeps all, 1 keeps nothing. `region` is a rectangle in words (see `region`); a mask
    is a second input, white where the clip is changed. `start` and `end` in seconds.
    """

    command: ClassVar[str] = "edit"
    largest_given: ClassVar[int | None] = None  # a region is in the file's own pixels

    strength: float = 0.6
    region: str | None = None
    start: float = 0.0
    end: float | None = None

    def validate(self, limits: Limits = Limits()) -> None:
        if not self.prompt.strip():
            raise RequestError(
                "The prompt is empty: say what the clip should show when it is changed."
            )
        if not 0 <= self.strength <= 1:
            raise RequestError(
                f"A strength of {self.strength:g} is out of range: choose 0 (all is kept)"
                " to 1 (nothing is kept), for example 0.6."
            )
        if self.region is not None:
            check_region(self.region)
        if not 0 <= self.start < (math.inf if self.end is None else self.end):
            end = "the end" if self.end is None else f"{self.end:g} s"
            raise RequestError(
                f"There is nothing from {self.start:g} s to {end}:"
                " choose a beginning from 0 on and an end after it."
            )
        super().validate(limits)

    def validate_inputs(self, clips: Sequence[Clip], limits: Limits = Limits()) -> None:
        super().validate_inputs(clips, limits)
        clip = clips[0]
        end = clip.duration if self.end is None else self.end
        for time in (self.start, end):
            if time > clip.duration + 1 / clip.fps or self.start >= clip.duration:
                raise RequestError(
                    f"{time:g} s lies outside the clip, which lasts"
                    f" {rounded_down(clip.duration)} s."
                )
        if end - self.start > limits.max_edited:
            raise RequestError(
                f"{end - self.start:.0f} seconds are too long to change at once: name at most"
                f" {limits.max_edited:g} of them by where they begin and end."
            )
        self.mask(clips)

    def mask(self, clips: Sequence[Clip]) -> np.ndarray | None:
        """Where the clip is changed, floats 0..1 [height, width] of its pictures; None: everywhere.
        Raises RequestError."""
        clip = clips[0]
        if self.region is not None:
            return parse_region(self.region, clip.width, clip.height).mask(clip.width, clip.height)
        return _drawn_mask(clips[1], clip) if len(clips) > 1 else None

    def makes_picture(self, clips: Sequence[Clip]) -> bool:
        return clips[0].num_frames == 1

    def make(
        self,
        model: Capabilities,
        clips: Sequence[Clip],
        on_progress: ProgressCallback | None = None,
    ) -> Clip:
        return model.edit(
            clips[0],
            self.text,
            strength=self.strength,
            region=self.mask(clips),
            start=self.start,
            end=self.end,
            **self.how(),
            on_progress=on_progress,
        )


@dataclass(frozen=True, kw_only=True)
class CastRequest(GivenRequest):
    """A clip of `seconds` in which the things of the given clips are seen again. `names` are what
    the prompt calls them, one a clip: they are said as what is seen in the clip, for a model knows
    no names."""

    command: ClassVar[str] = "cast"

    seconds: float = 4.0
    names: tuple[str, ...] = ()

    def validate(self, limits: Limits = Limits()) -> None:
        check_seconds(self.seconds, limits)
        super().validate(limits)

    def make(
        self,
        model: Capabilities,
        clips: Sequence[Clip],
        on_progress: ProgressCallback | None = None,
    ) -> Clip:
        prompt = introduced(self.text, self.names, clips, world=model.spec.world)
        return model.cast(
            clips, prompt, seconds=self.seconds, **self.how(), on_progress=on_progress
        )


SAME_ASPECT = 0.02  # by which a mask's aspect ratio may be off


def _drawn_mask(picture: Clip, clip: Clip) -> np.ndarray:
    """A picture of a mask as one for the clip: white where it is changed."""
    import numpy as np

    if abs(math.log(picture.width / picture.height * clip.height / clip.width)) > SAME_ASPECT:
        raise RequestError(
            f"The mask has {picture.width}x{picture.height} pixels and the clip"
            f" {clip.width}x{clip.height}: draw it over one of the clip's frames."
        )
    scaled = picture.resize(clip.width, clip.height)
    mask = (scaled.frames[0].mean(axis=-1) >= 127.5).astype(np.float32)
    if not mask.any():
        raise RequestError("The mask is black everywhere: make white what should be changed.")
    return mask
