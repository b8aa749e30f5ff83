"""The default size and frame rate of a result. No torch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from sorairo.generation.requests.base import GivenRequest, Request
from sorairo.generation.requests.limits import Limits, Size, own_size, size_within
from sorairo.models.model_info import DeliveryDefaults
from sorairo.video.resampling import MAX_ASPECT, canvas_size

if TYPE_CHECKING:
    from sorairo.video import Clip

Kind = TypeVar("Kind", bound=Request)

STILL_LONGEST = 1024  # the largest side, in pixels, of a picture edited at its own size


def with_defaults(request: Kind, clips: Sequence[Clip], delivery: DeliveryDefaults) -> Kind:
    """The request with a size and a frame rate where it has none.

    A result that is made from a clip has that clip's size and rate, and an edited picture keeps its
    size. All other results have the size and rate at which the model's clips are delivered; with a
    given picture, the largest size within it that has the picture's shape.
    """
    size, fps, clips = delivery.size, delivery.fps, request.footage(clips)
    films = [clip for clip in clips if clip.num_frames > 1]
    first = next(iter(clips), None)
    if films and not isinstance(request, GivenRequest):
        first = films[0]
    if first and (films or request.makes_picture(clips)):
        longest = STILL_LONGEST if first.num_frames == 1 else 0
        size, fps = own_size(first.width, first.height, longest=longest), None
    elif first and size:
        size = size_within(first.width, first.height, size)
    if request.width is None and size:
        request = replace(request, width=size[0], height=size[1])
    return replace(request, fps=fps) if request.fps is None else request


def generated_size(request: Request, clips: Sequence[Clip], limits: Limits) -> Size:
    """The (width, height) of the canvas that the model fills for a request."""
    area = limits.native_size[0] * limits.native_size[1]
    if limits.smaller_sizes and request.width is not None and request.height is not None:
        area = min(area, request.width * request.height)
    if clips and isinstance(request, GivenRequest):
        return _canvas(clips[0].width, clips[0].height, limits, area)
    if request.width is not None and request.height is not None:
        return _canvas(request.width, request.height, limits, area)
    return limits.native_size


def native_size(shape: Size | None, limits: Limits) -> Size:
    """The size of a result that is not enlarged, in the shape of what is given, as far as the
    limits allow."""
    if shape is None:
        return limits.native_size
    aspect = min(max(shape[0] / shape[1], 1 / MAX_ASPECT), MAX_ASPECT)
    area = limits.native_size[0] * limits.native_size[1]
    height = _canvas(*shape, limits, area)[1]
    return own_size(round(height * aspect), height, limits)


def _canvas(width: int, height: int, limits: Limits, area: int) -> Size:
    return canvas_size(width, height, multiple=limits.multiple, area=area)
