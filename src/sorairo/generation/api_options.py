"""The keyword arguments that the methods of the Python API share. No torch."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable
from typing import Any, TypedDict

from sorairo.errors import unknown_name
from sorairo.generation.progress import ProgressCallback


class SamplingOptions(TypedDict, total=False):
    """Keyword arguments of every method."""

    seed: int
    """Decides the noise: the same call with the same seed gives the same frames. Default 0."""
    steps: int | None
    """Steps of the sampler. Default: the model's own number."""
    guidance: float | None
    """Scale of classifier-free guidance: 1 is off, more follows the prompt more closely. Default:
    the model's own."""
    negative: str
    """What the result should not show. Default: nothing."""
    rewrite: bool
    """Whether the prompt is put in words that the model was trained on ("crimson" is read as
    "red"). Default: True. `Clip.notes` say how it was read."""
    vary: bool
    """Whether sizes, places and light that a prompt without pictures leaves open are drawn from the
    seed. Default: True."""
    keep_latents: bool
    """Whether the result keeps the latents of its ends, so that extending it need not encode them.
    Default: False."""


class ClipOptions(SamplingOptions, total=False):
    """Keyword arguments of every method that makes a clip."""

    width: int | None
    """Pixels of the result; give `height` with it. Default: the size of the given clip, else the
    model's native size."""
    height: int | None
    """Pixels of the result; give `width` with it."""
    fps: float | None
    """Frames a second of the result. Default: the rate of the given clip, else the model's own."""


def checked_options(
    method: Callable[..., Any], options: Any, on_progress: ProgressCallback | None
) -> tuple[dict[str, Any], ProgressCallback | None]:
    """The options of a call of `method`, and its progress callback.

    Raises TypeError for a name that is no option. `watch`, the former name of `on_progress`, is
    still accepted, with a DeprecationWarning for the caller of the method.
    """
    asked, name = dict(options), method.__name__
    if "watch" in asked:
        message = f"{name}(watch=...) is now {name}(on_progress=...)."
        warnings.warn(message, DeprecationWarning, stacklevel=3)
        watch = asked.pop("watch")
        on_progress = on_progress or watch
    known = ClipOptions.__annotations__
    for unknown in asked.keys() - known.keys():
        own = [each for each in inspect.signature(method).parameters if each != "options"]
        raise TypeError(str(unknown_name(f"argument of {name}()", unknown, [*own, *known])))
    return asked, on_progress
