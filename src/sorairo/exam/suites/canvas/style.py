"""Styles in the prompt: does the clip have the style, and still the right floor and light?"""

from __future__ import annotations

from dataclasses import dataclass, replace

from sorairo.exam.held_out_scenes import CANVAS_WORLD, film, prompt_of, scenes
from sorairo.exam.perception.seam_metrics import pulse
from sorairo.exam.question import Answer, KnownAnswer, Question, Sampling, Truth
from sorairo.exam.statistics import Goal, Verdict
from sorairo.exam.suite import Suite
from sorairo.exam.suites.canvas.capability import CAPABILITY
from sorairo.generation.api import Capabilities
from sorairo.world.tabletop.perception.style_light_floor import floor_of, light_of, style_of
from sorairo.world.tabletop.rendering.styles import STYLES
from sorairo.world.tabletop.scene import Scene

SECONDS = 4.0
FIRST_SCENE = 7000


@dataclass(frozen=True, kw_only=True)
class Styled(Question):
    """Asks for a clip of a scene in a style."""

    scene: Scene

    def truth(self) -> KnownAnswer:
        return KnownAnswer(answer=[film(self.scene, SECONDS)])

    def ask(self, model: Capabilities, truth: Truth, sampling: Sampling) -> Answer:
        return [model.generate(self.prompt, seconds=SECONDS, **sampling.options(self.seed))]


def questions(count: int) -> list[Styled]:
    """Every style in turn."""
    names, found = tuple(STYLES), []
    for index, scene in enumerate(scenes(count, CANVAS_WORLD, skip=FIRST_SCENE)):
        scene = replace(scene, style=names[index % len(names)])
        found.append(
            Styled(
                key=f"style-{index:04d}",
                prompt=prompt_of(scene),
                seed=index,
                about=scene.style,
                scene=scene,
            )
        )
    return found


def judge(question: Styled, answer: Answer, truth: Truth) -> Verdict:
    del truth
    frames, scene = answer[0].frames, question.scene
    style = float(style_of(frames, scene.look) == scene.style)
    return {
        "style": style,
        scene.style: style,
        "floor": float(floor_of(frames, scene.look) == scene.floor),
        "light": float(light_of(frames, scene.look) == scene.light),
        "pulse": pulse(frames),
    }


SUITE = Suite(
    name="style",
    title="Styles",
    count=48,
    quick=12,
    questions=questions,
    judge=judge,
    goals=(
        Goal(measure="style", least=0.9, share=True),
        *(Goal(measure=name, share=True) for name in STYLES),
        Goal(measure="floor", share=True),
        Goal(measure="light", share=True),
        Goal(measure="pulse", of="median"),
    ),
    **CAPABILITY,
)
