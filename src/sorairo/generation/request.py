"""What was asked for, judged before anything is loaded. No torch.

Every refusal is one sentence that names the nearest thing that can be done.
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sorairo import config
from sorairo.errors import RequestError

Size = tuple[int, int]  # width, height

SIZE_MULTIPLE = 2  # a delivered mp4 stores colour at half the resolution


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What a model can be asked for. The defaults are those of the shipped one."""

    max_frames: int = 49  # at the model's own rate
    native_fps: float = 12.0
    min_side: int = 64  # pixels, as delivered
    max_side: int = 2048
    min_fps: float = 1.0  # frames a second, as delivered
    max_fps: float = 60.0
    max_steps: int = 200
    max_guidance: float = 30.0
    max_prompt: int = 2000  # characters
    max_seed: int = 2**63 - 1

    @property
    def max_seconds(self) -> float:
        return self.max_frames / self.native_fps


@dataclass(frozen=True, kw_only=True)
class GenerateRequest:
    """Text to video. None leaves the choice to the model: its native size, its steps, its guidance.

    `seconds` and `fps` give the number of frames; one frame is a picture.
    """

    prompt: str
    negative: str = ""
    seconds: float = 4.0
    width: int | None = None
    height: int | None = None
    fps: float = 12.0
    seed: int = 0
    steps: int | None = None
    guidance: float | None = None
    model: str = "tabletop"

    @property
    def num_frames(self) -> int:
        """Frames as delivered."""
        return max(1, round(self.seconds * self.fps))

    def validate(self, limits: Limits = Limits()) -> None:
        """Raise RequestError, in one sentence, for the first thing that cannot be done."""
        _check_texts(self.prompt, self.negative, limits)
        _check_time(self.seconds, self.fps, limits)
        _check_size(self.width, self.height, limits)
        if not 0 <= self.seed <= limits.max_seed:
            nearest = min(max(self.seed, 0), limits.max_seed)
            raise RequestError(f"A seed is between 0 and 2**63 - 1; the nearest is {nearest}.")
        if self.steps is not None and not 1 <= self.steps <= limits.max_steps:
            nearest = min(max(self.steps, 1), limits.max_steps)
            raise RequestError(
                f"{self.steps} steps are out of range: choose 1 to {limits.max_steps},"
                f" for example {nearest}."
            )
        if self.guidance is not None and not 0 <= self.guidance <= limits.max_guidance:
            raise RequestError(
                f"A guidance of {self.guidance:g} is out of range: choose 0 to"
                f" {limits.max_guidance:g}, where 1 is none and more follows the prompt more."
            )

    def to_comment(self, **facts: Any) -> str:
        """The request as JSON for a clip's `comment`; `facts` are what else is worth keeping."""
        record = {"sorairo": "generate", "request": config.to_json(self), **facts}
        return json.dumps(record, ensure_ascii=False, sort_keys=True)

    @classmethod
    def from_comment(cls, comment: str) -> GenerateRequest:
        """The request in the `comment` of a clip that sorairo made. Raises RequestError."""
        try:
            record = json.loads(comment)
        except json.JSONDecodeError:
            record = None
        if not isinstance(record, dict) or record.get("sorairo") != "generate":
            raise RequestError("This clip does not hold a request of `sorairo generate`.")
        return config.from_json(cls, record.get("request"))


def parse_size(text: str) -> Size:
    """(width, height) from "1280x720". Raises RequestError."""
    found = re.fullmatch(r"\s*(\d{1,6})\s*[xX×*]\s*(\d{1,6})\s*", text)
    if not found:
        raise RequestError(f"'{text}' is not a size: write WIDTHxHEIGHT, for example 128x128.")
    return int(found[1]), int(found[2])


def nearest_native(width: int, height: int, sizes: Sequence[Size]) -> Size:
    """Of a model's own sizes, the one of the nearest aspect ratio; of equals, the nearest area."""

    def distance(size: Size) -> tuple[float, float]:
        aspect = abs(math.log(size[0] / size[1]) - math.log(width / height))
        area = abs(math.log(size[0] * size[1]) - math.log(width * height))
        return round(aspect, 6), area

    return min(sizes, key=distance)


def _check_texts(prompt: str, negative: str, limits: Limits) -> None:
    if not prompt.strip():
        raise RequestError(
            "The prompt is empty: say what the clip should show,"
            ' for example "a red ball drops onto a wooden floor".'
        )
    for name, text in (("prompt", prompt), ("negative prompt", negative)):
        if len(text) > limits.max_prompt:
            raise RequestError(
                f"The {name} has {len(text)} characters: shorten it to {limits.max_prompt}."
            )
        if "\x00" in text or any("\ud800" <= letter <= "\udfff" for letter in text):
            raise RequestError(f"The {name} is not a text in UTF-8: write it without raw bytes.")


def _check_time(seconds: float, fps: float, limits: Limits) -> None:
    if not limits.min_fps <= fps <= limits.max_fps:
        raise RequestError(
            f"{fps:g} frames a second are out of range: choose {limits.min_fps:g} to"
            f" {limits.max_fps:g}, for example {limits.native_fps:g}."
        )
    if not 0 < seconds < math.inf:
        raise RequestError(
            f"A clip cannot last {seconds:g} seconds: choose more than 0"
            f" and at most {_floor(limits.max_seconds)}."
        )
    if seconds > limits.max_seconds + 1e-9:
        raise RequestError(
            f"{seconds:g} seconds are too long for this model: the longest for now is"
            f" {_floor(limits.max_seconds)} seconds."
        )


def _check_size(width: int | None, height: int | None, limits: Limits) -> None:
    if width is None and height is None:
        return
    if width is None or height is None:
        raise RequestError("Give both width and height, or neither.")
    nearest = f"{_nearest_side(width, limits)}x{_nearest_side(height, limits)}"
    if not all(limits.min_side <= side <= limits.max_side for side in (width, height)):
        raise RequestError(
            f"A size of {width}x{height} is out of range: both sides are between"
            f" {limits.min_side} and {limits.max_side} pixels; the nearest is {nearest}."
        )
    if width % SIZE_MULTIPLE or height % SIZE_MULTIPLE:
        raise RequestError(
            f"A size of {width}x{height} cannot be made: both sides are multiples of"
            f" {SIZE_MULTIPLE}; the nearest is {nearest}."
        )


def _nearest_side(side: int, limits: Limits) -> int:
    even = math.floor(side / SIZE_MULTIPLE + 0.5) * SIZE_MULTIPLE
    return min(max(even, limits.min_side), limits.max_side)


def _floor(seconds: float) -> str:
    """Rounded down to hundredths, so that the number named is itself accepted."""
    return f"{math.floor(seconds * 100) / 100:g}"
