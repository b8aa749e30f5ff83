"""M3c, lasting: an object that falls, rolls or slides is the same one in the last second.

The first frame is given. The last second is judged alone: is there one object in nearly every
frame ("number"), of its colour and of its shape? Its shape is right where the parser finds it
probable, or reads the same as in the true clip: a tilted box may look like a cylinder from one
side. The object must have moved at least half as far as the true one ("moves"), so that a picture
that stays is not the same object. "all" is all of it, by event and by shape too.
"""

from __future__ import annotations

import dataclasses

import numpy as np

from sorairo.exam.held_out_scenes import FPS, scenes
from sorairo.exam.perception.tracking import see
from sorairo.exam.question import Answer
from sorairo.exam.scene_question import SceneQuestion, SceneTruth, scene_questions
from sorairo.exam.statistics import Goal, Verdict
from sorairo.exam.suite import Suite
from sorairo.world.tabletop.perception.lit_observer import observe_lit
from sorairo.world.tabletop.perception.observer import MIN_SHAPE_CHANCE, Observation
from sorairo.world.tabletop.scene import FIRST_LIGHT

SECONDS, LAST = 4.0, round(FPS)  # the length; frames of the last second
EVENTS, SHAPES = ("drop", "roll", "slide"), ("sphere", "box", "cylinder")
ONE, MOVES = 0.75, 0.5  # of the last frames that show one object; of the true object's reach
MEASURES = ("number", "colour", "shape", "moves")
FALLS = dataclasses.replace(FIRST_LIGHT, events=("drop", "drop", "roll", "slide"))


def questions(count: int) -> list[SceneQuestion]:
    return scene_questions("M3c", scenes(count, FALLS, skip=30_000), seconds=SECONDS, given=1)


def judge(question: SceneQuestion, answer: Answer, truth: SceneTruth) -> Verdict:
    (clip,) = answer
    body, look = question.scene.bodies[0], question.scene.look
    end, truly = (observe_lit(c.frames[-LAST:], look=look) for c in (clip, truth.clip))
    there = float((end.counts == 1).mean()) >= ONE
    right = {
        "number": there,
        "colour": there and end.color == body.color,
        "shape": there and _has_shape(end, body.shape, truly.shape),
        "moves": see(clip.frames, look).reach >= MOVES * truth.seen.reach,
    }
    verdict = {name: float(right[name]) for name in MEASURES}
    whole = min(verdict.values())
    parts = dict.fromkeys((*EVENTS, *SHAPES), np.nan)
    return {**parts, question.scene.event: whole, body.shape: whole, **verdict, "all": whole}


def _has_shape(end: Observation, shape: str, seen_in_truth: str | None) -> bool:
    return end.shape == seen_in_truth or end.shape_chances.get(shape, 0.0) >= MIN_SHAPE_CHANCE


SUITE = Suite(
    name="M3c",
    title="Lasting",
    count=128,
    questions=questions,
    judge=judge,
    goals=(
        Goal(measure="all", least=0.75, share=True),
        *(Goal(measure=name, share=True) for name in (*MEASURES, *EVENTS, *SHAPES)),
    ),
)
