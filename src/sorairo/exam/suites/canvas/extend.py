"""Extending a clip: 16 true frames are given, the next 24 are compared with the true future.

"error" is the mean distance of the object from its true place, in picture widths. It is compared
with the errors of two baselines: "straight on" keeps the last velocity, "frozen" keeps the last
place.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from sorairo.exam.held_out_scenes import FPS, STILL, film_of, masks_of, prompt_of, scenes
from sorairo.exam.perception.seam_metrics import held
from sorairo.exam.question import Answer, KnownAnswer, Question, Sampling, Truth
from sorairo.exam.statistics import Goal, Verdict
from sorairo.exam.suite import Suite
from sorairo.exam.suites.canvas.capability import CAPABILITY
from sorairo.generation.api import Capabilities
from sorairo.video import Clip
from sorairo.world.tabletop.dynamics.simulate import simulate
from sorairo.world.tabletop.perception.lit_observer import centers, observe_lit

GIVEN, NEXT = 16, 24  # frames
PAST = 3  # frame intervals from which the velocity is taken
MOVES = 0.06  # picture widths: how far the true object must move after the given frames
FIRST_SCENE = 2000


@dataclass(frozen=True, kw_only=True)
class Future(Question):
    """Asks for the frames that follow the beginning of a clip."""

    clip: Clip = field(repr=False)
    """The true clip; its first `GIVEN` frames are given."""
    track: np.ndarray = field(repr=False)
    """The object's true centres in all frames [GIVEN + NEXT, 2]."""
    look: str
    """What draws the clip, one of LOOKS."""

    def truth(self) -> KnownAnswer:
        return KnownAnswer(answer=[self.clip])

    def ask(self, model: Capabilities, truth: Truth, sampling: Sampling) -> Answer:
        given = Clip(frames=self.clip.frames[:GIVEN], fps=FPS)
        options = sampling.options(self.seed)
        return [model.extend(given, self.prompt, forward=NEXT / FPS, **options)]


def questions(count: int) -> list[Future]:
    """Scenes in which the object is visible at the end of the given frames and moves after them."""
    found, skip = [], FIRST_SCENE
    while len(found) < count:
        scene = scenes(1, STILL, skip=skip)[0]
        skip += 1
        rollout = simulate(scene, seconds=(GIVEN + NEXT) / FPS, fps=FPS)
        track = centers(masks_of(rollout))
        known = track[GIVEN - 1 - PAST :]
        if np.isnan(known[: PAST + 1]).any() or np.nanmax(np.ptp(known, axis=0)) < MOVES:
            continue
        found.append(
            Future(
                key=f"extend-{len(found):04d}",
                prompt=prompt_of(scene),
                seed=skip,
                about=scene.event,
                look=scene.look,
                clip=film_of(rollout),
                track=track,
            )
        )
    return found


def judge(question: Future, answer: Answer, truth: Truth) -> Verdict:
    del truth
    (clip,) = answer
    seen = held(observe_lit(clip.frames, fps=FPS, look=question.look).track)[GIVEN : GIVEN + NEXT]
    past, future = question.track[:GIVEN], question.track[GIVEN:]
    own = _error(seen, future)
    straight = _error(straight_on(past), future)
    frozen = _error(past[-1:].repeat(NEXT, axis=0), future)
    return {
        "error": own,
        "straight on": straight,
        "frozen": frozen,
        "less straight on": own - straight,
        "less frozen": own - frozen,
    }


def _error(track: np.ndarray, future: np.ndarray) -> float:
    """The mean distance in picture widths over the frames in which the object is truly visible."""
    visible = ~np.isnan(future[:, 0])
    return float(np.linalg.norm(track[visible] - future[visible], axis=1).mean())


def straight_on(past: np.ndarray) -> np.ndarray:
    """The places [NEXT, 2] at constant velocity after the given frames, kept inside the picture."""
    velocity = (past[-1] - past[-1 - PAST]) / PAST
    return (past[-1] + velocity * np.arange(1, NEXT + 1)[:, None]).clip(0, 1)


SUITE = Suite(
    name="extend",
    title="Extend a clip",
    count=48,
    quick=8,
    questions=questions,
    judge=judge,
    goals=(
        Goal(measure="error"),
        Goal(measure="straight on"),
        Goal(measure="frozen"),
        Goal(measure="less straight on", most=0.0),
        Goal(measure="less frozen", most=0.0),
    ),
    **CAPABILITY,
)
