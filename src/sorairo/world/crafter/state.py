"""What is true at a step of a game of Crafter."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from sorairo.world.crafter.names import FACINGS, GROUND, THINGS


@dataclass(frozen=True, kw_only=True, eq=False)
class GameState:
    """What is true at a step. Arrays are [rows, columns], from the top left of the picture."""

    ground: np.ndarray
    """What the visible tiles consist of: indices into `names.GROUND`, uint8 [7, 9]."""
    things: np.ndarray
    """What stands on them: indices into `names.THINGS`, uint8 [7, 9]."""
    inventory: Mapping[str, int]
    """How many there are of each of `names.ITEMS`, 0 to 9."""
    achievements: Mapping[str, int]
    """How often each of the game's achievements was reached."""
    position: tuple[int, int]
    """x (to the right) and y (down) of the player in the world, in tiles."""
    facing: str
    """Where the player looks, a key of `names.FACINGS`."""
    daylight: float
    """1 at noon, 0 in the darkest night."""
    sleeping: bool
    """Whether the player sleeps, which leaves it no choice of action."""
    alive: bool = True
    """Whether the game goes on."""
    step: int = 0
    """Steps since the beginning of the first day; a day has 300."""

    @property
    def target(self) -> tuple[int, int]:
        """Row and column, in `ground`, of the tile that the player acts on."""
        x, y = FACINGS[self.facing]
        rows, columns = self.ground.shape
        return rows // 2 + y, columns // 2 + x

    @property
    def target_ground(self) -> str:
        """What that tile consists of."""
        return GROUND[self.ground[self.target]]

    @property
    def target_thing(self) -> str:
        """What stands on it."""
        return THINGS[self.things[self.target]]
