"""A minute: what it costs, and whether at its end everything is still there and still moves."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from sorairo.exam.canvas_suite import Answer, Plan, Suite
from sorairo.exam.held_out_scenes import ENDLESS, FPS, film_of, prompt_of, scenes
from sorairo.exam.perception.object_checks import set_right
from sorairo.exam.perception.seam_metrics import FLOOR, changes
from sorairo.exam.statistics import Goal, Verdict
from sorairo.generation.engine import Engine
from sorairo.video import Clip
from sorairo.world.tabletop.dynamics.sampling import sample_scene
from sorairo.world.tabletop.dynamics.simulate import simulate
from sorairo.world.tabletop.scene import Scene, SceneConfig

SECONDS = 60.0
END, SEEN = 10.0, 2.0  # of the end: where motion is measured, and where objects are looked for
OTHERS = 4  # true clips of the same kind that tell how much such a scene moves
PROMPT = "a red ball turns on a turntable on a wooden floor"
MOVING = replace(ENDLESS, cameras=("still", "still", "orbit_left", "orbit_right"))


@dataclass(frozen=True, kw_only=True)
class Minute:
    """A scene that never comes to rest."""

    scene: Scene
    prompt: str
    seed: int

    @property
    def label(self) -> str:
        return f"{self.scene.event}, {self.scene.camera}: {self.prompt}"

    @cached_property
    def energy(self) -> float:
        """How much such scenes truly change."""
        return true_energy(self.scene, np.random.default_rng((self.seed, 9)))

    def ask(self, model: Engine, plan: Plan) -> Answer:
        return [model.generate(self.prompt, seconds=SECONDS, **plan.how(self.seed))]

    def truth(self) -> Answer:
        """The last ten seconds."""
        return [ending(self.scene)]

    def judge(self, answer: Answer) -> Verdict:
        frames = answer[0].frames[-round(END * FPS) :]
        share = float(changes(frames).mean()) / self.energy
        return {
            **set_right(frames[-round(SEEN * FPS) :], self.scene),
            "motion": share,
            "as much motion": float(0.7 <= share <= 1.3),
        }


def ending(scene: Scene) -> Clip:
    """The last ten seconds of a true minute."""
    rollout, last = simulate(scene, seconds=SECONDS, fps=FPS), -round(END * FPS)
    return film_of(rollout, frames=slice(last, None))


def true_energy(scene: Scene, rng: np.random.Generator) -> float:
    """The median of a few scenes that differ only in how they begin."""
    body = scene.bodies[0]
    motion_similarity = SceneConfig(
        shapes=(body.shape,),
        colors=(body.color,),
        sizes=(body.size,),
        materials=(body.material,),
        floors=(scene.floor,),
        lights=(scene.light,),
        events=(scene.event,),
        cameras=(scene.camera,),
        max_bodies=1,
    )
    found = [
        changes(ending(sample_scene(rng, motion_similarity)).frames).mean() for _ in range(OTHERS)
    ]
    return max(float(np.median(found)), FLOOR)


def minutes(plan: Plan) -> list[Minute]:
    return [
        Minute(scene=scene, prompt=prompt_of(scene), seed=index)
        for index, scene in enumerate(scenes(plan.count(16, 3), MOVING, skip=9000))
    ]


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What one and two minutes take, each in a process of its own."""

    label: str = "one minute, two minutes"

    def ask(self, model: Engine, plan: Plan) -> Answer:
        return [_alone(plan, SECONDS), _alone(plan, 2 * SECONDS)]

    def truth(self) -> None:
        return None

    def judge(self, answer: Answer) -> Verdict:
        one, two = (json.loads(clip.metadata["comment"]) for clip in answer)
        return {
            "seconds for 60 s": one["seconds"],
            "peak GB": one["peak"],
            "two for one": two["seconds"] / one["seconds"],
            "threads": one["threads"],
        }


def _alone(plan: Plan, seconds: float) -> Clip:
    """Made by a new process; what it cost is in the clip's comment."""
    script = (
        "import json, resource, sys, time; import sorairo, torch;"
        "name, seconds, steps = sys.argv[1:]; model = sorairo.load(name); start = time.time();"
        f"clip = model.generate({PROMPT!r}, seconds=float(seconds), seed=1,"
        " steps=int(steps) or None); spent = time.time() - start;"
        "peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20;"
        "print(json.dumps({'seconds': spent, 'peak': peak, 'threads': torch.get_num_threads(),"
        " 'frames': clip.num_frames}))"
    )
    command = [sys.executable, "-c", script, plan.model, str(seconds), str(plan.steps or 0)]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    blank = np.zeros((1, 16, 16, 3), np.uint8)
    return Clip(frames=blank, fps=FPS, metadata={"comment": told})


MINUTE_SUITE = Suite(
    name="minute",
    cases=minutes,
    aims=(
        Goal(measure="object set", least=0.7, share=True),
        Goal(measure="one object", share=True),
        Goal(measure="color", share=True),
        Goal(measure="shape", share=True),
        Goal(measure="motion", of="median", least=0.7, most=1.3),
        Goal(measure="as much motion", share=True),
    ),
)
COST_SUITE = Suite(
    name="cost",
    cases=lambda _: [Cost()],
    aims=(
        Goal(measure="seconds for 60 s", most=60.0),
        Goal(measure="peak GB", most=2.5),
        Goal(measure="two for one", most=2.2),
        Goal(measure="threads"),
    ),
)
