"""Games that policies play: the truth of every step, as arrays."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from sorairo.world.crafter.drawing import draw
from sorairo.world.crafter.names import ACTIONS, FACINGS, FPS, ITEMS, action_number
from sorairo.world.crafter.policies import POLICIES, SHARES
from sorairo.world.crafter.simulator import Simulator
from sorairo.world.crafter.start import PLACES, Start
from sorairo.world.crafter.state import GameState

_FACINGS = tuple(FACINGS)


@dataclass(frozen=True, kw_only=True, eq=False)
class Game:
    """A game of F steps, the first of which is its beginning."""

    states: tuple[GameState, ...]
    """What is true at each step."""
    actions: tuple[int, ...]
    """The action that led to each state; the first is "noop"."""
    fps: float = FPS

    def __len__(self) -> int:
        return len(self.states)

    def frames(self) -> np.ndarray:
        """The pictures, uint8 [F, 72, 72, 3]."""
        return np.stack([draw(state) for state in self.states])

    def truth(self) -> dict[str, np.ndarray]:
        """By name, [F, ...]: "actions"; "ground" and "things" [F, 7, 9]; "inventory" [F, 16] in the
        order of `names.ITEMS`; "position" [F, 2] as x and y; "facing", an index into
        `names.FACINGS`; "daylight"; "sleeping"; "alive"; "step"."""
        return {
            "actions": np.array(self.actions, np.uint8),
            "ground": np.stack([each.ground for each in self.states]),
            "things": np.stack([each.things for each in self.states]),
            "inventory": np.array(
                [[each.inventory[name] for name in ITEMS] for each in self.states], np.uint8
            ),
            "position": np.array([each.position for each in self.states], np.int16),
            "facing": np.array([_FACINGS.index(each.facing) for each in self.states], np.uint8),
            "daylight": np.array([each.daylight for each in self.states], np.float32),
            "sleeping": np.array([each.sleeping for each in self.states]),
            "alive": np.array([each.alive for each in self.states]),
            "step": np.array([each.step for each in self.states], np.int32),
        }


def state_at(truth: Mapping[str, np.ndarray], index: int) -> GameState:
    """The state of one step of `Game.truth`."""
    x, y = truth["position"][index]
    return GameState(
        ground=truth["ground"][index],
        things=truth["things"][index],
        inventory=dict(zip(ITEMS, truth["inventory"][index].tolist(), strict=True)),
        achievements={},
        position=(int(x), int(y)),
        facing=_FACINGS[truth["facing"][index]],
        daylight=float(truth["daylight"][index]),
        sleeping=bool(truth["sleeping"][index]),
        alive=bool(truth["alive"][index]),
        step=int(truth["step"][index]),
    )


def play(simulator: Simulator, seed: int, start: Start, actions: Sequence[str | int]) -> Game:
    """The game of these actions, one step each; it ends early if the player dies."""
    simulator.reset(seed, start)
    states, taken = [simulator.state], [0]
    for action in actions:
        states.append(simulator.step(action)[1])
        taken.append(action_number(action))
        if not states[-1].alive:
            break
    return Game(states=tuple(states), actions=tuple(taken))


def play_policy(
    simulator: Simulator, seed: int, start: Start, policy: str, rng: np.random.Generator, steps: int
) -> Game:
    """The game of a policy, of `POLICIES`, for a number of steps or until the player dies."""
    simulator.reset(seed, start)
    states, taken = [simulator.state], [0]
    player = POLICIES[policy](rng)
    next(player)
    for _ in range(steps):
        action = player.send(states[-1])  # type: ignore[attr-defined]
        states.append(simulator.step(action)[1])
        taken.append(ACTIONS.index(action))
        if not states[-1].alive:
            break
    return Game(states=tuple(states), actions=tuple(taken))


def random_start(rng: np.random.Generator) -> Start:
    """A start anywhere in a world, at any time, with more or less in the inventory."""
    items: dict[str, int] = {}
    if rng.random() < 0.75:
        for name in ITEMS[4:10]:
            if rng.random() < 0.5:
                items[name] = int(rng.integers(1, 10))
        for name in ITEMS[10:]:
            if rng.random() < 0.35:
                items[name] = 1 if rng.random() < 0.8 else int(rng.integers(2, 10))
    if rng.random() < 0.5:
        items |= {name: int(rng.integers(4, 10)) for name in ITEMS[:4]}
    return Start(
        place=str(rng.choice(["", *PLACES])),
        clock=int(rng.integers(300)),
        inventory=items,
        choice=int(rng.integers(1, 2**31)),
    )


def random_policy(rng: np.random.Generator) -> str:
    """One of `POLICIES`, by its share in training data."""
    return str(rng.choice(list(POLICIES), p=SHARES))
