"""Other ways to give a size and a length: `width` and `height`, `aspect_ratio` and `resolution`,
`num_frames`. Those that are given together must agree."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sorairo.errors import RequestError
from sorairo.generation.requests.limits import Limits, check_seconds, check_size
from sorairo.notes import Note, sentence_of
from sorairo.server.api.errors import ApiError
from sorairo.server.api.fields.compound import MISSING
from sorairo.server.api.fields.scalars import invalid_value

DEFAULT_FPS = 24.0
DEFAULT_RATIO, DEFAULT_RESOLUTION = (16, 9), 720
OTHER_SPELLINGS = frozenset({"width", "height", "aspect_ratio", "resolution", "num_frames"})
SIDE_TOLERANCE = 0.02  # of a side: 854x480 is 16:9


def with_size_and_seconds(
    values: Mapping[str, Any], sent_as: Mapping[str, str], limits: Limits
) -> dict[str, Any]:
    """The values with `size` and `seconds` in place of other spellings. Raises ApiError for those
    that are incomplete, that contradict one another, or that the model cannot make."""
    rest = {name: value for name, value in values.items() if name not in OTHER_SPELLINGS}
    given = {name: values[name] for name in OTHER_SPELLINGS if name in values}
    if {"width", "height", "aspect_ratio", "resolution"} & set(given):
        rest["size"] = _size(values, sent_as, limits)
    if "num_frames" in given:
        rest["seconds"] = _seconds(values, sent_as, limits)
    return rest


def _size(values: Mapping[str, Any], sent_as: Mapping[str, str], limits: Limits) -> tuple[int, int]:
    source, size = _stated_size(values)
    for name, expected in (("width", size[0]), ("height", size[1])):
        if values.get(name, expected) != expected:
            raise _contradiction(sent_as, source, name)
    ratio, resolution = values.get("aspect_ratio"), values.get("resolution")
    if ratio and abs(size[0] * ratio[1] - size[1] * ratio[0]) > SIDE_TOLERANCE * ratio[1] * size[0]:
        raise _contradiction(sent_as, source, "aspect_ratio")
    wanted = size if isinstance(resolution, tuple) else min(size)
    if resolution is not None and resolution != wanted:
        raise _contradiction(sent_as, source, "resolution")
    _check(check_size, (*size, limits), sent_as.get(source, source))
    return size


def _stated_size(values: Mapping[str, Any]) -> tuple[str, tuple[int, int]]:
    """The field that decides the size, and the size. Raises ApiError."""
    if "size" in values:
        return "size", values["size"]
    if "width" in values or "height" in values:
        for name, other in (("width", "height"), ("height", "width")):
            if name not in values:
                text = f"'{other}' needs '{name}', too: send both, or 'size'."
                message = Note(text, "needs_other", first=other, second=name)
                raise invalid_value(name, message, MISSING)
        return "width", (values["width"], values["height"])
    resolution = values.get("resolution", DEFAULT_RESOLUTION)
    source = "resolution" if "resolution" in values else "aspect_ratio"
    if isinstance(resolution, tuple):
        return source, resolution
    width, height = values.get("aspect_ratio", DEFAULT_RATIO)
    scale = resolution / min(width, height)
    return source, (_even(width * scale), _even(height * scale))


def _even(side: float) -> int:
    return 2 * round(side / 2)


def _seconds(values: Mapping[str, Any], sent_as: Mapping[str, str], limits: Limits) -> float:
    frames, fps = values["num_frames"], values.get("fps", DEFAULT_FPS)
    if "seconds" in values:  # many models make one frame more than a multiple of 4
        if abs(values["seconds"] * fps - frames) > 1:
            raise _contradiction(sent_as, "seconds", "num_frames")
        return values["seconds"]
    _check(check_seconds, (frames / fps, limits), sent_as["num_frames"])
    return frames / fps


def _check(check: Any, values: tuple[Any, ...], name: str) -> None:
    try:
        check(*values)
    except RequestError as error:
        raise invalid_value(name, sentence_of(error)) from error


def _contradiction(sent_as: Mapping[str, str], first: str, second: str) -> ApiError:
    first, second = sent_as.get(first, first), sent_as.get(second, second)
    text = f"'{first}' and '{second}' contradict each other: leave one of them out."
    message = Note(text, "not_together", first=first, second=second)
    return invalid_value(second, message)
