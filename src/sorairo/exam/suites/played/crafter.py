"""M10, Crafter: a game whose actions are given, dreamed for 50 steps, and 30 steps back to where it
began.

Tiles are scored where the given pictures determine them (`determined`): places that they show,
without a creature in truth or dream on the right ground; up to the first step that depends on
something else, such as a creature in the player's way. The rest is reported apart: tiles of new
land by the share that are tiles of the game, and after 20 steps by how much of it is of each ground
and how many neighbours are alike, to compare with the column of the simulator's own; creatures by
how many there are for each one in the simulator. "changed" tiles differ from the picture before.
"effect" is whether the judge of inverse dynamics sees the effect that the action truly had, in the
places that are determined. "found again" is the share of right tiles at places that come back into
view. In "anchored" games the simulator says what is true, and the model draws it for 200 steps. In
games that end in a "change", the last action collects, places, makes or drinks something: the
picture has to show the new amounts, and the tile that it changed.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sorairo.exam.perception.actions_seen import LOST, changed_places, effect_between, same_effect
from sorairo.exam.played_question import (
    PlayQuestion,
    PlayTruth,
    readings_of,
    seconds_a_picture,
)
from sorairo.exam.question import Answer
from sorairo.exam.statistics import Goal, Verdict
from sorairo.exam.suite import Suite
from sorairo.exam.suites.played.determined import Determined, determined
from sorairo.exam.suites.played.games import KINDS, game_questions
from sorairo.world.crafter.events import event_at, items_made, place_ahead
from sorairo.world.crafter.names import ACTIONS, GROUND, ITEMS, MOVING, TILE
from sorairo.world.crafter.perception import Reading

HORIZONS = (1, 5, 10, 20, 50)
LEFT_FOR = {10: (5, 16), 30: (20, 44), 60: (45, 80)}
"""How many steps a place was out of view, for each name of a row."""
EFFECTS = 20  # steps whose effect is judged
CARRIED = ITEMS[4:]
RATES_AT = 20  # steps after which the grounds of new land are counted
RATED = ("grass", "water", "stone", "sand", "tree", "path")


def questions(count: int) -> list[PlayQuestion]:
    return game_questions(count)


def judge(question: PlayQuestion, answer: Answer, truth: PlayTruth) -> Verdict:
    seen, true = readings_of(answer), truth.readings
    known = determined(truth)
    verdict = dict.fromkeys(_measures(), np.nan)
    if question.anchored:
        last = min(len(true), len(seen)) - 1
        verdict["anchored at 200"] = float((seen[last].tiles() == true[last].tiles()).mean())
        return verdict
    verdict |= {"seconds": seconds_a_picture(answer)}
    verdict["frames a second"] = 1 / verdict.pop("seconds")
    if question.about == "change":
        return verdict | _change(seen, truth)
    if question.about == "return":
        return verdict | _found_again(seen, true, known)
    frames = answer[0].frames, truth.asked.frames
    for horizon in HORIZONS:
        if horizon >= len(true):
            break
        where = known.places[horizon] & ~_creatures(seen[horizon], true[horizon])
        if horizon < known.until and where.any():
            verdict |= _at(horizon, seen, true, where, frames)
        verdict |= _new_land(horizon, seen, true, known)
    return verdict | _effects(question, seen, true, known)


def _at(
    horizon: int,
    seen: Sequence[Reading],
    true: Sequence[Reading],
    where: np.ndarray,
    frames: tuple[np.ndarray, np.ndarray],
) -> dict[str, float]:
    right = seen[horizon].tiles() == true[horizon].tiles()
    changed = changed_places(true[horizon - 1], true[horizon]) & where
    pixels = np.repeat(np.repeat(where, TILE, 0), TILE, 1)
    mine, theirs = (each[horizon, : pixels.shape[0]].astype(float) for each in frames)
    error = np.square(mine - theirs)[pixels].mean()
    return {
        f"psnr at {horizon}": float(10 * np.log10(255**2 / max(error, 0.01))),
        f"tiles at {horizon}": float(right[where].mean()),
        f"changed at {horizon}": float(right[changed].mean()) if changed.any() else np.nan,
        f"inventory at {horizon}": float(
            (seen[horizon].inventory == true[horizon].inventory).mean()
        ),
    }


def _creatures(seen: Reading, true: Reading) -> np.ndarray:
    """Where a creature or an arrow is in truth, or in the answer on the right ground."""
    mine = np.isin(seen.things, MOVING) & (seen.ground == true.ground)
    return np.isin(true.things, MOVING) | mine


def _new_land(
    horizon: int, seen: Sequence[Reading], true: Sequence[Reading], known: Determined
) -> dict[str, float]:
    found, new = {}, ~known.places[horizon]
    if new.any():
        found[f"new land at {horizon}"] = float((seen[horizon].ground[new] != LOST).mean())
        if horizon == RATES_AT:
            found |= _rates(seen[horizon].ground, new)
    there = np.isin(true[horizon].things, MOVING).sum()
    mine = np.isin(seen[horizon].things, MOVING).sum()
    return found | {f"creatures at {horizon}": float(mine / there) if there else np.nan}


def _rates(ground: np.ndarray, new: np.ndarray) -> dict[str, float]:
    """How much of new land is of each ground, and the share of neighbouring places, one of them at
    least new, that are of the same."""
    rates = {f"new {name}": float((ground[new] == GROUND.index(name)).mean()) for name in RATED}
    same = [
        (one == other)[either_new]
        for one, other, either_new in (
            (ground[1:], ground[:-1], new[1:] | new[:-1]),
            (ground[:, 1:], ground[:, :-1], new[:, 1:] | new[:, :-1]),
        )
    ]
    return rates | {"new neighbours alike": float(np.concatenate(same).mean())}


def _effects(
    question: PlayQuestion,
    seen: Sequence[Reading],
    true: Sequence[Reading],
    known: Determined,
) -> dict[str, float]:
    right = []
    for step in range(1, min(EFFECTS, known.until - 1, len(true) - 1) + 1):
        taken = ACTIONS[question.actions[question.given + step - 1]]
        places = known.places[step - 1], known.places[step]
        mine, theirs = (effect_between(each[step - 1], each[step], places) for each in (seen, true))
        same = same_effect(taken, mine, theirs)
        if same is not None and not known.chances[step]:
            right.append(float(same))
    return {"effect": float(np.mean(right))} if right else {}


def _change(seen: Sequence[Reading], truth: PlayTruth) -> dict[str, float]:
    """Whether the picture after an action shows what the action changes: the amounts of what is
    carried, of food and of drink, and the tile that it works on."""
    game, last, true = truth.game.truth(), len(truth.game) - 1, truth.readings[-1]
    made = items_made(event_at(game, last))
    # Food and drink also change with time, which the pictures do not determine.
    counted = [i for i, name in enumerate(ITEMS) if name in made or name in CARRIED]
    amounts = bool((seen[-1].inventory == true.inventory)[counted].all())
    spot = place_ahead(game, last)
    tile = bool(seen[-1].tiles()[spot] == true.tiles()[spot])
    return {"change drawn": float(amounts and tile), "amounts of a change": float(amounts)}


def _found_again(
    seen: Sequence[Reading], true: Sequence[Reading], known: Determined
) -> dict[str, float]:
    """The share of right tiles, among places that come back into view, by how long they were out
    of it."""
    right: dict[int, list[np.ndarray]] = {name: [] for name in LEFT_FOR}
    for step in range(1, min(known.until, len(true))):
        same = seen[step].tiles() == true[step].tiles()
        for name, (least, most) in LEFT_FOR.items():
            ages = known.ages[step]
            where = (ages >= least) & (ages <= most) & ~_creatures(seen[step], true[step])
            right[name].append(same[where])
    joined = {name: np.concatenate(parts) for name, parts in right.items() if parts}
    return {
        f"found again after {name}": float(values.mean())
        for name, values in joined.items()
        if len(values)
    }


def _measures() -> list[str]:
    names = ("psnr", "tiles", "changed", "inventory", "new land", "creatures")
    return [
        *(f"{name} at {horizon}" for name in names for horizon in HORIZONS),
        *(f"new {name}" for name in (*RATED, "neighbours alike")),
        *(f"found again after {name}" for name in LEFT_FOR),
        *("change drawn", "amounts of a change"),
        *("effect", "frames a second", "anchored at 200"),
    ]


LEAST = {
    "tiles at 1": 0.99,
    "tiles at 20": 0.9,
    "psnr at 1": 30.0,
    "changed at 1": 0.95,
    "change drawn": 0.95,
    "effect": 0.95,
    "found again after 30": 0.8,
    "anchored at 200": 0.99,
    "frames a second": 10.0,
}
SHARES = ("change drawn", "amounts of a change")  # measures that are a yes or a no for each game
ANCHORS = {
    "psnr at 1": "GameNGen 29.4",
    "effect": "keyboard accuracy: Oasis .77, MineWorld .86, Matrix-Game .95",
    "frames a second": "GameNGen 20 on a TPU",
}


def _goals() -> tuple[Goal, ...]:
    names = [*LEAST, *(name for name in _measures() if name not in LEAST)]
    return tuple(
        Goal(
            measure=name,
            least=LEAST.get(name),
            share=name in SHARES,
            anchors=ANCHORS.get(name, ""),
        )
        for name in names
    )


SUITE = Suite(
    name="M10",
    title="Crafter",
    count=256,
    quick=2 * len(KINDS),
    questions=questions,
    judge=judge,
    goals=_goals(),
    batch_size=1,
    needs_engine=True,
)
