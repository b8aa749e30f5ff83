"""Players of Crafter by simple rules, so that rollouts show all that can happen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np

from sorairo.world.crafter.names import ACTIONS, FACINGS, THINGS
from sorairo.world.crafter.paths import free, of_ground, way_to
from sorairo.world.crafter.state import GameState

MOVES = tuple(FACINGS)
BACK = {"left": "right", "right": "left", "up": "down", "down": "up"}
_PLACED = ("place_stone", "place_table", "place_furnace", "place_plant")
_MADE = tuple(name for name in ACTIONS if name.startswith("make_"))

Policy = Callable[[np.random.Generator], Iterator[str]]
"""A player: a generator that yields an action and is sent the state after it."""


def _things(state: GameState, *names: str) -> np.ndarray:
    return np.isin(state.things, [THINGS.index(name) for name in names])


def _sometimes_sleep(state: GameState, rng: np.random.Generator) -> bool:
    return state.inventory["energy"] < 9 and rng.random() < (0.1 if state.daylight < 0.3 else 0.004)


def _safe(state: GameState, move: str) -> bool:
    """Whether a move does not end in lava."""
    x, y = FACINGS[move]
    return not of_ground(state, "lava")[3 + y, 4 + x]


def _stroll(state: GameState, rng: np.random.Generator) -> str:
    """A move to a free tile, or a turn."""
    open_tiles = free(state)
    choices = [name for name, (x, y) in FACINGS.items() if open_tiles[3 + y, 4 + x]]
    moves = choices or [name for name in MOVES if _safe(state, name)]
    return str(rng.choice(moves)) if moves else "noop"


def wanderer(rng: np.random.Generator) -> Iterator[str]:
    """Random actions, the moves repeated a few times."""
    state = yield "noop"
    while True:
        if rng.random() < 0.25:
            action, count = str(rng.choice(ACTIONS)), 1
        else:
            action, count = str(rng.choice(MOVES)), int(rng.integers(1, 6))
        for _ in range(count):
            if action in MOVES and not _safe(state, action) and rng.random() < 0.9:
                break
            state = yield action


def gatherer(rng: np.random.Generator) -> Iterator[str]:
    """Goes to what it can gather, and gathers it."""
    state = yield "noop"
    while True:
        grounds = ["tree", "water", "grass"]
        if state.inventory["wood_pickaxe"]:
            grounds += ["stone", "coal", "stone"]
        if state.inventory["stone_pickaxe"]:
            grounds += ["iron", "iron"]
        if state.inventory["iron_pickaxe"]:
            grounds += ["diamond", "diamond"]
        state = yield from _visit(state, of_ground, str(rng.choice(grounds)), rng, presses=2)
        if rng.random() < 0.15:
            state = yield str(rng.choice((*_MADE, *_PLACED)))


def fighter(rng: np.random.Generator) -> Iterator[str]:
    """Goes to creatures and ripe plants, and hits them."""
    state = yield "noop"
    wanted = ("cow", "zombie", "skeleton", "plant-ripe", "plant")
    while True:
        state = yield from _visit(state, _things, str(rng.choice(wanted)), rng, presses=6)
        if _sometimes_sleep(state, rng):
            state = yield "sleep"


def hunter(rng: np.random.Generator) -> Iterator[str]:
    """Follows creatures, and hits each until it is gone."""
    state = yield "noop"
    while True:
        prey = str(rng.choice(("cow", "cow", "zombie", "skeleton", "plant-ripe")))
        state = yield from _hunt(state, prey, rng)


def builder(rng: np.random.Generator) -> Iterator[str]:
    """Places and makes all that it can, and takes stones away again."""
    state = yield "noop"
    while True:
        roll = rng.random()
        if roll < 0.35:
            state = yield str(rng.choice(_PLACED))
        elif roll < 0.5:
            state = yield str(rng.choice(_MADE))
        elif roll < 0.65:
            near = str(rng.choice(("table", "furnace")))
            state = yield from _visit(state, of_ground, near, rng, presses=0)
            for _ in range(2):
                state = yield str(rng.choice(_MADE))
        elif roll < 0.8:
            state = yield "do"
        else:
            for _ in range(int(rng.integers(1, 4))):
                state = yield _stroll(state, rng)


def explorer(rng: np.random.Generator, longest: int = 40) -> Iterator[str]:
    """Walks in one direction for a while, then the same way back to where it began."""
    state = yield "noop"
    while True:
        path: list[str] = []
        ahead = str(rng.choice(MOVES))
        for _ in range(int(rng.integers(5, longest))):
            before = state.position
            x, y = FACINGS[ahead]
            if not free(state)[3 + y, 4 + x] or rng.random() < 0.1:
                ahead = _stroll(state, rng)
            if ahead == "noop":
                break
            state = yield ahead
            if state.position != before:
                path.append(ahead)
        for move in reversed(path):
            for _ in range(3):  # a creature may stand in the way
                before = state.position
                state = yield BACK[move]
                if state.position != before:
                    break


def sleeper(rng: np.random.Generator) -> Iterator[str]:
    """Sleeps when it is tired, and waits."""
    state = yield "noop"
    while True:
        tired = state.inventory["energy"] < 9
        roll = rng.random()
        if tired and roll < 0.5:
            state = yield "sleep"
        else:
            state = yield "noop" if roll < 0.8 else _stroll(state, rng)


def _visit(
    state: GameState,
    where: Callable[..., np.ndarray],
    name: str,
    rng: np.random.Generator,
    presses: int,
) -> Iterator[str]:
    """Walks to the nearest `name`, then does it `presses` times. Strolls if there is none."""
    for _ in range(12):
        move = way_to(state, where(state, name))
        if move == "":
            break
        if move is None:
            for _ in range(int(rng.integers(1, 5))):
                state = yield _stroll(state, rng)
            return state
        state = yield move
    for _ in range(presses):
        state = yield "do"
    return state


def _hunt(state: GameState, prey: str, rng: np.random.Generator) -> Iterator[str]:
    """Walks to the nearest `prey` and hits it, wherever it goes. Strolls if there is none."""
    for _ in range(16):
        move = way_to(state, _things(state, prey))
        if move is None:
            break
        state = yield move or "do"
    else:
        return state
    for _ in range(int(rng.integers(1, 5))):
        state = yield _stroll(state, rng)
    return state


POLICIES: dict[str, Policy] = {
    "wanderer": wanderer,
    "gatherer": gatherer,
    "fighter": fighter,
    "builder": builder,
    "explorer": explorer,
    "short explorer": partial(explorer, longest=14),
    "sleeper": sleeper,
    "hunter": hunter,
}
SHARES = (0.2, 0.24, 0.12, 0.16, 0.12, 0.12, 0.04, 0.0)
"""How often each policy plays in the exam, and in training data beside `GamesConfig.rare`."""
