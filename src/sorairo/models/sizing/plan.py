"""Which weights of a large model stay on the device. No torch."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

from sorairo.models.model_info import MemoryNeeds, Workload
from sorairo.models.sizing.machine import SPARE
from sorairo.models.sizing.needs import AHEAD, least_pixels


@dataclass(frozen=True, kw_only=True)
class NetworkSizes:
    """Bytes of a model's networks in memory."""

    text: int
    """The text encoder."""
    text_block: int
    """The largest block of the text encoder."""
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
    def moving_text(self) -> int:
        """Of the text encoder on the device at a time, where its blocks and its embedding rest in
        the host's memory."""
        return AHEAD * self.text_block

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
    moving_text: int
    """The same of the text encoder."""
    most_pixels: int
    """Pixels of a frame that the codec can decode at once beside them."""

    def applied(self, needs: MemoryNeeds, *, rests: bool) -> MemoryNeeds:
        """The needs of a model that is placed so. `rests` says whether what does not stay rests in
        the memory of the host, beside a device with its own."""
        return replace(
            needs,
            staying=self.staying if rests else 0,
            resting=max(0, needs.weights - self.staying) if rests else 0,
            most_pixels=self.most_pixels,
            moving=self.moving,
            moving_text=self.moving_text,
        )


def plan_weights(
    sizes: NetworkSizes,
    needs: MemoryNeeds,
    clip: Workload,
    memory: float,
    offload: bool | None,
) -> WeightPlan:
    """What stays on a device of that much memory, for such clips."""
    fit = SPARE * memory
    everything = sizes.fixed + sizes.all_blocks
    text = sizes.moving_text
    least = least_pixels(clip.pixels)
    decoded = needs.per_decoded * clip.decoded_frames * clip.pixels
    plan = partial(_plan, fit=fit - decoded, needs=needs, least=least, moving_text=text)
    if offload is False:
        return plan(None, everything + sizes.text, 0, text_stays=True)
    if offload is None:
        working = needs.working(clip)
        if everything + sizes.text + working <= fit:
            return plan(None, everything + sizes.text, 0, text_stays=True)
        if everything + replace(needs, moving_text=text).working(clip) <= fit:
            return plan(None, everything, 0)
    moving = AHEAD * sizes.streams * sizes.block
    placed = replace(needs, moving=moving, moving_text=text)
    working = placed.working(clip)
    if sizes.fixed + working > fit:  # then the codec decodes in tiles
        working = replace(placed, most_pixels=int(least)).working(clip)
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
    moving_text: int,
    text_stays: bool = False,
) -> WeightPlan:
    pixels = (fit - staying) / needs.per_pixel if needs.per_pixel else 0.0
    return WeightPlan(
        text_stays=text_stays,
        kept=kept,
        staying=staying,
        moving=moving,
        moving_text=0 if text_stays else moving_text,
        most_pixels=int(max(least, pixels)),
    )


def spread(count: int, of: int) -> tuple[int, ...]:
    """`count` numbers below `of`, spread evenly."""
    return tuple(int((index + 0.5) * of / count) for index in range(min(count, of)))
