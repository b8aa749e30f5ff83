"""Games by what happens in them.

Most steps of a game are walks over grass. Drawn by kind, windows show a network the rules of
mining, building, hunger and sleep as often as the walks.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np

from sorairo.training.data.games.shards import WISHES
from sorairo.world.crafter.events import event_at, is_gain

TURNS = 0.03  # change of the daylight in a step; the clock alone changes it by up to .012


def kind_at(truth: Mapping[str, np.ndarray], frame: int) -> str:
    """The kind of event in the step to a frame, see `world.crafter.events.event_at`; where there is
    none, and a wish turns the light, "turns to night" and the like. `truth` is that of a game, with
    "wish" (see `shards`)."""
    kind, wish = event_at(truth, frame), int(truth["wish"][frame])
    light = truth["daylight"][frame - 1 : frame + 1].astype(float)
    turns = wish > 0 and abs(light[1] - light[0]) > TURNS
    return kind or (f"turns to {list(WISHES)[wish - 1]}" if turns else "")


class EventIndex:
    """Where each kind of event happens in games."""

    def __init__(self, truths: Sequence[Mapping[str, np.ndarray]], gains: float = 1.0) -> None:
        """`gains`: by which factor kinds are drawn more often that are hard to learn, see
        `_is_hard`."""
        found: dict[str, list[tuple[int, int]]] = defaultdict(list)
        for index, truth in enumerate(truths):
            for frame in range(1, len(truth["actions"])):
                kind = kind_at(truth, frame)
                if kind:
                    found[kind].append((index, frame))
        self.kinds = dict(found)
        """For each kind, the index of the game and the frame of every event."""
        weights = np.array([len(places) ** 0.5 for places in found.values()])
        weights[[_is_hard(kind) for kind in found]] *= gains
        self._names = list(found)
        self._probabilities = weights / weights.sum() if found else weights

    def __len__(self) -> int:
        return len(self.kinds)

    def draw(self, rng: np.random.Generator) -> tuple[int, int]:
        """The index of a game and a frame, of a kind drawn by the root of how often it happens,
        times `gains` where there are some."""
        places = self.kinds[self._names[int(rng.choice(len(self._names), p=self._probabilities))]]
        return places[int(rng.integers(len(places)))]


def _is_hard(kind: str) -> bool:
    """Whether an action gains or costs something in a kind of event, a wish turns the light, or
    rest gives something: energy, health, the end of sleep."""
    return is_gain(kind) or kind.startswith(
        ("turns", "+energy", "+health", "wakes", "falls asleep")
    )
