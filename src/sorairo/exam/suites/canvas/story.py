"""Storyboards: are the cuts at the right frames, and does each shot show what its card says?"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from sorairo.exam.held_out_scenes import (
    CANVAS_WORLD,
    FIRST_SEED,
    FPS,
    drawn,
    film,
    prompt_of,
    scenes,
)
from sorairo.exam.perception.object_checks import set_right
from sorairo.exam.perception.seam_metrics import cut_at
from sorairo.exam.question import Answer, KnownAnswer, Question, Sampling, Truth
from sorairo.exam.statistics import Goal, Verdict
from sorairo.exam.suite import Suite
from sorairo.exam.suites.canvas.capability import CAPABILITY
from sorairo.generation.api import Capabilities
from sorairo.generation.requests.storyboard.request import Card, Storyboard
from sorairo.video import Clip
from sorairo.world.tabletop.dynamics.sampling import sample_shots
from sorairo.world.tabletop.scene import Scene

SHOTS, SECONDS = 3, 2.0  # of a story; of each shot
FIRST_SCENE = 10_000


@dataclass(frozen=True, kw_only=True)
class Story(Question):
    """Asks for three shots: of one object that does different things, or of different scenes."""

    scenes: tuple[Scene, ...]
    prompts: tuple[str, ...]

    def truth(self) -> KnownAnswer:
        shots = [film(scene, SECONDS).frames for scene in self.scenes]
        return KnownAnswer(answer=[Clip(frames=np.concatenate(shots), fps=FPS)])

    def ask(self, model: Capabilities, truth: Truth, sampling: Sampling) -> Answer:
        cards = tuple(
            Card(start=SECONDS * i, end=SECONDS * (i + 1), prompt=prompt)
            for i, prompt in enumerate(self.prompts)
        )
        return [model.make(Storyboard(cards=cards, **sampling.options(self.seed)))]


def questions(count: int) -> list[Story]:
    """Alternates between one object and different scenes."""
    found = []
    for index in range(count):
        if index % 2:
            first = FIRST_SCENE + 1000 + SHOTS * index
            shots = scenes(SHOTS, CANVAS_WORLD, skip=first)
        else:
            rng = np.random.default_rng(FIRST_SEED + FIRST_SCENE + index)
            shots = sample_shots(rng, CANVAS_WORLD, SHOTS)
            place = drawn(shots[0]).place
            shots = [replace(shot, place=place) for shot in shots]
        prompts = tuple(prompt_of(shot, i) for i, shot in enumerate(shots))
        found.append(
            Story(
                key=f"story-{index:04d}",
                prompt=" | ".join(prompts),
                seed=index,
                scenes=tuple(shots),
                prompts=prompts,
            )
        )
    return found


def judge(question: Story, answer: Answer, truth: Truth) -> Verdict:
    del truth
    frames, length = answer[0].frames, round(SECONDS * FPS)
    cuts = [length * i for i in range(1, SHOTS)]
    shots = [
        set_right(frames[length * i : length * (i + 1)], scene)
        for i, scene in enumerate(question.scenes)
    ]
    right = [shot["color"] * shot["shape"] for shot in shots]
    return {
        "cuts": float(all(cut_at(frames, cut) for cut in cuts)),
        "every card": float(all(right)),
        "a card": float(np.mean(right)),
        "color of a card": float(np.mean([shot["color"] for shot in shots])),
        "shape of a card": float(np.mean([shot["shape"] for shot in shots])),
    }


SUITE = Suite(
    name="story",
    title="Storyboards",
    count=32,
    quick=8,
    questions=questions,
    judge=judge,
    goals=(
        Goal(measure="cuts", least=1.0, share=True),
        Goal(measure="every card", share=True),
        Goal(measure="a card", least=0.7),
        Goal(measure="color of a card"),
        Goal(measure="shape of a card"),
    ),
    **CAPABILITY,
)
