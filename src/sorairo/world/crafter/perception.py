"""Reads tiles, inventory and light from pictures of Crafter, by comparing with all that the
simulator can draw."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from sorairo.world.crafter.drawing import item_tiles, light_land, map_tiles, sleep_land
from sorairo.world.crafter.names import COLUMNS, GROUND, ITEMS, MOST, ROWS, THINGS, TILE

LIGHTS = 26  # daylights that are compared with
UNREADABLE = 900.0  # mean squared error of a tile from the nearest picture, above which it is none


@dataclass(frozen=True, kw_only=True, eq=False)
class Reading:
    """What a picture shows."""

    ground: np.ndarray
    """Indices into `names.GROUND`, uint8 [7, 9]; 255 where a tile is none of the game's."""
    things: np.ndarray
    """Indices into `names.THINGS`, uint8 [7, 9]; 255 likewise."""
    inventory: np.ndarray
    """Amounts of `names.ITEMS`, uint8 [16]; 255 likewise."""
    daylight: float
    """The daylight of the nearest picture, 0 to 1."""
    sleeping: bool
    """Whether the land is grey, as the player sees it asleep."""

    def tiles(self) -> np.ndarray:
        """One number for each tile of the map, [7, 9]: equal for equal tiles."""
        return self.ground.astype(np.int32) * 256 + self.things


def read_picture(picture: np.ndarray) -> Reading:
    """What a picture, uint8 [72, 72, 3], shows."""
    grid = picture.reshape(ROWS + 2, TILE, COLUMNS, TILE, 3).transpose(0, 2, 1, 3, 4)
    cells = grid.reshape(ROWS + 2, COLUMNS, -1).astype(np.float32)
    kinds, pictures, squares = _land()
    land = cells[:ROWS].reshape(ROWS * COLUMNS, -1)
    errors = _errors(land, pictures.reshape(-1, pictures.shape[-1]), squares.ravel())
    errors = errors.reshape(len(land), *squares.shape)  # tile, light, kind
    light = int(np.minimum(errors.min(-1), 4 * UNREADABLE).mean(0).argmin())
    best = errors[:, light].argmin(-1)
    found = kinds[best].astype(np.uint8)
    found[errors[np.arange(len(land)), light, best] > UNREADABLE] = 255
    sleeping, level = divmod(light, LIGHTS)
    return Reading(
        ground=found[:, 0].reshape(ROWS, COLUMNS),
        things=found[:, 1].reshape(ROWS, COLUMNS),
        inventory=_read_items(cells[ROWS:].reshape(2 * COLUMNS, -1)),
        daylight=level / (LIGHTS - 1),
        sleeping=bool(sleeping),
    )


def _read_items(cells: np.ndarray) -> np.ndarray:
    pictures = item_tiles().reshape(len(ITEMS), MOST + 1, -1).astype(np.float32)
    errors = ((cells[: len(ITEMS), None] - pictures) ** 2).mean(-1)
    best = errors.argmin(-1).astype(np.uint8)
    best[errors.min(-1) > UNREADABLE] = 255
    return best


def _errors(cells: np.ndarray, pictures: np.ndarray, squares: np.ndarray) -> np.ndarray:
    """Mean squared errors of cells [n, d] from pictures [m, d], [n, m]."""
    own = (cells**2).mean(-1)
    return own[:, None] + squares - 2 * (cells @ pictures.T) / cells.shape[1]


@cache
def _land() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The kinds of tiles (ground, thing) [k, 2]; their pictures in all lights, awake, then asleep,
    float32 [2 lights, k, d]; and the mean squares of those."""
    kinds = np.array([(g, t) for g in range(len(GROUND)) for t in _things_on(GROUND[g])])
    tiles = map_tiles()[kinds[:, 0], kinds[:, 1]]
    strip = tiles.reshape(-1, TILE, 3)
    lit = []
    for asleep in (False, True):
        for level in np.linspace(0, 1, LIGHTS):
            seen = light_land(strip, float(level))
            seen = sleep_land(seen) if asleep else seen
            lit.append(seen.astype(np.uint8).reshape(len(kinds), -1))
    pictures = np.stack(lit).astype(np.float32)
    return kinds, pictures, (pictures**2).mean(-1)


def _things_on(ground: str) -> list[int]:
    """What can stand on a ground."""
    names = ["nothing"]
    if ground in ("grass", "sand", "path"):
        names += [name for name in THINGS[1:] if not name.startswith("plant")]
    if ground == "grass":
        names += ["plant", "plant-ripe"]
    if ground in ("water", "lava"):
        names += [name for name in THINGS if name.startswith("arrow")]
    if ground == "lava":
        names += [name for name in THINGS if name.startswith("player")]
    return [THINGS.index(name) for name in names]
