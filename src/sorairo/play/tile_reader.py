"""Reads Crafter's frames: each tile is the one whose picture is nearest, under the daylight that
fits all tiles of the map best."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
from einops import rearrange

from sorairo.play.protocol import TileReading
from sorairo.world.crafter.drawing import draw, item_tiles
from sorairo.world.crafter.names import COLUMNS, GROUND, ITEMS, ROWS, THINGS, TILE
from sorairo.world.crafter.state import GameState

LIGHTS = (1.0, 0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0.0)
ARROW_GROUND = ("grass", "sand", "path", "water", "lava")
GROUND_OF = {"plant": ("grass",), "plant-ripe": ("grass",)}
"""What a thing can stand on, where that is not grass, sand and path."""


def tile_names(state: GameState) -> np.ndarray:
    """What each tile of the map shows, str [rows, columns]: what stands on it, or its ground."""
    ground, things = np.array(GROUND)[state.ground], np.array(THINGS)[state.things]
    return np.where(state.things == THINGS.index("nothing"), ground, things)


@dataclass(frozen=True, kw_only=True, eq=False)
class TileTable:
    """Pictures of tiles under several lights."""

    names: np.ndarray
    """The name of each picture, str [tiles]; several may have the same."""
    pictures: np.ndarray
    """float32 [lights, tiles, side * side * 3]."""

    def nearest(self, seen: np.ndarray) -> tuple[np.ndarray, int]:
        """The names of the nearest pictures, str [n], and the number of the light, one for all of
        them, under which the sum of squared differences is least. `seen` is uint8 [n, side, side,
        3]."""
        flat = seen.reshape(len(seen), -1).astype(np.float32)
        # |seen - known|^2 without |seen|^2, which is the same for all pictures
        size = (self.pictures**2).sum(-1)[:, None]
        distance = size - 2 * np.einsum("td,lnd->ltn", flat, self.pictures, optimize=True)
        light = int(distance.min(-1).sum(-1).argmin())
        return self.names[distance[light].argmin(-1)], light


class CrafterReader:
    """Reads frames, uint8 [72, 72, 3], of Crafter or of a network that draws it."""

    def read(self, frame: np.ndarray) -> TileReading:
        """The tiles, the inventory and the daylight that a frame shows."""
        tiles = rearrange(frame, "(r h) (q w) c -> r q h w c", h=TILE, w=TILE)
        names, light = map_table().nearest(tiles[:ROWS].reshape(-1, TILE, TILE, 3))
        slots = tiles[ROWS:].reshape(-1, TILE * TILE * 3)[: len(ITEMS)].astype(np.float32)
        known = item_tiles().reshape(len(ITEMS), -1, TILE * TILE * 3).astype(np.float32)
        amounts = ((slots[:, None] - known) ** 2).sum(-1).argmin(-1)
        return TileReading(
            tiles=names.reshape(ROWS, COLUMNS),
            inventory=dict(zip(ITEMS, amounts.tolist(), strict=True)),
            daylight=LIGHTS[light % len(LIGHTS)],
        )


@cache
def map_table() -> TileTable:
    """What a tile of the map can look like, awake and asleep, from noon to the darkest night."""
    pairs = list(_pairs())
    names = [ground if thing == "nothing" else thing for ground, thing in pairs]
    lit = [_pictures(pairs, light, asleep) for asleep in (False, True) for light in LIGHTS]
    pictures = np.stack(lit).astype(np.float32)
    return TileTable(names=np.array(names), pictures=rearrange(pictures, "l n ... -> l n (...)"))


def _pairs() -> Iterator[tuple[str, str]]:
    """Ground and thing of all tiles that there can be."""
    for ground in GROUND:
        yield ground, "nothing"
    for thing in THINGS[1:]:
        usual = ARROW_GROUND if thing.startswith("arrow") else ("grass", "sand", "path")
        for ground in GROUND_OF.get(thing, usual):
            yield ground, thing


def _pictures(pairs: list[tuple[str, str]], light: float, asleep: bool) -> np.ndarray:
    """The tiles as the game draws them, uint8 [pairs, side, side, 3]."""
    found = []
    for start in range(0, len(pairs), ROWS * COLUMNS):
        part = pairs[start : start + ROWS * COLUMNS]
        ground, things = (np.zeros(ROWS * COLUMNS, np.uint8) for _ in range(2))
        ground[: len(part)] = [GROUND.index(name) for name, _ in part]
        things[: len(part)] = [THINGS.index(name) for _, name in part]
        state = GameState(
            ground=ground.reshape(ROWS, COLUMNS),
            things=things.reshape(ROWS, COLUMNS),
            inventory=dict.fromkeys(ITEMS, 0),
            achievements={},
            position=(0, 0),
            facing="down",
            daylight=light,
            sleeping=asleep,
        )
        picture = draw(state)[: ROWS * TILE]
        tiles = rearrange(picture, "(r h) (q w) c -> (r q) h w c", h=TILE, w=TILE)
        found.append(tiles[: len(part)])
    return np.concatenate(found)
