"""The meter of drift: how far what is shown has left what is true."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sorairo.play.protocol import TileReading
from sorairo.play.tile_reader import tile_names
from sorairo.world.crafter.state import GameState


@dataclass(frozen=True, kw_only=True)
class Drift:
    """How much of what a frame shows is true."""

    agreement: float
    """The share of the tiles of the map that agree, 0 to 1."""
    inventory: float
    """The share of the items whose amounts agree, 0 to 1."""
    wrong: tuple[tuple[int, int], ...]
    """The tiles that differ, as row and column."""


def measure_drift(shown: TileReading, state: GameState) -> Drift:
    """Compares what a frame shows with what is true."""
    differs = shown.tiles != tile_names(state)
    amounts = [shown.inventory.get(item, 0) == n for item, n in state.inventory.items()]
    wrong = tuple((int(row), int(column)) for row, column in np.argwhere(differs))
    return Drift(
        agreement=1 - float(differs.mean()), inventory=float(np.mean(amounts)), wrong=wrong
    )
