"""Ways through the visible tiles of Crafter."""

from __future__ import annotations

from collections import deque

import numpy as np

from sorairo.world.crafter.names import COLUMNS, FACINGS, GROUND, ROWS
from sorairo.world.crafter.state import GameState

_SAFE = [GROUND.index(name) for name in ("grass", "path", "sand")]
CENTER: tuple[int, int] = (ROWS // 2, COLUMNS // 2)


def free(state: GameState) -> np.ndarray:
    """Where the player can stand without harm, bool [7, 9]."""
    return np.isin(state.ground, _SAFE) & (state.things == 0)


def of_ground(state: GameState, *names: str) -> np.ndarray:
    """Where the ground is one of these and nothing stands on it, bool [7, 9]."""
    wanted = [GROUND.index(name) for name in names]
    return np.isin(state.ground, wanted) & (state.things == 0)


def way_to(state: GameState, targets: np.ndarray) -> str | None:
    """The first move of a shortest way to face one of the targets, bool [7, 9]; "" when the player
    faces one; None if there is no way."""
    if not targets.any():
        return None
    if targets[state.target]:
        return ""
    open_tiles = free(state)
    first: dict[tuple[int, int], str] = {CENTER: ""}
    queue: deque[tuple[int, int]] = deque([CENTER])
    while queue:
        row, column = queue.popleft()
        for name, (x, y) in FACINGS.items():
            spot = row + y, column + x
            if not (0 <= spot[0] < ROWS and 0 <= spot[1] < COLUMNS) or spot in first:
                continue
            move = first[row, column] or name
            if targets[spot]:
                return move
            if open_tiles[spot]:
                first[spot] = move
                queue.append(spot)
    return None
