"""Refuses a request that does not fit into memory before it starts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import psutil
import torch

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
from sorairo.notes import Note

CPU = torch.device("cpu")


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
        working=working_bytes(layout, needs),
    )


def working_bytes(layout: CanvasLayout, needs: MemoryNeeds) -> float:
    """What sampling and decoding a layout take, where the networks are."""
    multiple = layout.spec.multiple
    latent_frames = min(len(layout.latent_frames()), layout.spec.window)
    tokens = latent_frames * (layout.width // multiple) * (layout.height // multiple)
    return needs.working(tokens, layout.width * layout.height)


def check_memory(
    layout: CanvasLayout,
    delivery: Delivery,
    needs: MemoryNeeds,
    device: torch.device = CPU,
    available: float | None = None,
) -> None:
    """Raises RequestError, with the number and a smaller size, if a layout does not fit: into the
    memory of the host and, where the networks are on another device, into that of the device."""
    if device.type != "cpu":
        _check_device(layout, needs, device)
        needs = replace(needs, weights=0, per_token=0.0, per_pixel=0.0)
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


def _check_device(layout: CanvasLayout, needs: MemoryNeeds, device: torch.device) -> None:
    """The weights are on the device already; the check is whether the rest fits beside them."""
    if device.type != "cuda":
        return
    free = torch.cuda.mem_get_info(device)[0]
    kept = torch.cuda.memory_reserved(device) - torch.cuda.memory_allocated(device)
    check_working(layout, needs, float(free + kept))


def check_working(layout: CanvasLayout, needs: MemoryNeeds, available: float) -> None:
    """Raises RequestError if sampling or decoding a layout takes more than is available."""
    needed = working_bytes(layout, needs)
    if needed <= SPARE * available:
        return
    scale = (SPARE * available / needed) ** 0.5
    multiple = layout.spec.multiple
    width, height = (
        max(multiple, int(side * scale) // multiple * multiple)
        for side in (layout.width, layout.height)
    )
    raise RequestError(
        Note(
            f"At {layout.width}x{layout.height} this needs about {needed / 1e9:.1f} GB of the"
            f" device beside the weights, and {available / 1e9:.1f} GB are free: ask for"
            f" {width}x{height} pixels, or for fewer seconds.",
            "device_memory",
            needed=round(needed / 1e9, 1),
            free=round(available / 1e9, 1),
            size=f"{width}x{height}",
        )
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
