"""The games of M10."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import numpy as np

from sorairo.exam.held_out_scenes import FIRST_SEED
from sorairo.exam.played_question import PlayQuestion
from sorairo.world.crafter.events import event_at, is_gain
from sorairo.world.crafter.names import ACTIONS, COLUMNS, FACINGS, ROWS
from sorairo.world.crafter.paths import free
from sorairo.world.crafter.policies import BACK, MOVES
from sorairo.world.crafter.rollouts import Game, play_policy, random_policy, random_start
from sorairo.world.crafter.simulator import Simulator
from sorairo.world.crafter.start import Start
from sorairo.world.crafter.state import GameState

SEEDS = FIRST_SEED + 60_000  # of the worlds; training worlds begin at 0, those to measure at 10^6
WORLD_GAMES = 16  # games in each world: making one takes seconds
GIVEN = 40
LONGEST = 50
AWAY = (5, 15, 30)  # steps on the way out, in turn
ANCHORED = 200
KINDS = ("play", "return", "change", "anchored", "play", "return", "change", "change")
"""The kinds of consecutive questions."""
CHANGES = (
    *("do tree", "do stone", "do water", "do coal", "do iron"),
    *("place_stone", "place_table", "place_furnace", "place_plant", "make"),
)
"""Actions that change an amount, by the beginning of their event's kind (`events.event_at`), in
turn. Chance decides in none of them."""
LATEST = 60  # the step of a change, at most
TRIES = 30  # games in which a certain change is looked for, before any will do


def game_questions(count: int) -> list[PlayQuestion]:
    """Questions of KINDS in turn, each about a game of its own."""
    return [_question(index) for index in range(count)]


@cache
def _question(index: int) -> PlayQuestion:
    kind = KINDS[index % len(KINDS)]
    world = SEEDS + index // WORLD_GAMES
    attempt = 0
    while True:
        rng = np.random.default_rng((SEEDS, index, attempt))
        question = _attempt(kind, index, world, rng, attempt)
        if question is not None:
            return question
        attempt += 1


def _attempt(
    kind: str, index: int, world: int, rng: np.random.Generator, attempt: int
) -> PlayQuestion | None:
    """A question about a game that lasts long enough, else None."""
    start = random_start(rng)
    simulator = _simulator()
    if kind == "return":
        given, actions = _there_and_back(simulator, world, start, index, rng)
    elif kind == "change":
        game = play_policy(simulator, world, start, random_policy(rng), rng, LATEST)
        wanted = CHANGES[index % len(CHANGES)]
        given, actions = _to_a_change(game, [wanted] if attempt < TRIES else CHANGES, rng)
    else:
        given, asked = (0, ANCHORED) if kind == "anchored" else (GIVEN, LONGEST)
        game = play_policy(simulator, world, start, random_policy(rng), rng, given + asked)
        actions = game.actions[1:] if len(game) == given + asked + 1 else ()
    if not actions:
        return None
    return PlayQuestion(
        key=f"M10-{index:04d}",
        prompt="",
        seed=index,
        about=kind,
        world=world,
        start=start,
        actions=tuple(actions),
        given=given,
        anchored=kind == "anchored",
    )


def _to_a_change(
    game: Game, wanted: Sequence[str], rng: np.random.Generator
) -> tuple[int, Sequence[int]]:
    """How many pictures are given up to a wanted change of a game, and the actions up to it; none
    if there is no such change."""
    truth = game.truth()
    kinds = {frame: event_at(truth, frame) for frame in range(5, len(game))}
    found = [
        frame for frame, kind in kinds.items() if is_gain(kind) and kind.startswith(tuple(wanted))
    ]
    if not found:
        return 0, []
    frame = int(rng.choice(found))
    return frame - 1, game.actions[1 : frame + 1]


@cache
def _simulator() -> Simulator:
    return Simulator()


def _there_and_back(
    simulator: Simulator, world: int, start: Start, index: int, rng: np.random.Generator
) -> tuple[int, list[int]]:
    """How many pictures of a walk are given, which is the way out, and the actions of the whole
    walk there and back on one way; none where something stood in the way."""
    length = AWAY[index // len(KINDS) % len(AWAY)]
    simulator.reset(world, start)
    states, path = [simulator.state], []
    ahead = str(rng.choice(MOVES))
    for _ in range(length):
        for move in (ahead, *rng.permutation(MOVES)):
            if _free(states[-1], str(move)) and (not path or move != BACK[path[-1]]):
                break
        else:
            return 0, []
        ahead = str(move)
        path.append(ahead)
        states.append(simulator.step(ahead)[1])
    back = [BACK[move] for move in reversed(path)]
    states += [simulator.step(move)[1] for move in back]
    came_back = states[-1].alive and states[-1].position == states[0].position
    if not came_back:
        return 0, []
    return length, [ACTIONS.index(move) for move in (*path, *back)]


def _free(state: GameState, move: str) -> bool:
    x, y = FACINGS[move]
    return bool(free(state)[ROWS // 2 + y, COLUMNS // 2 + x])
