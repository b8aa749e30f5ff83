"""Where and when a game of Crafter begins, by words such as "night" and "desert"."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from sorairo.errors import unknown_name
from sorairo.world.crafter.names import COLUMNS, GROUND, ITEMS, MOST, ROWS

TIMES = {"morning": 0, "day": 60, "evening": 165, "night": 195, "dawn": 240}
"""Steps of the day, which has 300."""
PLACES = {
    "meadow": ("grass",),
    "forest": ("tree",),
    "desert": ("sand",),
    "lake": ("water",),
    "mountain": ("stone", "coal", "iron"),
    "cave": ("path",),
    "lava": ("lava",),
}
"""What there is around the player."""


@dataclass(frozen=True, kw_only=True)
class Start:
    """How a game begins; the default is that of the package: the middle of the world, at dawn."""

    time: str = ""
    """One of TIMES; "": the first step of the first day."""
    place: str = ""
    """One of PLACES; "": the middle of the world, which is always a meadow."""
    clock: int | None = None
    """The step of the day, in place of `time`."""
    inventory: Mapping[str, int] = field(default_factory=dict)
    """Items that the player has, beside the usual ones."""
    choice: int = 0
    """The seed of what the words leave open: which of the places that fit."""

    def __post_init__(self) -> None:
        if self.time and self.time not in TIMES:
            raise unknown_name("time", self.time, tuple(TIMES))
        if self.place and self.place not in PLACES:
            raise unknown_name("place", self.place, tuple(PLACES))
        for name in self.inventory:
            if name not in ITEMS:
                raise unknown_name("item", name, ITEMS)


def place_player(game: Any, start: Start) -> None:
    """Moves the player of a new game, its clock and its inventory to the start."""
    rng = np.random.default_rng(start.choice)
    if start.place:
        spot = _spot(game, PLACES[start.place], rng)
        if spot is not None:
            game.world.move(game.player, spot)
    clock = TIMES[start.time] if start.time else 0
    game.set_clock(clock if start.clock is None else start.clock)
    for name, amount in start.inventory.items():
        game.player.inventory[name] = int(np.clip(amount, 0, MOST))
    if start.choice:
        game.world.random.seed(start.choice)


def _spot(game: Any, wanted: tuple[str, ...], rng: np.random.Generator) -> np.ndarray | None:
    """A free tile to stand on, among the eight best of all whose surroundings have most of the
    wanted ground; None if there is none of it."""
    ground = game.ground().T
    kinds = [GROUND.index(name) for name in wanted]
    share = _box_sum(np.isin(ground, kinds).astype(float))
    firm = np.isin(ground, [GROUND.index(name) for name in ("grass", "path", "sand")])
    free = firm & (game.world._obj_map == 0)
    share[~free] = 0
    best = np.argsort(share, axis=None)[::-1][:8]
    best = best[share.ravel()[best] > 0]
    if not len(best):
        return None
    return np.array(np.unravel_index(int(rng.choice(best)), share.shape))


def _box_sum(values: np.ndarray) -> np.ndarray:
    """The sum over the picture around every tile, [64, 64] by x and y."""
    wide, high = COLUMNS // 2, ROWS // 2
    padded = np.pad(values, ((wide + 1, wide), (high + 1, high)))
    total = padded.cumsum(0).cumsum(1)
    return (
        total[COLUMNS:, ROWS:]
        - total[:-COLUMNS, ROWS:]
        - total[COLUMNS:, :-ROWS]
        + total[:-COLUMNS, :-ROWS]
    )
