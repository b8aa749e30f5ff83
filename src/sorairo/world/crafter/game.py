"""The environment of the package, without its pictures and with an order of its creatures that does
not depend on memory addresses."""

from __future__ import annotations

import copy
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import crafter
import numpy as np
from crafter import engine

from sorairo.world.crafter.names import COLUMNS, FACINGS, GROUND, ITEMS, ROWS, THINGS
from sorairo.world.crafter.state import GameState

_THINGS = {name: index for index, name in enumerate(THINGS)}
_FACING = {direction: name for name, direction in FACINGS.items()}
_Environment: Any = crafter.Env  # it has no types
AREA = (64, 64)
CHUNK = (12, 12)


class _Creatures(dict[Any, None]):
    """The set of the objects of a chunk, in the order in which they came: in the set of the package
    the order, and with it the game, depends on memory addresses."""

    def add(self, creature: Any) -> None:
        self[creature] = None

    def remove(self, creature: Any) -> None:
        del self[creature]


class _World(engine.World):
    def reset(self, seed: int | None = None) -> None:
        super().reset(seed)
        self._chunks = defaultdict(_Creatures)

    def __deepcopy__(self, memo: dict[int, Any]) -> _World:
        # Keys of the chunks hash by address, so they are put in again once they are copied.
        twin = _World.__new__(_World)
        memo[id(self)] = twin
        for name, value in self.__dict__.items():
            if name != "_chunks":
                twin.__dict__[name] = copy.deepcopy(value, memo)
        twin._chunks = defaultdict(_Creatures)
        for key, creatures in self._chunks.items():
            for creature in creatures:
                twin._chunks[key].add(copy.deepcopy(creature, memo))
        return twin


class _Nothing:
    """Stands for the views of the package, which would draw at every step."""

    def __call__(self, *_: Any) -> None:
        return None


class Game(_Environment):
    """The environment of the package without its pictures."""

    def __init__(self, seed: int) -> None:
        super().__init__(length=None, seed=seed)
        self._world = _World(AREA, list(GROUND[1:]), CHUNK)
        self._textures = self._local_view = self._item_view = self._sem_view = _Nothing()

    def render(self, size: Any = None) -> None:
        """Nothing: pictures are drawn from the state."""

    @property
    def player(self) -> Any:
        return self._player

    @property
    def world(self) -> Any:
        return self._world

    def set_clock(self, step: int) -> None:
        """Goes to a step of the day."""
        self._step = step
        self._update_time()

    def ground(self) -> np.ndarray:
        """What the world consists of, uint8 [64, 64] by y and x."""
        return self._world._mat_map.T.copy()

    def state(self) -> GameState:
        player, world = self._player, self._world
        x, y = (int(each) for each in player.pos)
        wide, high = COLUMNS // 2, ROWS // 2
        padded = np.pad(world._mat_map, ((wide, wide), (high, high)))
        things = np.zeros((ROWS, COLUMNS), np.uint8)
        for thing in self._visible(x - wide, y - high):
            column, row = thing.pos[0] - x + wide, thing.pos[1] - y + high
            things[row, column] = _THINGS[thing.texture]
        return GameState(
            ground=padded[x : x + COLUMNS, y : y + ROWS].T.copy(),
            things=things,
            inventory={name: int(player.inventory[name]) for name in ITEMS},
            achievements=dict(player.achievements),
            position=(x, y),
            facing=_FACING[int(player.facing[0]), int(player.facing[1])],
            daylight=float(world.daylight),
            sleeping=bool(player.sleeping),
            alive=player.health > 0,
            step=int(self._step),
        )

    def _visible(self, left: int, top: int) -> Iterator[Any]:
        """Objects in the picture whose top left tile this is."""
        area = self._world._obj_map[max(left, 0) : left + COLUMNS, max(top, 0) : top + ROWS]
        for index in area[area > 0]:
            yield self._world._objects[index]
