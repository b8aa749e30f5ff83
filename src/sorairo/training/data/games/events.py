"""What happens in games, by kind: a gain, a loss, an action that is refused, the end of sleep.

Most steps of a game are walks over grass. Drawn by kind, windows show a network the rules of
mining, building, hunger and sleep as often as the walks.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np

from sorairo.training.data.games.shards import WISHES
from sorairo.world.crafter.names import ACTIONS, COLUMNS, FACINGS, GROUND, ITEMS, ROWS, THINGS

TURNS = 0.03  # change of the daylight in a step; the clock alone changes it by up to .01

_FACING = list(FACINGS.values())
_MADE = ["+food", "+drink", *(f"{sign}{name}" for name in ITEMS[4:] for sign in "+-")]
"""Changes that an action makes; the others come with time or from creatures."""


def event_at(truth: Mapping[str, np.ndarray], frame: int) -> str:
    """The kind of event in the step to a frame after the first, such as "do stone +stone", "blocked
    by water", "-drink", "turns to night" or "wakes"; "" for none. `truth` is that of
    `world.crafter.rollouts.Game.truth`, with "wish" (see `shards`)."""
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
    return acted or " ".join(changes) or _turned(truth, frame)


def _acted(truth: Mapping[str, np.ndarray], frame: int, changes: list[str]) -> str:
    """What the player did or was kept from, with its gains and costs; "" where it only walked."""
    action = ACTIONS[truth["actions"][frame]]
    if action in ("noop", "sleep"):
        return ""
    x, y = FACINGS.get(action) or _FACING[truth["facing"][frame - 1]]
    spot = frame - 1, ROWS // 2 + y, COLUMNS // 2 + x
    thing, ground = truth["things"][spot], truth["ground"][spot]
    ahead = THINGS[thing] if thing else GROUND[ground]
    if action in FACINGS:
        moved = (truth["position"][frame] != truth["position"][frame - 1]).any()
        return "" if moved else f"blocked by {ahead}"
    about = "" if action.startswith("make") else f" {ahead}"
    return " ".join([f"{action}{about}", *(each for each in changes if each in _MADE)])


def _turned(truth: Mapping[str, np.ndarray], frame: int) -> str:
    """To which time of day a wish turns the light; "" where none does."""
    wish, light = int(truth["wish"][frame]), truth["daylight"][frame - 1 : frame + 1]
    turns = wish and abs(float(light[1]) - float(light[0])) > TURNS
    return f"turns to {list(WISHES)[wish - 1]}" if turns else ""


def is_gain(kind: str) -> bool:
    """Whether an action gains or costs something in a kind of event."""
    return any(part in _MADE for part in kind.split()[1:])


class EventIndex:
    """Where each kind of event happens in games."""

    def __init__(self, truths: Sequence[Mapping[str, np.ndarray]], gains: float = 1.0) -> None:
        """`gains`: by which factor a kind is drawn more often in which an action gains or costs
        something, or a wish turns the light: these are the hardest to learn."""
        found: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for index, truth in enumerate(truths):
            for frame in range(1, len(truth["actions"])):
                kind = event_at(truth, frame)
                if kind:
                    found[kind].append((index, frame))
        self.kinds = dict(found)
        """For each kind, the index of the game and the frame of every event."""
        weights = np.array([len(places) ** 0.5 for places in found.values()])
        weights[[is_gain(kind) or kind.startswith("turns") for kind in found]] *= gains
        self._names = list(found)
        self._probabilities = weights / weights.sum() if found else weights

    def __len__(self) -> int:
        return len(self.kinds)

    def draw(self, rng: np.random.Generator) -> tuple[int, int]:
        """The index of a game and a frame, of a kind drawn by the root of how often it happens,
        times `gains` where there are some."""
        places = self.kinds[self._names[int(rng.choice(len(self._names), p=self._probabilities))]]
        return places[int(rng.integers(len(places)))]
