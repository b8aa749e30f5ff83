"""Refuses a request that does not fit into memory before it starts."""

from __future__ import annotations

import numpy as np
import psutil

from sorairo.errors import RequestError
from sorairo.generation.output.delivery import Delivery
from sorairo.generation.tasks.layout import CanvasLayout, GivenSegment
from sorairo.models.model_info import MemoryNeeds

COPIES = 2.2  # times the result's frames: the segments, and the whole that they are joined to
WHOLE = 1.1  # times the result's frames, where it is one segment
NATIVE_COPIES = 3.0  # times the canvas's frames: decoded, cropped and upscaled
SPARE = 0.9  # of the free memory may be used


def predicted_bytes(layout: CanvasLayout, delivery: Delivery, needs: MemoryNeeds) -> float:
    """Peak memory of a layout that is delivered so, by a model with these needs."""
    native = layout.num_frames * layout.width * layout.height * 3
    given = sum(each.nbytes for each in _held(layout))
    own = (delivery.width, delivery.height, delivery.fps)
    upscaler = needs.upscaler if own != (layout.width, layout.height, layout.spec.fps) else 0.0
    fixed = needs.program + upscaler + 2 * needs.weights + given
    return fixed + NATIVE_COPIES * native + _copies(layout) * delivery.bytes(layout)


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
    scale = max(0.0, (SPARE * available - (needed - frames)) / frames) ** 0.5
    sides = (delivery.width, delivery.height)
    width, height = (max(64, int(side * scale) // 16 * 16) for side in sides)
    raise RequestError(
        f"This needs about {needed / 1e9:.1f} GB of memory and {available / 1e9:.1f} GB are free:"
        f" ask for {width}x{height} pixels, or for fewer seconds."
    )


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
