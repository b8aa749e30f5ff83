"""The simulator of Crafter: a game that is begun from a seed and played step by step."""

from __future__ import annotations

import copy
from collections import OrderedDict

import numpy as np

from sorairo.errors import RequestError
from sorairo.world.crafter.drawing import draw
from sorairo.world.crafter.game import Game
from sorairo.world.crafter.names import action_number
from sorairo.world.crafter.start import Start, place_player
from sorairo.world.crafter.state import GameState


class Simulator:
    """A game of Crafter. The same seed, start and actions give the same game, on any machine.

    `reset` begins a game; `step` takes an action. With `night_noise`, dark pictures have the random
    noise of the game, which hides tiles.
    """

    def __init__(self, *, night_noise: bool = False) -> None:
        self._night_noise = night_noise
        self._worlds: OrderedDict[int, Game] = OrderedDict()
        self._game: Game | None = None
        self._noise = np.random.default_rng(0)

    def reset(self, seed: int = 0, start: Start | None = None) -> np.ndarray:
        """Begins the game of a seed, a number from 0; its first picture, uint8 [72, 72, 3]. A new
        world takes a second or more, one of the last four of them none."""
        if seed < 0:
            raise RequestError(f"The seed {seed} is out of range: take a number from 0.")
        if seed not in self._worlds:
            game = Game(seed=seed)
            game.reset()
            self._worlds[seed] = game
            while len(self._worlds) > 4:
                self._worlds.popitem(last=False)
        self._game = copy.deepcopy(self._worlds[seed])
        self._noise = np.random.default_rng(seed)
        if start is not None:
            place_player(self._game, start)
        return self.frame()

    def step(self, action: str | int) -> tuple[np.ndarray, GameState]:
        """The picture after an action, uint8 [72, 72, 3], and what is true then. The action is one
        of `names.ACTIONS`, or its number. A game that is over stays as it is.

        Raises UnknownNameError for an action that does not exist.
        """
        number = action_number(action)
        if self._game is None:
            raise RequestError("No game was begun: call reset(seed) first.")
        if self._game.player.health > 0:
            self._game.step(number)
        return self.frame(), self.state

    @property
    def state(self) -> GameState:
        """What is true now."""
        if self._game is None:
            raise RequestError("No game was begun: call reset(seed) first.")
        return self._game.state()

    @property
    def ground(self) -> np.ndarray:
        """The ground of the whole world, uint8 [64, 64] as indices into `names.GROUND`."""
        if self._game is None:
            raise RequestError("No game was begun: call reset(seed) first.")
        return self._game.ground()

    def frame(self) -> np.ndarray:
        """The picture of what is true now, uint8 [72, 72, 3]."""
        return draw(self.state, self._noise if self._night_noise else None)
