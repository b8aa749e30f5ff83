"""M9, combinations: does a model that knows red things and rolling balls know a red ball that
rolls?

The combinations of colour, shape and event have a fixed order
(`world.tabletop.dynamics.combinations`), and a model can be trained on the first part of them only.
Half of the questions are about the first tenth, half about the last. A clip is "as told" if one
object of the right colour and shape is visible throughout and moves as the prompt says. The model's
record (training.scene.templates) says which part of the combinations it was trained on. For a model
that was trained on all of them, nothing here is new.

"nearest" is the distance of a clip from the nearest of some training clips: the root of the mean
squared difference of small pictures, one per second, where 1 is the whole range. A model that only
repeats training clips is nearer than a true clip.
"""

from __future__ import annotations

import dataclasses
from functools import cache

import numpy as np

from sorairo.data.clip_sets import FIRST_CLIPS
from sorairo.exam.held_out_scenes import FIRST_SEED, FPS, drawn, film_of
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
MEASURES = ("one_object", "color", "shape", "motion")


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
    """A scene of a combination, on a floor that contrasts with its colour."""
    color, shape, event = template
    floors = tuple(f for f in FIRST_LIGHT.floors if color not in CLASHES.get(f, ()))
    one = dataclasses.replace(
        FIRST_LIGHT, colors=(color,), shapes=(shape,), events=(event,), floors=floors
    )
    return drawn(sample_scene(np.random.default_rng((FIRST_SEED + SEEDS, index)), one))


def judge(question: SceneQuestion, answer: Answer, truth: SceneTruth) -> Verdict:
    (clip,) = answer
    del truth
    scene = question.scene
    seen = observe(clip.frames, fps=clip.fps, look=scene.look)
    verdict = observed_as(seen, target_of(scene))
    found = {name: float(verdict[name]) for name in MEASURES}
    right = min(found.values())
    apart = np.square(_trained_on(scene.look) - _small(clip.frames[EACH_SECOND])).mean((1, 2))
    return {
        f"as told, {question.about}": right,
        "nearest": float(np.sqrt(apart.min())),
        **{f"{name.replace('_', ' ')}, {question.about}": value for name, value in found.items()},
    }


@cache
def _trained_on(look: str) -> np.ndarray:
    """Small pictures [n, frames, pixels] of the first training clips with one object."""
    found = []
    for index in range(TRAINED_ON):
        rng = np.random.default_rng(FIRST_CLIPS.first_seed + index)
        scene = drawn(sample_scene(rng, FIRST_LIGHT), look)
        rollout = simulate(scene, seconds=SECONDS, fps=FPS)
        found.append(_small(film_of(rollout, frames=EACH_SECOND).frames))
    return np.stack(found)


def _small(frames: np.ndarray) -> np.ndarray:
    """Small pictures [frames, values] in 0 ... 1."""
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
            for name in MEASURES
        ),
    ),
    columns=("model", "truth", "codec", "nearest clip"),
)
