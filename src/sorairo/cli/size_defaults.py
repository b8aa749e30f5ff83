"""The size and frame rate of a request that were set to `native`, or left out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from sorairo.cli.options import CommonOptions
from sorairo.generation.requests.base import Request

if TYPE_CHECKING:
    from sorairo.video.clip import Clip

Kind = TypeVar("Kind", bound=Request)


def with_native(request: Kind, clips: Sequence[Clip], common: CommonOptions) -> Kind:
    """The request with the model's own size and frame rate where they were set to `native`."""
    from sorairo.generation.requests.defaults import native_size

    if "size" in common.native:
        shape = (clips[0].width, clips[0].height) if clips else None
        width, height = native_size(shape, common.limits)
        request = replace(request, width=width, height=height)
    return replace(request, fps=common.limits.native_fps) if "fps" in common.native else request


def with_size_and_rate(request: Kind, clips: Sequence[Clip], common: CommonOptions) -> Kind:
    """The same; a size or frame rate that was left out is that of the inputs or the model's
    default."""
    from sorairo.generation.requests.defaults import with_defaults

    return with_defaults(with_native(request, clips, common), clips, common.model.delivery)
