"""M3b, breaking: what is hit breaks, when it is hit, and nothing else does.

Four kinds of scenes in turn: a ball hits a pane of glass; a ball flies past one; a vase is pushed
off a table; a ball or a bucket is. The first frames are given, until the ball flies or the thing
has been pushed, so that the rest follows. Does the pane or the vase end in pieces ("breaks"),
within a third of a second of the true moment ("in time")? Is what must not break whole in every
frame, while something moves ("stays whole")? Is the rest of the picture as it was ("rest stays"):
of what hardly changes in the true clip, at most a third may? A pane is seen to be gone in noise and
in the dark, too. "all" is what applies of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice

import numpy as np

from sorairo.exam.held_out_scenes import FIRST_SEED
from sorairo.exam.lifelike_question import (
    LifelikeQuestion,
    LifelikeTruth,
    lifelike_questions,
    scenes_from,
    still,
)
from sorairo.exam.perception.breakage import (
    breaks_at,
    broken_chances,
    changes_from_first,
    rest_changed,
)
from sorairo.exam.question import Answer
from sorairo.exam.statistics import Goal, Verdict
from sorairo.exam.suite import Suite
from sorairo.world.lifelike.scene import Scene, SceneConfig

SECONDS = 2.5
BREAKING, EVENTS = ("shatter", "smash"), ("shatter", "miss", "smash", "survive")
GIVEN = {"shatter": 3, "miss": 3, "smash": 10, "survive": 10}  # frames, before anything is hit
KINDS = {"shatter": "pane", "miss": "pane", "smash": "thing", "survive": "thing"}
FRAMES, LAST = 4, 6  # the largest error of time; the frames at the end
OTHERWISE = 1 / 3  # of the rest: a soft or grainy clip has .15, a dark one more than .6
MOVED = 0.5  # of the pixels that change in the true clip: the least that must change


def questions(count: int) -> list[LifelikeQuestion]:
    return lifelike_questions(
        "M3b",
        scenes(count, FIRST_SEED + 40_000),
        seconds=SECONDS,
        given=lambda scene: GIVEN[scene.event],
    )


def scenes(count: int, seed: int) -> list[Scene]:
    """`count` scenes from a seed on, of EVENTS in turn, the four of a turn in one place."""
    share = -(-count // len(EVENTS))
    by_event = [_scenes_of(event, share, seed) for event in EVENTS]
    return [scene for group in zip(*by_event, strict=True) for scene in group][:count]


def _scenes_of(event: str, count: int, seed: int) -> list[Scene]:
    config = SceneConfig(events=(event,), weathers=("clear",))
    return [still(scene) for scene in islice(scenes_from(config, seed), count)]


def outline_of(question: LifelikeQuestion, masks: np.ndarray) -> np.ndarray:
    """Where the pane or the thing that may break is in the first frame, bool [H, W]."""
    return masks[0] == (2 if KINDS[question.scene.event] == "pane" else 1)


def judge(question: LifelikeQuestion, answer: Answer, truth: LifelikeTruth) -> Verdict:
    (clip,) = answer
    frames, event = truth.framed(clip), question.scene.event
    outline = outline_of(question, truth.masks)
    chances = broken_chances(KINDS[event], frames, outline)
    at = breaks_at(chances)
    rest = rest_changed(frames, truth.clip.frames) <= OTHERWISE
    if event not in BREAKING:
        changed, truly = (changes_from_first(each).max() for each in (frames, truth.clip.frames))
        moves = bool(changed >= MOVED * max(truly, 1))
        whole = moves and at is None
        return {
            "breaks": np.nan,
            "in time": np.nan,
            "stays whole": float(whole),
            "rest stays": float(rest),
            "all": float(whole and rest),
        }
    truly = int(np.flatnonzero(truth.rollout.broken)[0])
    breaks = at is not None and bool(chances[-LAST:].mean() >= 0.5)
    in_time = breaks and at is not None and abs(at - truly) <= FRAMES
    return {
        "breaks": float(breaks),
        "in time": float(in_time),
        "stays whole": np.nan,
        "rest stays": float(rest),
        "all": float(in_time and rest),
    }


def _goals() -> Sequence[Goal]:
    names = ("breaks", "in time", "stays whole", "rest stays")
    return [Goal(measure=name, share=True) for name in names]


SUITE = Suite(
    name="M3b",
    title="Breaking",
    count=128,
    questions=questions,
    judge=judge,
    goals=(
        Goal(
            measure="all",
            least=0.7,
            share=True,
            anchors="the Sora report names glass that does not shatter as a failure",
        ),
        *_goals(),
    ),
)
