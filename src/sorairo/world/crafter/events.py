"""What happens in games, by kind: a gain, a loss, an action that is refused, the end of sleep."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from sorairo.world.crafter.names import ACTIONS, COLUMNS, FACINGS, GROUND, ITEMS, ROWS, THINGS

_FACING = list(FACINGS.values())
_MADE = ["+food", "+drink", *(f"{sign}{name}" for name in ITEMS[4:] for sign in "+-")]
"""Changes that an action makes; the others come with time or from creatures."""


def event_at(truth: Mapping[str, np.ndarray], frame: int) -> str:
    """The kind of event in the step to a frame after the first, such as "do stone +stone", "blocked
    by water", "-drink", or "wakes"; "" for none. `truth` is that of `rollouts.Game.truth`."""
    before, after = truth["inventory"][frame - 1 : frame + 1].astype(int)
    changes = [
        f"{'+' if new > old else '-'}{name}"
        for name, old, new in zip(ITEMS, before, after, strict=True)
        if new != old
    ]
    slept, sleeps = truth["sleeping"][frame - 1 : frame + 1]
    if slept != sleeps:
        return "falls asleep" if sleeps else "wakes"
    acted = "" if slept else _acted(truth, frame, changes)
    return acted or " ".join(changes)


def _acted(truth: Mapping[str, np.ndarray], frame: int, changes: list[str]) -> str:
    """What the player did or was kept from, with its gains and costs; "" where it only walked."""
    action = ACTIONS[truth["actions"][frame]]
    if action in ("noop", "sleep"):
        return ""
    before, spot = frame - 1, place_ahead(truth, frame)
    thing, ground = truth["things"][before][spot], truth["ground"][before][spot]
    ahead = THINGS[thing] if thing else GROUND[ground]
    if action in FACINGS:
        moved = (truth["position"][frame] != truth["position"][frame - 1]).any()
        return "" if moved else f"blocked by {ahead}"
    about = "" if action.startswith("make") else f" {ahead}"
    return " ".join([f"{action}{about}", *(each for each in changes if each in _MADE)])


def place_ahead(truth: Mapping[str, np.ndarray], frame: int) -> tuple[int, int]:
    """The row and the column of the tile that the action of the step to a frame works on, in the
    picture before it."""
    action = ACTIONS[truth["actions"][frame]]
    x, y = FACINGS.get(action) or _FACING[truth["facing"][frame - 1]]
    return ROWS // 2 + y, COLUMNS // 2 + x


def items_made(kind: str) -> list[str]:
    """The items whose amount an action changes in a kind of event."""
    return [part[1:] for part in kind.split()[1:] if part in _MADE]


def is_gain(kind: str) -> bool:
    """Whether an action gains or costs something in a kind of event."""
    return bool(items_made(kind))
