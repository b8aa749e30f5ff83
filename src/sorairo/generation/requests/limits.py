"""The limits of a request, and their checks. No torch.

Every error is one sentence that names the nearest value that is possible.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sorairo.errors import RequestError, unknown_name
from sorairo.generation.settings import QUALITIES
from sorairo.models.lora.fast import default_loras
from sorairo.models.model_record import SamplingFacts
from sorairo.notes import Note
from sorairo.world import registry
from sorairo.world.registry import TABLETOP

Size = tuple[int, int]  # width, height

ASPECT_SLACK = 0.08  # of longer shapes, as much is cropped as of any other shape at most
DEFAULT_SECONDS = 4.0  # of a clip for which no length is given
SIZE_MULTIPLE = 2  # a delivered mp4 stores colour at half the resolution


@dataclass(frozen=True, kw_only=True)
class Limits:
    """The limits of requests to a model. The defaults are those of the shipped model."""

    max_frames: int = 49
    """Frames that are generated in one request, at the native rate."""
    native_fps: float = TABLETOP.fps
    """Frames a second that the model generates."""
    native_size: Size = TABLETOP.sizes[0]
    """Pixels of the pictures that the model generates: (width, height)."""
    multiple: int = 16
    """The sides of a canvas are multiples of this."""
    smaller_sizes: bool = False
    """Whether a canvas is as small as the result, where that is below the native size."""
    max_edited: float = 120.0
    """Seconds of a given clip that one edit can change."""
    min_side: int = 64
    """The least side of a result in pixels."""
    max_side: int = 2048
    """The largest side of a result in pixels."""
    max_aspect: float = 4.0
    """Long side : short side of what the model composes. Results and inputs may be a little longer
    (`ASPECT_SLACK`)."""
    min_given: int = 16
    """The least side of a given picture or clip in pixels."""
    min_fps: float = 1.0
    """The least frame rate of a result."""
    max_fps: float = 60.0
    """The largest frame rate of a result."""
    max_steps: int = 200
    max_guidance: float = 30.0
    max_prompt: int = 2000
    """Characters of a prompt."""
    max_seed: int = 2**63 - 1
    model: str = ""
    """The name of the model."""
    trained_for: tuple[str, ...] = ()
    """The tasks that the model was trained for, by the names of their commands; empty: not
    known."""
    use_instead: str = ""
    """A model that was trained for other tasks, "" for none."""
    takes_hints: bool = True
    """Whether pictures can be hints, which the model sees without showing them."""
    world: str = registry.NONE
    """The simulated world in whose words the model reads prompts, "" for none."""
    trained_on: Mapping[str, Any] | None = None
    """The part of that world that the model was trained on, as JSON; None: not known."""
    sampling: SamplingFacts | None = None
    """The sampling defaults of the model; None: not known."""
    default_loras: tuple[str, ...] = ()
    """The LoRAs of a request that says nothing about sampling (see `lora.fast.chosen_loras`)."""

    @property
    def max_seconds(self) -> float:
        """Seconds that are generated in one request."""
        return self.max_frames / self.native_fps


def default_seconds(limits: Limits) -> float:
    """The length of a clip for which none is given, in seconds."""
    return min(DEFAULT_SECONDS, limits.max_seconds)


def limits_of(settings: dict[str, Any], digest: str = "") -> Limits:
    """The limits of a model, from the `config` of its record, and its digest."""
    width, height = settings["native_sizes"][0]
    multiple, sampling = settings.get("multiple"), settings.get("sampling")
    if multiple is None:  # our own family
        multiple = settings["codec"]["space_factor"] * settings["transformer"]["patch"]
    return Limits(
        max_frames=settings["max_frames"],
        native_fps=settings["fps"],
        native_size=(width, height),
        multiple=multiple,
        smaller_sizes=settings.get("smaller_sizes", False),
        model=settings.get("name", ""),
        trained_for=tuple(settings.get("trained_for", ())),
        use_instead=settings.get("use_instead", ""),
        takes_hints=settings.get("takes_hints", True),
        min_side=min_side_of(width, height),
        world=settings.get("world", registry.DEFAULT),
        trained_on=settings.get("trained_on"),
        sampling=SamplingFacts(steps=sampling["steps"], guidance=sampling["guidance"])
        if sampling
        else None,
        default_loras=default_loras(settings.get("name", ""), digest),
    )


def min_side_of(width: int, height: int) -> int:
    """The least side of a result of a model with that native size, in pixels."""
    return min(Limits.min_side, width, height)


def parse_size(text: str) -> Size:
    """(width, height) from "1280x720". Raises RequestError."""
    found = re.fullmatch(r"\s*(\d{1,6})\s*[xX×*]\s*(\d{1,6})\s*", text)
    if not found:
        raise RequestError(
            Note(
                f"'{text}' is not a size: write WIDTHxHEIGHT, for example 512x288.",
                "not_a_size",
                size=text,
            )
        )
    return int(found[1]), int(found[2])


def own_size(width: int, height: int, limits: Limits = Limits(), *, longest: int = 0) -> Size:
    """The default size of a result that is made from footage of `width` x `height`: its own, as far
    as the limits allow, with a side of at most `longest`."""
    scale = min(1.0, (longest or limits.max_side) / max(width, height))
    return _scaled(width, height, scale, limits)


def size_within(width: int, height: int, box: Size, limits: Limits = Limits()) -> Size:
    """The largest size in the shape of `width` x `height` within `box`, as far as the limits
    allow."""
    return _scaled(width, height, min(box[0] / width, box[1] / height), limits)


def _scaled(width: int, height: int, scale: float, limits: Limits) -> Size:
    scale = max(scale, limits.min_side / min(width, height))
    return (
        nearest_side(round(width * scale), limits),
        nearest_side(round(height * scale), limits),
    )


def check_fps(fps: float | None, limits: Limits) -> None:
    if fps is not None and not limits.min_fps <= fps <= limits.max_fps:
        raise RequestError(
            Note(
                f"{fps:g} frames per second is out of range: choose {limits.min_fps:g} to"
                f" {limits.max_fps:g}, for example {limits.native_fps:g}.",
                "fps_range",
                fps=fps,
                least=limits.min_fps,
                most=limits.max_fps,
            )
        )


def check_seconds(seconds: float, limits: Limits, what: str = "A clip") -> None:
    if not 0 < seconds < math.inf:
        raise RequestError(
            Note(
                f"{what} cannot last {seconds:g} seconds: choose more than 0"
                f" and at most {rounded_down(limits.max_seconds)}.",
                "seconds_range",
                seconds=seconds,
                most=rounded_down(limits.max_seconds),
            )
        )
    if seconds > limits.max_seconds + 1e-9:
        raise RequestError(
            Note(
                f"{seconds:g} seconds is too long for this model: the longest is"
                f" {rounded_down(limits.max_seconds)} seconds.",
                "too_long",
                seconds=seconds,
                most=rounded_down(limits.max_seconds),
            )
        )


def check_size(width: int | None, height: int | None, limits: Limits) -> None:
    if width is None and height is None:
        return
    if width is None or height is None:
        raise RequestError(Note("Give both width and height, or neither.", "half_size"))
    nearest = _nearest_size(width, height, limits)
    if not all(limits.min_side <= side <= limits.max_side for side in (width, height)):
        raise RequestError(
            Note(
                f"A size of {width}x{height} is out of range: both sides are between"
                f" {limits.min_side} and {limits.max_side} pixels; the nearest is {nearest}.",
                "size_range",
                size=f"{width}x{height}",
                least=limits.min_side,
                most=limits.max_side,
                nearest=nearest,
            )
        )
    if width % SIZE_MULTIPLE or height % SIZE_MULTIPLE:
        raise RequestError(
            Note(
                f"A size of {width}x{height} cannot be made: both sides are multiples of"
                f" {SIZE_MULTIPLE}; the nearest is {nearest}.",
                "size_multiple",
                size=f"{width}x{height}",
                multiple=SIZE_MULTIPLE,
                nearest=nearest,
            )
        )
    check_shape(width, height, limits, f"A size of {width}x{height}")


def check_shape(width: int, height: int, limits: Limits, what: str) -> None:
    """Raises RequestError for a shape that the model cannot compose as a whole."""
    if max(width, height) > limits.max_aspect * (1 + ASPECT_SLACK) * min(width, height):
        raise RequestError(
            Note(
                f"{what} is too narrow: the long side is at most {limits.max_aspect:g} times the"
                f" short"
                f" one, for example {_nearest_size(width, height, limits)}.",
                "too_narrow",
                size=f"{width}x{height}",
                most=limits.max_aspect,
                nearest=_nearest_size(width, height, limits),
            )
        )


def _nearest_size(width: int, height: int, limits: Limits) -> str:
    """The nearest possible size of a result, as WxH."""
    width, height = nearest_side(width, limits), nearest_side(height, limits)
    least = nearest_side(math.ceil(max(width, height) / limits.max_aspect), limits)
    return f"{max(width, least)}x{max(height, least)}"


def check_sampling(seed: int, steps: int | None, guidance: float | None, limits: Limits) -> None:
    if not 0 <= seed <= limits.max_seed:
        nearest = min(max(seed, 0), limits.max_seed)
        raise RequestError(
            Note(
                f"A seed is between 0 and 2**63 - 1; the nearest is {nearest}.",
                "seed_range",
                nearest=nearest,
            )
        )
    if steps is not None and not 1 <= steps <= limits.max_steps:
        nearest = min(max(steps, 1), limits.max_steps)
        raise RequestError(
            Note(
                f"{steps} steps are out of range: choose 1 to {limits.max_steps},"
                f" for example {nearest}.",
                "steps_range",
                steps=steps,
                most=limits.max_steps,
            )
        )
    if guidance is not None and not 0 <= guidance <= limits.max_guidance:
        raise RequestError(
            Note(
                f"A guidance of {guidance:g} is out of range: choose 0 to"
                f" {limits.max_guidance:g}; 1 turns it off, more follows the prompt more closely.",
                "guidance_range",
                guidance=guidance,
                most=limits.max_guidance,
            )
        )


def check_quality(quality: str) -> None:
    """Raises UnknownNameError."""
    if quality not in QUALITIES:
        raise unknown_name("quality", quality, QUALITIES)


def nearest_side(side: int, limits: Limits) -> int:
    """The possible side of a result that is nearest to `side`, in pixels."""
    even = math.floor(side / SIZE_MULTIPLE + 0.5) * SIZE_MULTIPLE
    return min(max(even, limits.min_side), limits.max_side)


def rounded_down(seconds: float) -> str:
    """Seconds as text, rounded down to hundredths, so that the number is itself accepted."""
    return f"{math.floor(seconds * 100) / 100:g}"
