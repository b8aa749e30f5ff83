"""Which action was taken between two pictures of Crafter, as their tiles show it: the judge of
inverse dynamics.

It is calibrated on true pictures: there its verdict on itself is the floor of the exam.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sorairo.world.crafter.names import FACINGS, GROUND, ITEMS, THINGS
from sorairo.world.crafter.perception import Reading

SHIFTS = ((0, 0), *FACINGS.values())
LOST = 255  # of a reading: no tile of the game
_PLAYER = (3, 4)  # row, column
_PLACED = {"stone": "stone", "table": "table", "furnace": "furnace"}


@dataclass(frozen=True, kw_only=True)
class Effect:
    """What happened between two pictures."""

    facing: str
    """Where the player looks afterwards, "" where it cannot be seen."""
    shift: tuple[int, int]
    """How far the player moved, (x, y)."""
    target: tuple[int, int]
    """The ground and the thing in front of the player afterwards."""
    gained: tuple[int, ...]
    """Changes of the amounts of all items but health, food, drink and energy."""
    fed: tuple[int, ...]
    """1 for each of health, food, drink and energy that grew, else 0."""
    asleep: bool

    @property
    def action(self) -> str:
        """The action that shows, "" where none does: a turn or move, "do", "place", "make" or
        "sleep"."""
        if self.asleep:
            return "sleep"
        made = [i for i, name in enumerate(ITEMS[4:]) if "_" in name and self.gained[i] > 0]
        if made:
            return f"make_{ITEMS[4 + made[0]]}"
        if any(change > 0 for change in self.gained) or any(self.fed[1:3]):
            return "do"
        if any(change < 0 for change in self.gained):
            return f"place_{_placed(self.target)}"
        return ""


def _placed(target: tuple[int, int]) -> str:
    ground, thing = target
    if thing < len(THINGS) and THINGS[thing].startswith("plant"):
        return "plant"
    name = GROUND[ground] if ground < len(GROUND) else ""
    return _PLACED.get(name, "")


Places = tuple[np.ndarray, np.ndarray]
"""Which places of two consecutive pictures count, bool [7, 9] each."""


def effect_between(before: Reading, after: Reading, known: Places | None = None) -> Effect:
    """What happened between two pictures; how far the player moved is seen by the known places
    alone, None: all of them."""
    thing = int(after.things[_PLAYER])
    name = THINGS[thing] if thing < len(THINGS) else ""
    facing = name.removeprefix("player-") if name.startswith("player-") else ""
    x, y = FACINGS.get(facing, (0, 0))
    change = after.inventory.astype(int) - before.inventory.astype(int)
    change[(after.inventory == LOST) | (before.inventory == LOST)] = 0
    spot = _PLAYER[0] + y, _PLAYER[1] + x
    return Effect(
        facing=facing if facing in FACINGS else "",
        shift=shift_between(before, after, known),
        target=(int(after.ground[spot]), int(after.things[spot])),
        gained=tuple(int(each) for each in change[4:]),
        fed=tuple(int(each > 0) for each in change[:4]),
        asleep=after.sleeping,
    )


def shift_between(before: Reading, after: Reading, known: Places | None = None) -> tuple[int, int]:
    """How far the view moved, (x, y) in tiles: the step of at most one tile by which the grounds of
    both pictures agree best at known places; none where standing still agrees as well."""
    if known is None:
        known = np.ones_like(before.ground, bool), np.ones_like(after.ground, bool)
    grounds = np.stack([before.ground, known[0]]), np.stack([after.ground, known[1]])
    return max(SHIFTS, key=lambda shift: (_agreement(*grounds, shift), shift == (0, 0)))


def _agreement(before: np.ndarray, after: np.ndarray, shift: tuple[int, int]) -> float:
    """The share of equal grounds, of the places that are known in both pictures; each array is
    ground and whether it is known, [2, 7, 9]."""
    x, y = shift
    rows, columns = before.shape[1:]
    old = before[:, max(y, 0) : rows + min(y, 0), max(x, 0) : columns + min(x, 0)]
    new = after[:, max(-y, 0) : rows + min(-y, 0), max(-x, 0) : columns + min(-x, 0)]
    counted = old[1] * new[1] > 0
    return float((old[0] == new[0])[counted].mean()) if counted.any() else 0.0


def same_effect(taken: str, seen: Effect, true: Effect) -> bool | None:
    """Whether a picture shows the effect that an action truly had; None where it truly had none
    that can be seen."""
    if taken in FACINGS:
        if not true.facing:
            return None
        return seen.facing == true.facing and seen.shift == true.shift
    if not true.action:
        return None
    gains = seen.gained == true.gained and seen.fed[1:3] == true.fed[1:3]
    return seen.action == true.action and gains


def changed_places(before: Reading, after: Reading) -> np.ndarray:
    """Where the tile of the picture is another one than before, bool [7, 9]."""
    return before.tiles() != after.tiles()
