"""Refuses a request that does not fit into memory before it starts."""

from __future__ import annotations

import numpy as np
import psutil

from sorairo.errors import RequestError
from sorairo.generation.memory_estimate import (
    COPIES,
    SPARE,
    WHOLE,
    fitting_size,
    frame_bytes,
    needs_too_much,
    peak_bytes,
)
from sorairo.generation.output.delivery import Delivery
from sorairo.generation.tasks.layout import CanvasLayout, GivenSegment
from sorairo.models.model_info import MemoryNeeds


def predicted_bytes(layout: CanvasLayout, delivery: Delivery, needs: MemoryNeeds) -> float:
    """Peak memory of a layout that is delivered so, by a model with these needs."""
    own = (delivery.width, delivery.height, delivery.fps)
    return peak_bytes(
        delivery.bytes(layout),
        copies=_copies(layout),
        given=sum(each.nbytes for each in _held(layout)),
        native=frame_bytes(layout.num_frames, layout.width, layout.height),
        upscaled=own != (layout.width, layout.height, layout.spec.fps),
        needs=needs,
    )


def check_memory(
    layout: CanvasLayout, delivery: Delivery, needs: MemoryNeeds, available: float | None = None
) -> None:
    """Raises RequestError, with the number and a smaller size, if a layout does not fit."""
    if available is None:
        available = float(psutil.virtual_memory().available) + psutil.Process().memory_info().rss
    needed = predicted_bytes(layout, delivery, needs)
    if needed <= SPARE * available:
        return
    frames = _copies(layout) * delivery.bytes(layout)
    size = fitting_size(
        delivery.width, delivery.height, needed=needed, frames=frames, available=available
    )
    raise RequestError(needs_too_much(needed, available, *size))


def _held(layout: CanvasLayout) -> list[np.ndarray]:
    """The frames that a layout keeps in memory, each once: those of its segments and those on the
    canvas."""
    clips = [
        each.clip if isinstance(each, GivenSegment) else each.under for each in layout.segments
    ]
    on_canvas = [each.frames for each in layout.given]
    frames = [*(clip.frames for clip in clips if clip is not None), *on_canvas]
    return list({id(each): each for each in frames}.values())


def _copies(layout: CanvasLayout) -> float:
    return WHOLE if len(layout.segments) == 1 and not layout.aspect else COPIES
