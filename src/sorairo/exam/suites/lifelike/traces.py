"""M5b, traces stay: what was done is still done when the camera looks again.

Four kinds of scenes in turn: a ball leaves a track in sand or snow; a brush paints a stroke; food
is bitten into; a pane of glass lies in shards. The frames in which that happens are given. Then
the camera turns away by 40 degrees, so that the trace is out of the picture, and comes back. In the
last frames the trace must be there, in its place among what is around it ("trace stays"), and the
camera must have turned at least two thirds as far as the true one ("turns away"). "all" is both.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from itertools import islice

import numpy as np

from sorairo.exam.held_out_scenes import FIRST_SEED
from sorairo.exam.lifelike_question import FPS, lifelike_questions, scenes_from
from sorairo.exam.perception.trace_seen import trace_chance, turned_by
from sorairo.exam.question import Answer
from sorairo.exam.statistics import Goal, Verdict
from sorairo.exam.suite import Suite
from sorairo.exam.suites.lifelike.traced_scene import (
    AWAY,
    FRAMES,
    GIVEN,
    LAST,
    TracedQuestion,
    TracedTruth,
    returning,
    side_of,
)
from sorairo.world.lifelike.scene import Scene, SceneConfig

EVENTS = {"track": "track", "paint": "stroke", "bite": "bite", "shatter": "shards"}
TRACKED = ("beach", "snowfield")  # where a track is seen well
FAR = 2 / 3  # of the true turn


def questions(count: int) -> list[TracedQuestion]:
    return asked("M5b", count, FIRST_SEED + 41_000)


def asked(suite: str, count: int, seed: int) -> list[TracedQuestion]:
    """`count` questions from a seed on, of EVENTS in turn."""
    share = -(-count // len(EVENTS))
    by_event = [_scenes_of(event, share, seed) for event in EVENTS]
    scenes = [scene for group in zip(*by_event, strict=True) for scene in group][:count]
    plain = lifelike_questions(suite, scenes, seconds=FRAMES / FPS, given=lambda _: GIVEN)
    return [
        TracedQuestion(
            **{
                **{field.name: getattr(each, field.name) for field in dataclasses.fields(each)},
                "prompt": f"{each.prompt} The camera turns to the {side_of(each.scene, each.seed)}"
                " and comes back.",
                "about": EVENTS[each.scene.event],
            }
        )
        for each in plain
    ]


def _scenes_of(event: str, count: int, seed: int) -> list[Scene]:
    config = SceneConfig(
        events=(event,),
        places=TRACKED if event == "track" else (),
        weathers=("clear",),
        hours=("",),
        framings=("whole",),
        angles=("eye",),
    )
    return [returning(scene) for scene in islice(scenes_from(config, seed), count)]


def judge(question: TracedQuestion, answer: Answer, truth: TracedTruth) -> Verdict:
    (clip,) = answer
    frames = truth.framed(clip)
    stays = trace_chance(frames[-LAST:], truth.clip.frames[-LAST:], truth.end_without) >= 0.5
    away = slice(GIVEN - 1, AWAY.stop)
    turned, truly = (turned_by(each[away]) for each in (frames, truth.clip.frames))
    turns = bool(turned * np.sign(truly) >= FAR * abs(truly))
    both = float(stays and turns)
    kinds = dict.fromkeys(EVENTS.values(), np.nan)
    verdict = {"trace stays": float(stays), "turns away": float(turns)}
    return {**kinds, question.about: both, **verdict, "all": both}


def _goals() -> Sequence[Goal]:
    names = ("trace stays", "turns away", *EVENTS.values())
    return [Goal(measure=name, share=True) for name in names]


SUITE = Suite(
    name="M5b",
    title="Traces",
    count=64,
    questions=questions,
    judge=judge,
    goals=(Goal(measure="all", least=0.8, share=True), *_goals()),
)
