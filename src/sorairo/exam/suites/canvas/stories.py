"""Storyboards: cuts where they are asked for, and in each shot what its card says."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sorairo.exam.canvas_suite import Answer, Plan, Suite
from sorairo.exam.held_out_scenes import CANVAS_WORLD, FIRST_SEED, FPS, film, prompt_of, scenes
from sorairo.exam.perception.object_checks import set_right
from sorairo.exam.perception.seam_metrics import changes
from sorairo.exam.statistics import Goal, Verdict
from sorairo.generation.engine import Engine
from sorairo.generation.requests.storyboard import Card, Storyboard
from sorairo.video import Clip
from sorairo.world.tabletop.dynamics.sampling import sample_shots
from sorairo.world.tabletop.scene import Scene

SHOTS, SECONDS = 3, 2.0  # of a story, of each shot
AROUND = 6  # frames on each side of a cut in which nothing else may change as much
SKIP = 10_000


@dataclass(frozen=True, kw_only=True)
class Story:
    """Three shots: of one object that does different things, or of different scenes."""

    scenes: tuple[Scene, ...]
    prompts: tuple[str, ...]
    seed: int

    @property
    def label(self) -> str:
        return " | ".join(self.prompts)

    def ask(self, model: Engine, plan: Plan) -> Answer:
        cards = tuple(
            Card(start=SECONDS * i, end=SECONDS * (i + 1), prompt=prompt)
            for i, prompt in enumerate(self.prompts)
        )
        return [model.make(Storyboard(cards=cards, **plan.how(self.seed)))]

    def truth(self) -> Answer:
        shots = [film(scene, SECONDS).frames for scene in self.scenes]
        return [Clip(frames=np.concatenate(shots), fps=FPS)]

    def judge(self, answer: Answer) -> Verdict:
        frames, length = answer[0].frames, round(SECONDS * FPS)
        cuts = [length * i for i in range(1, SHOTS)]
        shots = [
            set_right(frames[length * i : length * (i + 1)], scene)
            for i, scene in enumerate(self.scenes)
        ]
        told = [shot["color"] * shot["shape"] for shot in shots]
        return {
            "cuts": float(all(cut_at(frames, cut) for cut in cuts)),
            "every card": float(all(told)),
            "a card": float(np.mean(told)),
            "color of a card": float(np.mean([shot["color"] for shot in shots])),
            "shape of a card": float(np.mean([shot["shape"] for shot in shots])),
        }


def cut_at(frames: np.ndarray, cut: int) -> bool:
    """Whether a new shot begins with a frame: the change into it is twice all those around it."""
    near = changes(frames[cut - 1 - AROUND : cut + 1 + AROUND])
    others = np.delete(near, AROUND)
    return bool(near[AROUND] > 2 * others.max())


def stories(plan: Plan) -> list[Story]:
    """By turns of one object and of different scenes."""
    found = []
    for index in range(plan.count(32)):
        seed = FIRST_SEED + SKIP + index
        if index % 2:
            shots = scenes(SHOTS, CANVAS_WORLD, skip=SKIP + 1000 + SHOTS * index)
        else:
            shots = sample_shots(np.random.default_rng(seed), CANVAS_WORLD, SHOTS)
        prompts = tuple(prompt_of(shot, i) for i, shot in enumerate(shots))
        found.append(Story(scenes=tuple(shots), prompts=prompts, seed=index))
    return found


STORY_SUITE = Suite(
    name="story",
    cases=stories,
    aims=(
        Goal(measure="cuts", least=1.0, share=True),
        Goal(measure="every card", share=True),
        Goal(measure="a card", least=0.7, share=True),
        Goal(measure="color of a card", share=True),
        Goal(measure="shape of a card", share=True),
    ),
)
