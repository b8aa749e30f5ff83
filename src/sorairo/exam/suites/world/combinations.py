"""M9, combinations: does a model know a red ball that rolls, having seen red things and balls roll,
but never this?

The combinations of colour, shape and event stand in an order (`world.tabletop.templates`) of which
a model may be taught the first part. Half of the questions are of the first tenth, half of the
last. A clip is abnormal, by rule, unless one object of that colour and shape is seen in it
throughout, and moves as told; "as told" is the share of the others. How many combinations a model
was taught stands in its record (training.scene.templates): whoever was taught all of them is asked
nothing new here.

"nearest" is how far a clip is from the nearest of some training clips: the root of the mean squared
difference of small pictures, one a second, in parts of the range. A model that only repeats its
clips is nearer than a true clip is.
"""

from __future__ import annotations

import dataclasses
from functools import cache

import numpy as np

from sorairo.data.clip_sets import FIRST_CLIPS
from sorairo.exam.held_out_scenes import FIRST_SEED, FPS, film_of
from sorairo.exam.question import Answer
from sorairo.exam.scene_question import SceneQuestion, SceneTruth, scene_questions
from sorairo.exam.statistics import Goal, Verdict
from sorairo.exam.suite import Suite
from sorairo.video import Clip
from sorairo.world.tabletop.dynamics.combinations import Template, templates
from sorairo.world.tabletop.dynamics.sampling import sample_scene
from sorairo.world.tabletop.dynamics.simulate import simulate
from sorairo.world.tabletop.perception.observer import judge as observed_as
from sorairo.world.tabletop.perception.observer import observe
from sorairo.world.tabletop.perception.prompt_cases import target_of
from sorairo.world.tabletop.scene import CLASHES, FIRST_LIGHT, Scene

SECONDS = 4.0
SEEDS = 29_000
PARTS = ("first tenth", "last tenth")
EACH_SECOND = slice(None, None, round(FPS))
TRAINED_ON, THUMBNAIL = 200, 24  # clips; pixels of a side
TOLD = ("one_object", "color", "shape", "motion")


def questions(count: int) -> list[SceneQuestion]:
    every = templates(FIRST_LIGHT)
    tenth = len(every) // 10
    parts = (every[:tenth], every[-tenth:])
    scenes, abouts = [], []
    for index in range(count):
        part = parts[index % 2]
        scenes.append(_scene_of(part[index // 2 % len(part)], index))
        abouts.append(PARTS[index % 2])
    asked = scene_questions("M9", scenes, seconds=SECONDS)
    return [
        dataclasses.replace(each, about=about) for each, about in zip(asked, abouts, strict=True)
    ]


def _scene_of(template: Template, index: int) -> Scene:
    """A scene of a combination, on a floor on which its colour stands out."""
    color, shape, event = template
    floors = tuple(f for f in FIRST_LIGHT.floors if color not in CLASHES.get(f, ()))
    one = dataclasses.replace(
        FIRST_LIGHT, colors=(color,), shapes=(shape,), events=(event,), floors=floors
    )
    return sample_scene(np.random.default_rng((FIRST_SEED + SEEDS, index)), one)


def judge(question: SceneQuestion, answer: Answer, truth: SceneTruth) -> Verdict:
    (clip,) = answer
    del truth
    verdict = observed_as(observe(clip.frames, fps=clip.fps), target_of(question.scene))
    found = {name: float(verdict[name]) for name in TOLD}
    right = min(found.values())
    return {
        f"as told, {question.about}": right,
        "nearest": float(
            np.sqrt(np.square(_trained_on() - _small(clip.frames[EACH_SECOND])).mean((1, 2)).min())
        ),
        **{f"{name.replace('_', ' ')}, {question.about}": value for name, value in found.items()},
    }


@cache
def _trained_on() -> np.ndarray:
    """Small pictures [n, frames, pixels] of the first training clips of the same part of the
    world."""
    found = []
    for index in range(TRAINED_ON):
        rng = np.random.default_rng(FIRST_CLIPS.first_seed + index)
        rollout = simulate(sample_scene(rng, FIRST_LIGHT), seconds=SECONDS, fps=FPS)
        found.append(_small(film_of(rollout, frames=EACH_SECOND).frames))
    return np.stack(found)


def _small(frames: np.ndarray) -> np.ndarray:
    """[frames, values] in 0 ... 1 of pictures of any size."""
    small = Clip(frames=np.ascontiguousarray(frames), fps=1.0).resize(THUMBNAIL, THUMBNAIL)
    return small.frames.reshape(len(frames), -1) / 255.0


SUITE = Suite(
    name="M9",
    title="Combinations",
    count=64,
    quick=6,
    questions=questions,
    judge=judge,
    goals=(
        Goal(
            measure="as told, last tenth",
            least=0.8,
            share=True,
            anchors="PhyWorld's DiT-XL, never shown: 33, 82, 90 % as its templates grow tenfold",
        ),
        Goal(measure="as told, first tenth", share=True),
        Goal(measure="nearest", of="median"),
        *(
            Goal(measure=f"{name.replace('_', ' ')}, {part}", share=True)
            for part in PARTS
            for name in TOLD
        ),
    ),
    columns=("model", "truth", "codec", "nearest clip"),
)
