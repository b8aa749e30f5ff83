"""Decoding a frame in tiles, where there is no memory for the whole.

The first levels of the decoder, small and with attention over the whole frame, see it as a whole.
Only the last ones, which take nearly all the memory, go through it tile by tile; each tile is
computed with as much around it as its convolutions see, so that no seam is left.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor

from sorairo.models.sizing.needs import WHOLE_SHARE

MARGIN = 3  # latent pixels around a tile; the convolutions of the last levels see 2.75
AT_ONCE = 4  # latent frames that go through one tile after another
MOST_TILES = 64  # in a row or a column
CPU = torch.device("cpu")

Part = Callable[[Tensor, dict[Any, Any]], Tensor]
"""A part of the decoder: what goes in and the state of the stream, to what comes out."""


@dataclass(frozen=True, kw_only=True)
class Tile:
    """Where a tile begins and ends, in latent pixels, and how far that is computed around it."""

    top: int
    bottom: int
    left: int
    right: int
    height: int
    """Of the frame."""
    width: int

    def outer(self, factor: int) -> tuple[Any, ...]:
        """The tile and what is around it, `factor` pixels a latent pixel."""
        rows = (max(0, self.top - MARGIN), min(self.height, self.bottom + MARGIN))
        columns = (max(0, self.left - MARGIN), min(self.width, self.right + MARGIN))
        return (..., _times(rows, factor), _times(columns, factor))

    def inner(self, factor: int) -> tuple[Any, ...]:
        """The tile in the frame."""
        return (
            ...,
            _times((self.top, self.bottom), factor),
            _times((self.left, self.right), factor),
        )

    def within(self, factor: int) -> tuple[Any, ...]:
        """The tile in its `outer` part."""
        top, left = min(self.top, MARGIN), min(self.left, MARGIN)
        rows = (top, top + self.bottom - self.top)
        columns = (left, left + self.right - self.left)
        return (..., _times(rows, factor), _times(columns, factor))


def tiles_of(height: int, width: int, most: float) -> list[Tile]:
    """As few tiles as a frame of latents can have that take no more memory than a frame of `most`
    latent pixels."""
    room = most - WHOLE_SHARE * height * width
    counts = [
        (rows * columns, rows, columns)
        for rows, columns in product(range(1, MOST_TILES + 1), repeat=2)
        if _outer(height, rows) * _outer(width, columns) <= room
    ]
    _, rows, columns = min(counts, default=(0, -(-height // 8), -(-width // 8)))
    return [
        Tile(top=top, bottom=bottom, left=left, right=right, height=height, width=width)
        for (top, bottom), (left, right) in product(_spans(height, rows), _spans(width, columns))
    ]


def decode_tiles(
    begin: Part,
    end: Part,
    z: Float[Tensor, "b c f h w"],
    tiles: list[Tile],
    factors: tuple[int, int],
    state: dict[Any, Any],
) -> Float[Tensor, "b p F H W"]:
    """Latents to pixels by two parts of a decoder, of which `end` goes through the frame tile by
    tile. `factors` are pixels a latent pixel between them and at the end. What one tile does not
    need rests in host memory."""
    parts = []
    for chunk in z.split(AT_ONCE, dim=2):
        begun = [begin(each, state).to(CPU) for each in _frames(chunk)]
        whole: Tensor | None = None
        for index, tile in enumerate(tiles):
            own = _moved(state.get(("tile", index), {}), z.device)
            found = [end(each[tile.outer(factors[0])].to(z.device), own) for each in begun]
            state["tile", index] = _moved(own, CPU)
            pixels = torch.cat([each[tile.within(factors[1])] for each in found], dim=2)
            if whole is None:
                sides = [factors[1] * side for side in z.shape[3:]]
                whole = pixels.new_empty(*pixels.shape[:3], *sides)
            whole[tile.inner(factors[1])] = pixels
        assert whole is not None
        parts.append(whole)
    return torch.cat(parts, dim=2)


def _frames(z: Tensor) -> Iterator[Tensor]:
    for each in z.split(1, dim=2):
        yield each.contiguous(memory_format=torch.channels_last_3d)


def _outer(length: int, count: int) -> int:
    """The longest of `count` tiles, with what is around it."""
    return min(length, -(-length // count) + 2 * MARGIN * (count > 1))


def _spans(length: int, count: int) -> list[tuple[int, int]]:
    ends = [round(index * length / count) for index in range(count + 1)]
    return list(zip(ends, ends[1:], strict=False))


def _times(ends: tuple[int, int], factor: int) -> slice:
    return slice(ends[0] * factor, ends[1] * factor)


def _moved(kept: Any, device: torch.device) -> Any:
    """Kept tensors on a device."""
    if isinstance(kept, Tensor):
        return kept.to(device)
    if isinstance(kept, dict):
        return {key: _moved(each, device) for key, each in kept.items()}
    return tuple(_moved(each, device) for each in kept)
