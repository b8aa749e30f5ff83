"""Games as they would be in a mirror: the rules of Crafter are the same there."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from sorairo.world.crafter.names import ACTIONS, FACINGS, THINGS

MIRRORS = ((False, False), (True, False), (False, True), (True, True))
"""Which axes are mirrored, x and y: first none."""


def mirrored(truth: dict[str, np.ndarray], x: bool, y: bool) -> dict[str, np.ndarray]:
    """The truth of a game (`world.crafter.rollouts.Game.truth`) with left and right (x) or up and
    down (y) exchanged."""
    rows, columns = slice(None, None, -1 if y else 1), slice(None, None, -1 if x else 1)
    turned = _turned(x, y)
    return truth | {
        "ground": truth["ground"][:, rows, columns],
        "things": _renamed(THINGS, turned)[truth["things"][:, rows, columns]],
        "actions": _renamed(ACTIONS, turned)[truth["actions"]],
        "facing": _renamed(tuple(FACINGS), turned)[truth["facing"]],
        "position": truth["position"] * np.where([x, y], -1, 1).astype(truth["position"].dtype),
    }


def _turned(x: bool, y: bool) -> Callable[[str], str]:
    """What a direction is called in the mirror, as a name or at the end of one."""
    other = ({"left": "right", "right": "left"} if x else {}) | (
        {"up": "down", "down": "up"} if y else {}
    )

    def turn(name: str) -> str:
        head, dash, direction = name.rpartition("-")
        return f"{head}{dash}{other.get(direction, direction)}"

    return turn


def _renamed(names: Sequence[str], turn: Callable[[str], str]) -> np.ndarray:
    return np.array([names.index(turn(name)) for name in names], np.uint8)
