"""Where the weights of a large model are kept: all on the device, or some in host memory."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TypedDict

import psutil
import torch

from sorairo.models.model_info import MemoryNeeds
from sorairo.models.sizing.needs import AHEAD, TEXT_LAYERS, least_pixels
from sorairo.nn.placement import spread
from sorairo.nn.precision import choose_device
from sorairo.nn.rounding import Rounding, rounding_named

SPARE = 0.9  # of a device's memory is planned for


@dataclass(frozen=True, kw_only=True)
class Placement:
    """What is asked for when a model is loaded."""

    device: torch.device
    """Where it computes."""
    offload: bool | None = None
    """Whether the weights of blocks rest in host memory and are copied to the device one block
    after another. None: only as many as do not fit on the device."""
    rounding: Rounding | None = None
    """The format that weights are rounded to; None: as they are stored."""
    rounds_text: bool = False
    """Whether the weights of the text encoder are rounded too, to int8: float8 has a quarter of its
    precision, and umT5's attention, which is not scaled, is sensitive to it."""


class LoadOptions(TypedDict, total=False):
    """Where and how a model is loaded, as commands and Python calls say it."""

    device: str | None
    """The torch device. Default: a GPU if there is one."""
    offload: bool | None
    """Whether the weights of a large model rest in host memory and are copied to the device block
    by block. Default: as many as do not fit there."""
    weights: str | None
    """"int8" or "fp8": the format that the weights of a large model are rounded to; "int8+text" or
    "fp8+text": those of its text encoder too, to int8. Default: as they are stored."""


def placement_of(
    device: str | None = None, offload: bool | None = None, weights: str | None = None
) -> Placement:
    """What options ask for. Raises RequestError for a device that cannot be used, and
    UnknownNameError."""
    rounding, rounds_text = rounding_named(weights)
    return Placement(
        device=choose_device(device), offload=offload, rounding=rounding, rounds_text=rounds_text
    )


@dataclass(frozen=True, kw_only=True)
class NetworkSizes:
    """Bytes of a model's networks in memory."""

    text: int
    """The text encoder."""
    fixed: int
    """What is on the device in any case: the codec, and what denoisers have outside of blocks."""
    block: int
    """The largest block of a denoiser."""
    blocks: int
    """Blocks of each denoiser."""
    denoisers: int = 1
    streams: int = 1
    """Rows of blocks that a denoiser goes through at the same time: 2 with a control branch."""

    @property
    def all_blocks(self) -> int:
        return self.denoisers * self.blocks * self.block


@dataclass(frozen=True, kw_only=True)
class WeightPlan:
    """Which weights stay on the device."""

    text_stays: bool
    kept: tuple[int, ...] | None
    """The numbers of the blocks of each denoiser that stay; None: all do."""
    staying: int
    """Bytes of the weights that stay."""
    moving: int
    """Bytes of those that come and go, at most at a time."""
    most_pixels: int
    """Pixels of a frame that the codec can decode at once beside them."""


def plan_weights(
    sizes: NetworkSizes,
    needs: MemoryNeeds,
    clip: tuple[int, int],
    memory: float,
    offload: bool | None,
) -> WeightPlan:
    """What stays on a device of that much memory, for clips of so many tokens, and pixels a
    frame."""
    fit, (tokens, pixels) = SPARE * memory, clip
    everything = sizes.fixed + sizes.all_blocks
    text = AHEAD * sizes.text // TEXT_LAYERS
    plan = partial(_plan, fit=fit, needs=needs, least=least_pixels(pixels))
    if offload is False:
        return plan(None, everything + sizes.text, 0, text_stays=True)
    if offload is None:
        working = needs.working(tokens, pixels)
        if everything + sizes.text + working <= fit:
            return plan(None, everything + sizes.text, 0, text_stays=True)
        if everything + max(working, text) <= fit:
            return plan(None, everything, 0)
    moving = AHEAD * sizes.streams * sizes.block
    sampling = max(moving + needs.per_token * tokens, text)
    working = max(sampling, needs.per_pixel * pixels)
    if sizes.fixed + working > fit:  # then the codec decodes in tiles
        working = max(sampling, needs.per_pixel * least_pixels(pixels))
    one = sizes.denoisers * sizes.block
    room = 0 if offload else int((fit - sizes.fixed - working) // one)
    kept = spread(max(0, min(room, sizes.blocks)), sizes.blocks)
    return plan(kept, sizes.fixed + len(kept) * one, moving)


def _plan(
    kept: tuple[int, ...] | None,
    staying: int,
    moving: int,
    *,
    fit: float,
    needs: MemoryNeeds,
    least: float,
    text_stays: bool = False,
) -> WeightPlan:
    pixels = (fit - staying) / needs.per_pixel if needs.per_pixel else 0.0
    return WeightPlan(
        text_stays=text_stays,
        kept=kept,
        staying=staying,
        moving=moving,
        most_pixels=int(max(least, pixels)),
    )


def device_memory(device: torch.device) -> float:
    """All memory of a device, in bytes."""
    if device.type == "cuda":
        return float(torch.cuda.get_device_properties(device).total_memory)
    return float(psutil.virtual_memory().total)
