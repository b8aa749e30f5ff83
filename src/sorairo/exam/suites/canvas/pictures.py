"""Styles asked for in words, and pictures that a clip has to pass through."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from sorairo.exam.canvas_suite import Answer, Plan, Suite
from sorairo.exam.held_out_scenes import CANVAS_WORLD, STILL, film, prompt_of, scenes
from sorairo.exam.perception.seam_metrics import psnr, pulse, sharpest
from sorairo.exam.statistics import Goal, Verdict
from sorairo.generation.engine import Engine
from sorairo.video import Clip
from sorairo.world.tabletop.perception.style_light_floor import floor_of, light_of, style_of
from sorairo.world.tabletop.rendering.styles import STYLES
from sorairo.world.tabletop.scene import Scene

SECONDS = 4.0
KEYS = (0, 18, 36)  # frames that are given as pictures


@dataclass(frozen=True, kw_only=True)
class Styled:
    """A scene in a style."""

    scene: Scene
    prompt: str
    seed: int

    @property
    def label(self) -> str:
        return f"{self.scene.style}: {self.prompt}"

    def ask(self, model: Engine, plan: Plan) -> Answer:
        return [model.generate(self.prompt, seconds=SECONDS, **plan.how(self.seed))]

    def truth(self) -> Answer:
        return [film(self.scene, SECONDS)]

    def judge(self, answer: Answer) -> Verdict:
        frames = answer[0].frames
        style = float(style_of(frames) == self.scene.style)
        return {
            "style": style,
            self.scene.style: style,
            "floor": float(floor_of(frames) == self.scene.floor),
            "light": float(light_of(frames) == self.scene.light),
            "pulse": pulse(frames),
        }


def styled(plan: Plan) -> list[Styled]:
    """Every style by turns."""
    names, found = tuple(STYLES), []
    for index, scene in enumerate(scenes(plan.count(48, 12), CANVAS_WORLD, skip=7000)):
        scene = replace(scene, style=names[index % len(names)])
        found.append(Styled(scene=scene, prompt=prompt_of(scene), seed=index))
    return found


@dataclass(frozen=True, kw_only=True)
class Keyed:
    """A clip through pictures of a true one."""

    prompt: str
    seed: int
    true: Clip = field(repr=False)

    @property
    def label(self) -> str:
        return self.prompt

    def ask(self, model: Engine, plan: Plan) -> Answer:
        pictures = [
            (at / self.true.fps, Clip(frames=self.true.frames[at : at + 1], fps=self.true.fps))
            for at in KEYS
        ]
        how = plan.how(self.seed)
        return [model.animate(pictures, self.prompt, seconds=SECONDS, **how)]

    def truth(self) -> Answer:
        return [self.true]

    def judge(self, answer: Answer) -> Verdict:
        """Made frames beside a picture against the true ones there; the truth itself is 60 dB, and
        after the codec it is what can be reached."""
        frames, true = answer[0].frames, self.true.frames
        beside = [at + step for at in KEYS for step in (-1, 1) if at + step >= 0]
        return {
            "beside, dB": sum(psnr(frames[i], true[i]) for i in beside) / len(beside),
            "sharpest": max(
                sharpest(frames, max(0, at - 2), min(at + 2, len(frames) - 1)) for at in KEYS
            ),
        }


def keyed(plan: Plan) -> list[Keyed]:
    return [
        Keyed(prompt=prompt_of(scene), seed=index, true=film(scene, SECONDS))
        for index, scene in enumerate(scenes(plan.count(16), STILL, skip=8000))
    ]


STYLE_SUITE = Suite(
    name="style",
    cases=styled,
    aims=(
        Goal(measure="style", least=0.9, share=True),
        *(Goal(measure=name, share=True) for name in STYLES),
        Goal(measure="floor", share=True),
        Goal(measure="light", share=True),
        Goal(measure="pulse", of="median"),
    ),
)
KEYFRAME_SUITE = Suite(
    name="keyframe",
    cases=keyed,
    aims=(Goal(measure="beside, dB", below_codec=1.0), Goal(measure="sharpest", of="median")),
)
