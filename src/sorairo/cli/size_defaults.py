"""The size and frame rate of a request that were set to `native`, or left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from sorairo.cli.options import CommonOptions
from sorairo.errors import RequestError
from sorairo.generation.requests.base import Request
from sorairo.models.model_info import DeliveryDefaults

if TYPE_CHECKING:
    from sorairo.video.clip import Clip

Kind = TypeVar("Kind", bound=Request)


def with_native(request: Kind, clips: Sequence[Clip], common: CommonOptions) -> Kind:
    """The request with the model's own size and frame rate where they were set to `native`."""
    from sorairo.generation.requests.defaults import native_size

    clips = request.footage(clips)
    if "size" in common.native:
        shape = (clips[0].width, clips[0].height) if clips else None
        width, height = native_size(shape, common.limits)
        request = replace(request, width=width, height=height)
    return replace(request, fps=common.limits.native_fps) if "fps" in common.native else request


def with_size_and_rate(request: Kind, clips: Sequence[Clip], common: CommonOptions) -> Kind:
    """The same; a size or frame rate that was left out is that of the inputs or the model's
    default."""
    from sorairo.generation.requests.defaults import with_defaults

    delivery = common.model.delivery
    if common.output is not None and common.output.suffix.lower() == ".gif":
        delivery = _of_gif(delivery, common)
    return with_defaults(with_native(request, clips, common), clips, delivery)


def default_rate(common: CommonOptions) -> float:
    """The frame rate of a clip that is made from text, where none is set."""
    delivery = common.model.delivery
    if common.output is not None and common.output.suffix.lower() == ".gif":
        delivery = _of_gif(delivery, common)
    return delivery.fps or common.limits.native_fps


def _of_gif(delivery: DeliveryDefaults, common: CommonOptions) -> DeliveryDefaults:
    """The delivery defaults of a result that is a GIF: small enough to send. Raises RequestError
    for one that is smaller than any result."""
    width, height = delivery.size or common.limits.native_size
    scale = min(1.0, common.gif_side / max(width, height))
    fps = min(common.gif_fps, delivery.fps or common.limits.native_fps)
    size, least = (round(width * scale), round(height * scale)), common.limits.min_side
    if min(size) < least and "width" not in common.fields and "size" not in common.native:
        raise RequestError(
            f"With --gif-size {common.gif_side} a result of this model has {size[0]}x{size[1]}"
            f" pixels, and the least is {least} a side: choose more, or write an .mp4, and a small"
            " copy of it with --gif."
        )
    return DeliveryDefaults(size=size, fps=fps)
