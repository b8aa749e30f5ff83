"""What comes next: clips extended, once against the true future, and ten times in a row."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from sorairo.exam.canvas_suite import Answer, Plan, Suite
from sorairo.exam.held_out_scenes import (
    ENDLESS,
    FPS,
    STILL,
    film,
    film_of,
    masks_of,
    prompt_of,
    scenes,
)
from sorairo.exam.perception.object_checks import set_right
from sorairo.exam.perception.seam_metrics import brightness, held
from sorairo.exam.statistics import Goal, Verdict
from sorairo.generation.engine import Engine
from sorairo.video import Clip
from sorairo.world.tabletop.dynamics.simulate import simulate
from sorairo.world.tabletop.perception.lit_observer import centers, witness
from sorairo.world.tabletop.scene import Scene

SEEN, NEXT = 16, 24  # frames
PAST = 3  # frame intervals that tell the velocity
MOVES = 0.06  # of the width: what the true object must go through in the future
TURNS, EACH = 10, 2.0  # extensions in a row, seconds each


@dataclass(frozen=True, kw_only=True)
class Next:
    """16 true frames, and the centres of the object in these and the 24 after them."""

    scene: Scene
    prompt: str
    seed: int
    clip: Clip
    track: np.ndarray

    @property
    def label(self) -> str:
        return f"{self.scene.event}: {self.prompt}"

    def ask(self, model: Engine, plan: Plan) -> Answer:
        seen = Clip(frames=self.clip.frames[:SEEN], fps=FPS)
        return [model.extend(seen, self.prompt, forward=NEXT / FPS, **plan.how(self.seed))]

    def truth(self) -> Answer:
        return [self.clip]

    def judge(self, answer: Answer) -> Verdict:
        seen = held(witness(answer[0].frames, fps=FPS).track)[SEEN : SEEN + NEXT]
        future = self.track[SEEN:]
        own = _error(seen, future)
        straight, frozen = (
            _error(straight_on(self.track[:SEEN]), future),
            _error(self.track[SEEN - 1 : SEEN].repeat(NEXT, axis=0), future),
        )
        return {
            "error": own,
            "straight on": straight,
            "frozen": frozen,
            "less straight on": own - straight,
            "less frozen": own - frozen,
        }


def _error(track: np.ndarray, future: np.ndarray) -> float:
    """Mean distance in widths over the frames in which the object is truly seen."""
    seen = ~np.isnan(future[:, 0])
    return float(np.linalg.norm(track[seen] - future[seen], axis=1).mean())


def straight_on(past: np.ndarray) -> np.ndarray:
    """At constant velocity from the last true frames, kept in the picture, [NEXT, 2]."""
    velocity = (past[-1] - past[-1 - PAST]) / PAST
    return (past[-1] + velocity * np.arange(1, NEXT + 1)[:, None]).clip(0, 1)


def nexts(plan: Plan) -> list[Next]:
    """Scenes whose object is seen at the end of the given frames and moves after it."""
    found, skip, wanted = [], 2000, plan.count(48)
    while len(found) < wanted:
        scene = scenes(1, STILL, skip=skip)[0]
        skip += 1
        rollout = simulate(scene, seconds=(SEEN + NEXT) / FPS, fps=FPS)
        track = centers(masks_of(rollout))
        known = track[SEEN - 1 - PAST :]
        if np.isnan(known[: PAST + 1]).any() or np.nanmax(np.ptp(known, axis=0)) < MOVES:
            continue
        found.append(
            Next(
                scene=scene,
                prompt=prompt_of(scene),
                seed=skip,
                clip=film_of(rollout),
                track=track,
            )
        )
    return found


@dataclass(frozen=True, kw_only=True)
class Chain:
    """Ten extensions in a row; with `keep` the ends' latents are handed on."""

    scene: Scene
    prompt: str
    seed: int
    keep: bool
    start: Clip = field(repr=False)

    @property
    def label(self) -> str:
        return f"{'latents kept' if self.keep else 'from pixels'}: {self.prompt}"

    def ask(self, model: Engine, plan: Plan) -> Answer:
        clip, how = self.start, plan.how(self.seed)
        for turn in range(TURNS):
            how["seed"] = 100 * self.seed + turn
            clip = model.extend(clip, self.prompt, forward=EACH, keep_latents=self.keep, **how)
        return [clip]

    def truth(self) -> Answer:
        return [film(self.scene, EACH * (TURNS + 1))]

    def judge(self, answer: Answer) -> Verdict:
        frames, second = answer[0].frames, round(FPS)
        begun = brightness(self.start.frames)
        end = "kept" if self.keep else "pixels"
        return {
            f"drift, {end}": abs(brightness(frames[-2 * second :]) - begun) / begun,
            **{
                f"{name}, {end}": value
                for name, value in set_right(frames[-2 * second :], self.scene).items()
            },
        }


def chains(plan: Plan) -> list[Chain]:
    """Things that never come to rest."""
    found = scenes(plan.count(16, 4), ENDLESS, skip=3000)
    starts = [film(scene, EACH) for scene in found]
    return [
        Chain(scene=scene, prompt=prompt_of(scene), seed=index, keep=keep, start=start)
        for keep in (False, True)
        for index, (scene, start) in enumerate(zip(found, starts, strict=True))
    ]


EXTEND_SUITE = Suite(
    name="extend",
    cases=nexts,
    aims=(
        Goal(measure="error"),
        Goal(measure="straight on"),
        Goal(measure="frozen"),
        Goal(measure="less straight on", most=0.0),
        Goal(measure="less frozen", most=0.0),
    ),
)
CHAIN_SUITE = Suite(
    name="chain",
    cases=chains,
    aims=tuple(
        aim
        for end in ("pixels", "kept")
        for aim in (
            Goal(measure=f"drift, {end}", of="median", most=0.03),
            Goal(measure=f"object set, {end}", least=0.8, share=True),
            Goal(measure=f"one object, {end}", share=True),
            Goal(measure=f"color, {end}", share=True),
            Goal(measure=f"shape, {end}", share=True),
        )
    ),
)
