"""What the given pictures of a game determine of those that follow.

A place of the world is known if a given picture shows it. What is then done at known places
follows from the rules, until something decides that no given picture shows: a place that is new, a
creature or an arrow in the way, a blow that wakes the player, or a sapling found by chance.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sorairo.exam.played_question import PlayTruth
from sorairo.world.crafter.names import (
    ACTIONS,
    COLUMNS,
    FACINGS,
    GROUND,
    MOST,
    MOVING,
    ROWS,
)
from sorairo.world.crafter.state import GameState


@dataclass(frozen=True, kw_only=True)
class Determined:
    """What the given pictures determine, from the last given one (index 0) on."""

    places: np.ndarray
    """Whether a given picture shows the place, bool [H, 7, 9]."""
    ages: np.ndarray
    """How many steps a place was out of view before it came back into it; 0 where it was in view,
    -1 where no given picture shows it, [H, 7, 9]."""
    chances: np.ndarray
    """Whether the step to a picture ended in one of several ways by chance, bool [H]."""
    until: int
    """The first picture that depends on what the given ones do not show."""


def determined(truth: PlayTruth) -> Determined:
    """What the given pictures of a game determine."""
    states, given = truth.game.states, truth.question.given
    ages = _ages(states, given)
    names = [ACTIONS[number] for number in truth.game.actions]
    steps = list(zip(states, states[1:], names[1:], strict=False))
    chances = np.array([False, *(_by_chance(before, name) for before, _, name in steps)])
    until, found = len(states) - given, 0
    for frame in range(given + 1, len(states)):
        before, after, name = steps[frame - 1]
        known = ages[frame - 1] >= 0
        moved = frame > given + 1  # since the last given picture, which shows where creatures are
        saplings = before.inventory["sapling"] - found
        if _undetermined(before, after, name, known, moved=moved, saplings=saplings):
            until = frame - given
            break
        found += chances[frame] and after.inventory["sapling"] > before.inventory["sapling"]
    return Determined(
        places=ages[given:] >= 0, ages=ages[given:], chances=chances[given:], until=until
    )


def _ages(states: tuple[GameState, ...], given: int) -> np.ndarray:
    """`Determined.ages` of all pictures, [F, 7, 9]."""
    last: dict[tuple[int, int], int] = {}
    ages = np.full((len(states), ROWS, COLUMNS), -1)
    for frame, state in enumerate(states):
        x, y = state.position
        for row, column in np.ndindex(ROWS, COLUMNS):
            spot = x + column - COLUMNS // 2, y + row - ROWS // 2
            if spot in last:
                ages[frame, row, column] = frame - last[spot] - 1
            elif frame <= given:
                ages[frame, row, column] = 0
            if spot in last or frame <= given:
                last[spot] = frame
    return ages


def _target(state: GameState, name: str) -> tuple[int, int] | None:
    """Row and column of the place at which an action takes effect; None for none."""
    if name not in FACINGS and name != "do" and not name.startswith("place"):
        return None
    x, y = FACINGS.get(name, FACINGS[state.facing])
    return ROWS // 2 + y, COLUMNS // 2 + x


def _by_chance(before: GameState, name: str) -> bool:
    """Whether a step ends in one of several ways by chance: grass gives a sapling now and then."""
    target = _target(before, name)
    grass = target is not None and before.ground[target] == GROUND.index("grass")
    room = before.inventory["sapling"] < MOST
    return bool(name == "do" and grass and not before.things[target] and room)


def _undetermined(
    before: GameState,
    after: GameState,
    name: str,
    known: np.ndarray,
    *,
    moved: bool,
    saplings: int,
) -> bool:
    """Whether a step depends on what no given picture shows. `saplings`: how many there are but for
    those that were found by chance."""
    woken = before.sleeping and not after.sleeping
    if woken and after.inventory["health"] < before.inventory["health"]:
        return True
    target = None if before.sleeping else _target(before, name)
    if target is None:
        return False
    blocked = moved and before.things[target] in MOVING
    by_luck = name == "place_plant" and before.inventory["sapling"] > 0 and saplings <= 0
    return bool(not known[target] or blocked or by_luck)
