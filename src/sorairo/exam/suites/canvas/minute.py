"""A minute with camera moves: is everything still there at the end, and does it still move?

Looks at the last ten seconds. "motion" compares how much changes with the median of a few true
clips of the same kind.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from sorairo.exam.held_out_scenes import ENDLESS, FPS, film_of, prompt_of, scenes
from sorairo.exam.perception.object_checks import set_right
from sorairo.exam.perception.seam_metrics import FLOOR, changes
from sorairo.exam.question import Answer, Question, Sampling
from sorairo.exam.statistics import Goal, Verdict
from sorairo.exam.suite import Suite
from sorairo.exam.suites.canvas.capability import CAPABILITY
from sorairo.generation.api import Capabilities
from sorairo.video import Clip
from sorairo.world.tabletop.dynamics.sampling import sample_scene
from sorairo.world.tabletop.dynamics.simulate import simulate
from sorairo.world.tabletop.scene import Scene, SceneConfig

SECONDS = 60.0
END, LOOKED_AT = (
    10.0,
    2.0,
)  # last seconds: where motion is measured, and where objects are looked for
OTHERS = 4  # true clips of the same kind, for the usual amount of motion
FIRST_SCENE = 9000
MOVING = replace(ENDLESS, cameras=("still", "still", "orbit_left", "orbit_right"))


@dataclass(frozen=True, kw_only=True)
class Minute(Question):
    """Asks for a minute of a scene that never comes to rest."""

    scene: Scene

    def truth(self) -> MinuteTruth:
        return MinuteTruth(self)

    def ask(self, model: Capabilities, truth: MinuteTruth, sampling: Sampling) -> Answer:
        return [model.generate(self.prompt, seconds=SECONDS, **sampling.options(self.seed))]


@dataclass(frozen=True)
class MinuteTruth:
    """The end of the true minute. Everything is computed on first access."""

    question: Minute

    @cached_property
    def clip(self) -> Clip:
        """The last ten seconds."""
        return ending(self.question.scene)

    @property
    def answer(self) -> Answer:
        return [self.clip]

    @cached_property
    def change(self) -> float:
        """How much such scenes change from frame to frame."""
        rng = np.random.default_rng((self.question.seed, 9))
        return true_change(self.question.scene, rng)


def questions(count: int) -> list[Minute]:
    return [
        Minute(
            key=f"minute-{index:04d}",
            prompt=prompt_of(scene),
            seed=index,
            about=f"{scene.event}, {scene.camera}",
            scene=scene,
        )
        for index, scene in enumerate(scenes(count, MOVING, skip=FIRST_SCENE))
    ]


def judge(question: Minute, answer: Answer, truth: MinuteTruth) -> Verdict:
    frames = answer[0].frames[-round(END * FPS) :]
    motion = float(changes(frames).mean()) / truth.change
    return {
        **set_right(frames[-round(LOOKED_AT * FPS) :], question.scene),
        "motion": motion,
        "as much motion": float(0.7 <= motion <= 1.3),
    }


def ending(scene: Scene) -> Clip:
    """The last ten seconds of a true minute."""
    rollout, last = simulate(scene, seconds=SECONDS, fps=FPS), -round(END * FPS)
    return film_of(rollout, frames=slice(last, None))


def true_change(scene: Scene, rng: np.random.Generator) -> float:
    """The median over a few scenes that differ only in how they begin."""
    body = scene.bodies[0]
    similar = SceneConfig(
        shapes=(body.shape,),
        colors=(body.color,),
        sizes=(body.size,),
        materials=(body.material,),
        floors=(scene.floor,),
        lights=(scene.light,),
        events=(scene.event,),
        cameras=(scene.camera,),
        places=(scene.place,) if scene.place else (),
        max_bodies=1,
    )
    found = [changes(ending(sample_scene(rng, similar)).frames).mean() for _ in range(OTHERS)]
    return max(float(np.median(found)), FLOOR)


SUITE = Suite(
    name="minute",
    title="One minute, the camera moving",
    count=16,
    quick=3,
    questions=questions,
    judge=judge,
    goals=(
        Goal(measure="object set", least=0.7, share=True),
        Goal(measure="one object", share=True),
        Goal(measure="color", share=True),
        Goal(measure="shape", share=True),
        Goal(measure="motion", of="median", least=0.7, most=1.3),
        Goal(measure="as much motion", share=True),
    ),
    **CAPABILITY,
)
