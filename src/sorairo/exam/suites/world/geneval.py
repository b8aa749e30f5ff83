"""M6, Sim-GenEval: does a picture or a clip show what an English or a Chinese prompt says?

Six tasks are those of GenEval (Ghosh et al., arXiv 2310.11513), in pictures of one frame: one
object, two objects, count, colour, position, colour bound to shape. Three more are clips: the
material (recognised by the bounce of a falling ball), the event, and the camera move. "overall" is
the mean of the nine tasks, "six tasks" that of GenEval's own, and "gap of languages" the difference
between English and Chinese.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np

from sorairo.exam.held_out_scenes import FIRST_SEED, drawn, prompt_of
from sorairo.exam.question import Answer
from sorairo.exam.scene_question import SceneQuestion, SceneTruth
from sorairo.exam.statistics import Goal, Verdict, mean_of_means
from sorairo.exam.suite import Suite
from sorairo.exam.suites.world.geneval_tasks import TASKS, Task
from sorairo.world.tabletop.dynamics.sampling import sample_scene
from sorairo.world.tabletop.language.captions import LANGUAGES
from sorairo.world.tabletop.scene import Scene

SEEDS = 25_000
SIX = ("one object", "two objects", "count", "colour", "position", "binding")


def questions(count: int) -> list[SceneQuestion]:
    """The tasks in turn, one scene each, and each scene in both languages."""
    asked, names = [], list(TASKS)
    for index in range(count):
        name = names[index % len(names)]
        scene = scene_of(TASKS[name], index)
        asked += [
            SceneQuestion(
                key=f"M6-{index:04d}-{language}",
                scene=scene,
                prompt=prompt_of(scene, index, language=language, saying=TASKS[name].saying),
                seed=index,
                seconds=TASKS[name].seconds,
                about=f"{name}, {language}",
            )
            for language in LANGUAGES
        ]
    return asked


def scene_of(task: Task, index: int) -> Scene:
    """A scene that is suitable for the task; the numbers of objects in turn."""
    rng = np.random.default_rng((FIRST_SEED + SEEDS, index))
    least, most = task.world.min_bodies, task.world.max_bodies
    bodies = least + index // len(TASKS) % (most - least + 1)
    world = dataclasses.replace(task.world, min_bodies=bodies, max_bodies=bodies)
    while not task.takes(scene := sample_scene(rng, world)):
        pass
    return drawn(scene)


def judge(question: SceneQuestion, answer: Answer, truth: SceneTruth) -> Verdict:
    (clip,) = answer
    del truth
    name, _, language = question.about.partition(", ")
    right = float(TASKS[name].judge(question.scene, clip))
    return {name: right, f"{name}, {language}": right}


def _overall(verdicts: Sequence[Verdict]) -> float:
    return mean_of_means(verdicts, list(TASKS))


def _six(verdicts: Sequence[Verdict]) -> float:
    return mean_of_means(verdicts, SIX)


def _gap(verdicts: Sequence[Verdict]) -> float:
    """The difference between the languages."""
    english, chinese = (
        mean_of_means(verdicts, [f"{name}, {language}" for name in TASKS]) for language in LANGUAGES
    )
    return abs(english - chinese)


SUITE = Suite(
    name="M6",
    title="Sim-GenEval",
    count=256,
    quick=18,
    questions=questions,
    judge=judge,
    joint={"overall": _overall, "six tasks": _six, "gap of languages": _gap},
    goals=(
        Goal(measure="overall", least=0.70),
        Goal(
            measure="six tasks", anchors="SD 1.5 .43, SDXL .55, IF-XL .61, best of 2026 about .88"
        ),
        Goal(measure="gap of languages", most=0.05),
        *(
            Goal(
                measure=name,
                share=True,
                least=0.5 if name == "count" else None,
                anchors={"count": ".35-.66", "binding": ".06-.35"}.get(name, ""),
            )
            for name in TASKS
        ),
    ),
    columns=("model", "truth", "codec", "nearest clip"),
)
