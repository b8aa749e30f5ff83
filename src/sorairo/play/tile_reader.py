"""Reads the frames of a session: the names of tiles, the inventory and the daylight."""

from __future__ import annotations

import numpy as np

from sorairo.play.protocol import TileReading
from sorairo.world.crafter.names import GROUND, ITEMS, THINGS
from sorairo.world.crafter.perception import read_picture
from sorairo.world.crafter.state import GameState

UNREADABLE = "unreadable"
_GROUND, _THINGS = (
    np.array([*names, *[UNREADABLE] * (256 - len(names))]) for names in (GROUND, THINGS)
)


def named(ground: np.ndarray, things: np.ndarray) -> np.ndarray:
    """What tiles show, str [rows, columns]: what stands on them, or their ground."""
    return np.where(things == THINGS.index("nothing"), _GROUND[ground], _THINGS[things])


def tile_names(state: GameState) -> np.ndarray:
    """What each tile of the map shows, str [rows, columns]."""
    return named(state.ground, state.things)


class CrafterReader:
    """Reads frames, uint8 [72, 72, 3], of Crafter or of a network that draws it."""

    def read(self, frame: np.ndarray) -> TileReading:
        """The tiles, the inventory and the daylight that a frame shows. An amount that cannot be
        read is -1."""
        found = read_picture(frame)
        amounts = np.where(found.inventory == 255, -1, found.inventory.astype(int)).tolist()
        return TileReading(
            tiles=named(found.ground, found.things),
            inventory=dict(zip(ITEMS, amounts, strict=True)),
            daylight=found.daylight,
        )
