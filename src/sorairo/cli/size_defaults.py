"""The size and the rate of a request: as asked for, as the model's own, or as they usually are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from sorairo.cli.options import Common
from sorairo.generation.requests.base import Request
from sorairo.generation.requests.defaults import native_size, with_defaults

if TYPE_CHECKING:
    from sorairo.video.clip import Clip

Kind = TypeVar("Kind", bound=Request)


def as_asked(request: Kind, clips: Sequence[Clip], common: Common) -> Kind:
    """The request at the model's own size and rate, where it is to have these."""
    if "size" in common.native:
        shape = (clips[0].width, clips[0].height) if clips else None
        width, height = native_size(shape, common.limits)
        request = replace(request, width=width, height=height)
    return replace(request, fps=common.limits.native_fps) if "fps" in common.native else request


def as_usual(request: Kind, clips: Sequence[Clip], common: Common) -> Kind:
    """The same, and where nothing was asked for as what is given, or as the model is delivered."""
    return with_defaults(as_asked(request, clips, common), clips, common.model.delivery)
