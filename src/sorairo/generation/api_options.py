"""The keyword arguments that the methods of the Python API share. No torch."""

from __future__ import annotations

import inspect
import types
import typing
import warnings
from collections.abc import Callable, Mapping
from functools import cache, wraps
from typing import Any, ParamSpec, TypedDict, TypeVar

from sorairo.errors import RequestError, unknown_name
from sorairo.generation.api_inputs import ClipSource, clip_source
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
    quality: str
    """"full", or "draft": a rougher result for about half the time in schedules of many steps, as
    the network does not run where its output hardly changes. Default: "full"."""
    negative: str
    """What the result should not show. Default: nothing."""
    style: str
    """The name of a style, such as "oil", or words for one. Default: none."""
    rewrite: bool
    """Whether the prompt is put in words that the model was trained on ("crimson" is read as
    "red"). Default: True. `Clip.notes` say how it was read."""
    vary: bool
    """Whether sizes, places and light that a prompt without pictures leaves open are drawn from the
    seed. Default: True."""
    loras: tuple[str, ...] | list[str]
    """LoRAs that change the model, by name or file, with a weight: "paper", "paper:0.8" or
    "files/paper.safetensors". Default: none."""
    fast: bool | None
    """Whether to use the model's own LoRA for few steps, before other `loras`: 15 to 30 times as
    fast, with less motion. ModelError where the model has none, or it is not installed. Default:
    only the shipped model does so, where steps, guidance, quality, negative and loras are not
    given."""
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
    if "loras" in asked:
        asked["loras"] = _texts("loras", asked["loras"])
    for unknown in asked.keys() - known.keys():
        own = [each for each in inspect.signature(method).parameters if each != "options"]
        raise TypeError(str(unknown_name(f"argument of {name}()", unknown, [*own, *known])))
    return asked, on_progress


def _texts(name: str, value: object) -> tuple[str, ...]:
    if isinstance(value, list | tuple) and all(isinstance(each, str) for each in value):
        return tuple(value)
    raise RequestError(f"'{name}' must be a list of texts, not {value!r:.40}.")


Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")
CLIP_SOURCE = typing.get_args(ClipSource)
# What a value of each type is called in an error.
KINDS = {str: "a text", bool: "True or False", int: "a whole number", float: "a number"}


def with_checked_arguments(method: Callable[Parameters, Result]) -> Callable[Parameters, Result]:
    """The method, which raises RequestError, in one sentence, for an argument that should be a
    text, a number or a flag and is not."""

    @wraps(method)
    def checked(*args: Parameters.args, **kwargs: Parameters.kwargs) -> Result:
        given = inspect.signature(method).bind_partial(*args, **kwargs).arguments
        options: Mapping[str, Any] = given.pop("options", {})
        kinds = _simple_types(method)
        for name, value in {**given, **options}.items():
            if kinds.get(name) == CLIP_SOURCE:
                clip_source(value, name)
            elif name in kinds:
                _check(name, value, kinds[name])
        return method(*args, **kwargs)

    return checked


@cache
def _simple_types(method: Callable[..., Any]) -> dict[str, tuple[type, ...]]:
    """The types of the parameters that hold clips, texts, numbers or flags, those of the options
    included."""
    hints = {**typing.get_type_hints(ClipOptions), **typing.get_type_hints(method)}
    found = {}
    for name, hint in hints.items():
        parts = typing.get_args(hint) if isinstance(hint, types.UnionType) else (hint,)
        if parts == CLIP_SOURCE or set(parts) <= {*KINDS, types.NoneType}:
            found[name] = parts
    return found


def _check(name: str, value: object, kinds: tuple[type, ...]) -> None:
    accepted = (*kinds, int) if float in kinds else kinds
    is_flag = isinstance(value, bool)
    if isinstance(value, accepted) and (not is_flag or bool in kinds):
        return
    expected = " or ".join(KINDS[kind] for kind in kinds if kind in KINDS)
    raise RequestError(f"'{name}' must be {expected}, not {value!r:.40}.")
