"""Clips that play for ever, and clips that lead into one another."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sorairo.exam.canvas_suite import Answer, Plan, Suite
from sorairo.exam.held_out_scenes import ENDLESS, STILL, film, prompt_of, scenes
from sorairo.exam.perception.seam_metrics import pulse, seam, sharpest, usual
from sorairo.exam.statistics import Goal, Verdict
from sorairo.generation.engine import Engine
from sorairo.video import Clip
from sorairo.world.tabletop.scene import Scene

SECONDS = 3.0  # of what is made from text
PART, BRIDGE = 2.0, 2.0  # seconds of a given clip, and of what is made between two


@dataclass(frozen=True, kw_only=True)
class Cycle:
    """Made from text to play for ever (`given` None), or a clip closed to a loop."""

    scene: Scene
    prompt: str
    seed: int
    given: Clip | None = None

    @property
    def label(self) -> str:
        return f"{'from text' if self.given is None else 'closed'}: {self.prompt}"

    def ask(self, model: Engine, plan: Plan) -> Answer:
        how = plan.how(self.seed)
        if self.given is None:
            return [model.generate(self.prompt, seconds=SECONDS, loop=True, **how)]
        return [model.loop(self.given, self.prompt, seconds=BRIDGE, **how)]

    def truth(self) -> Answer:
        """There and back again."""
        true = self.given or film(self.scene, PART)
        return [Clip(frames=np.concatenate([true.frames, true.frames[-2:0:-1]]), fps=true.fps)]

    def judge(self, answer: Answer) -> Verdict:
        frames = answer[0].frames
        kind = "from text" if self.given is None else "closed"
        found = {f"seam, {kind}": seam(frames), "usual change": usual(frames)}
        return found if self.given else {**found, "pulse": pulse(frames)}


def cycles(plan: Plan) -> list[Cycle]:
    found = scenes(plan.count(32), skip=4000)
    made = [Cycle(scene=s, prompt=prompt_of(s), seed=i) for i, s in enumerate(found)]
    half = found[: max(1, len(found) // 2)]
    closed = [
        Cycle(scene=s, prompt=prompt_of(s), seed=i, given=film(s, PART)) for i, s in enumerate(half)
    ]
    return made + closed


@dataclass(frozen=True, kw_only=True)
class Bridge:
    """From one clip into another.

    A cut is a change beyond the others of the bridge. Two unlike clips in which little moves are
    far apart: to get from one to the other, even an even fade changes in every frame by several
    times what is usual in the clip as a whole ("inside").
    """

    label: str
    seed: int
    prompts: tuple[str, str]
    before: Clip
    after: Clip

    def ask(self, model: Engine, plan: Plan) -> Answer:
        how = plan.how(self.seed)
        return [model.connect(self.before, self.after, self.prompts, seconds=BRIDGE, **how)]

    def truth(self) -> Answer:
        """What can always be done: one fades into the other."""
        count = round(BRIDGE * self.before.fps)
        weight = (np.arange(1, count + 1) / (count + 1))[:, None, None, None]
        last, first = self.before.frames[-1:], self.after.frames[:1]
        fade = ((1 - weight) * last + weight * first).round().astype(np.uint8)
        frames = np.concatenate([self.before.frames, fade, self.after.frames])
        return [Clip(frames=frames, fps=self.before.fps)]

    def judge(self, answer: Answer) -> Verdict:
        frames, before, after = answer[0].frames, self.before.frames, self.after.frames
        first, last = len(before) - 1, len(frames) - len(after)
        exact = np.array_equal(frames[: len(before)], before)
        exact = exact and np.array_equal(frames[last:], after)
        return {
            "ends exact": float(exact),
            "sharpest inside": sharpest(frames, first, last),
            "sharpest of the bridge": sharpest(frames[first : last + 1], 0, last - first),
        }


def bridges(plan: Plan) -> list[Bridge]:
    """Half of the pairs are of one scene at two times, half of two scenes."""
    found, pairs = plan.count(16), []
    for index in range(found):
        one, other = scenes(2, ENDLESS if index % 2 else STILL, skip=5000 + 2 * index)
        same = index % 2 == 1
        true = film(one, 2 * PART + BRIDGE)
        count = round(PART * true.fps)
        after = Clip(frames=true.frames[-count:], fps=true.fps) if same else film(other, PART)
        prompts = (prompt_of(one), prompt_of(one if same else other))
        pairs.append(
            Bridge(
                label=" | ".join(prompts),
                seed=index,
                prompts=prompts,
                before=Clip(frames=true.frames[:count], fps=true.fps),
                after=after,
            )
        )
    return pairs


LOOP_SUITE = Suite(
    name="loop",
    cases=cycles,
    aims=(
        Goal(measure="seam, from text", of="median"),
        Goal(measure="seam, from text", of="highest", most=1.25),
        Goal(measure="seam, closed", of="median"),
        Goal(measure="seam, closed", of="highest", most=1.25),
        Goal(measure="usual change", of="median"),
        Goal(measure="pulse", of="median"),
    ),
)
CONNECT_SUITE = Suite(
    name="connect",
    cases=bridges,
    aims=(
        Goal(measure="ends exact", least=1.0, share=True),
        Goal(measure="sharpest inside", of="median"),
        Goal(measure="sharpest inside", of="highest"),
        Goal(measure="sharpest of the bridge", of="median"),
        Goal(measure="sharpest of the bridge", of="highest", most=3.0),
    ),
)
