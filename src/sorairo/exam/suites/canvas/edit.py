"""Editing by text: one attribute of a clip is changed, at four strengths.

"distance" is how much the frames change: it should grow with the strength. At strength 0.6 the new
attribute must be visible and the motion must be the same as in the source.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field, replace

import numpy as np

from sorairo.exam.held_out_scenes import STILL, film, prompt_of, scenes
from sorairo.exam.perception.object_checks import colored
from sorairo.exam.perception.seam_metrics import change, motion_similarity, moving_track
from sorairo.exam.question import Answer, KnownAnswer, Question, Sampling, Truth
from sorairo.exam.statistics import Goal, Verdict
from sorairo.exam.suite import Suite
from sorairo.exam.suites.canvas.capability import CAPABILITY
from sorairo.generation.api import Capabilities
from sorairo.video import Clip
from sorairo.world.tabletop.dynamics.sampling import CLASHES, choose
from sorairo.world.tabletop.perception.style_light_floor import floor_of, light_of, style_of
from sorairo.world.tabletop.rendering.styles import STYLES
from sorairo.world.tabletop.scene import CANVAS_WORLD, Scene

SECONDS = 4.0
FIRST_SCENE = 6000
ATTRIBUTES = ("floor", "light", "style", "color")
STRENGTHS, JUDGED = (0.2, 0.4, 0.6, 0.8), 0.6
GROWTH = tuple(f"growth to {strength:g}" for strength in STRENGTHS[1:])
MOVES = 0.08  # picture widths: how far the moving region must go for its motion to be judged
SAME_MOTION = 0.8  # correlation of the tracks


@dataclass(frozen=True, kw_only=True)
class Edit(Question):
    """Asks for a clip with one attribute changed."""

    attribute: str
    new: Scene
    """The scene with the attribute changed."""
    source: Clip = field(repr=False)
    """The clip to edit."""

    def truth(self) -> KnownAnswer:
        """The source and the changed scene; the simulator has no strengths."""
        return KnownAnswer(answer=[self.source, film(self.new, SECONDS)])

    def ask(self, model: Capabilities, truth: Truth, sampling: Sampling) -> Answer:
        """The source, then an edit of each strength."""
        options = sampling.options(self.seed)
        edits = [
            model.edit(self.source, self.prompt, strength=strength, **options)
            for strength in STRENGTHS
        ]
        return [self.source, *edits]


def questions(count: int) -> list[Edit]:
    """The attributes in turn, without sources that already look like the new scene to the judge."""
    found: list[Edit] = []
    for index in itertools.count():
        if len(found) == count:
            break
        (scene,) = scenes(1, STILL, skip=FIRST_SCENE + index)
        attribute = ATTRIBUTES[len(found) % len(ATTRIBUTES)]
        new = changed(scene, attribute, np.random.default_rng((index, 5)))
        source = film(scene, SECONDS)
        if shows(source.frames, new, attribute):
            continue
        was, now = (attribute_of(each, attribute) for each in (scene, new))
        found.append(
            Edit(
                key=f"edit-{len(found):04d}",
                prompt=prompt_of(new),
                seed=index,
                about=f"{attribute}: {was} -> {now}",
                attribute=attribute,
                new=new,
                source=source,
            )
        )
    return found


def judge(question: Edit, answer: Answer, truth: Truth) -> Verdict:
    del truth
    source, edits = answer[0].frames, [clip.frames for clip in answer[1:]]
    strengths = STRENGTHS if len(edits) > 1 else (JUDGED,)
    verdict = {
        f"distance at {strength:g}": change(frames, source)
        for strength, frames in zip(strengths, edits, strict=True)
    }
    steps = np.diff(list(verdict.values()))
    verdict |= {name: float(step) for name, step in zip(GROWTH, steps, strict=False)}
    judged = edits[strengths.index(JUDGED)]
    visible = float(shows(judged, question.new, question.attribute))
    verdict |= {"new attribute": visible, f"new {question.attribute}": visible}
    return verdict | _motion(source, judged)


def _motion(source: np.ndarray, edited: np.ndarray) -> dict[str, float]:
    """Whether the motion is the same; empty if too little moves in the source."""
    track = moving_track(source)
    if np.nanmax(np.ptp(track[~np.isnan(track[:, 0])], axis=0), initial=0) < MOVES:
        return {}
    similarity = motion_similarity(track, moving_track(edited))
    return {"motion alike": similarity, "motion kept": float(similarity >= SAME_MOTION)}


def shows(frames: np.ndarray, scene: Scene, attribute: str) -> bool:
    """Whether an attribute of frames [F, H, W, 3] is that of the scene."""
    wanted = attribute_of(scene, attribute)
    if attribute == "color":
        return colored(frames, wanted, scene.look)
    classify = {"floor": floor_of, "light": light_of, "style": style_of}[attribute]
    return classify(frames, scene.look) == wanted


def attribute_of(scene: Scene, attribute: str) -> str:
    return scene.bodies[0].color if attribute == "color" else getattr(scene, attribute)


def changed(scene: Scene, attribute: str, rng: np.random.Generator) -> Scene:
    """The scene with another floor, light, style or colour that does not clash with the rest."""
    options = {
        "floor": CANVAS_WORLD.floors,
        "light": CANVAS_WORLD.lights,
        "style": tuple(STYLES),
        "color": CANVAS_WORLD.colors,
    }[attribute]
    now = attribute_of(scene, attribute)
    possible = [with_attribute(scene, attribute, each) for each in options if each != now]
    return choose(rng, [each for each in possible if not _clashes(each)])


def with_attribute(scene: Scene, attribute: str, value: str) -> Scene:
    if attribute != "color":
        return replace(scene, **{attribute: value})
    return replace(scene, bodies=(replace(scene.bodies[0], color=value), *scene.bodies[1:]))


def _clashes(scene: Scene) -> bool:
    unclear = CLASHES.get(scene.floor, ()) + CLASHES.get(scene.light, ())
    return scene.bodies[0].color in unclear


SUITE = Suite(
    name="edit",
    title="Edit by text",
    count=64,
    quick=8,
    questions=questions,
    judge=judge,
    goals=(
        *(Goal(measure=f"distance at {strength:g}") for strength in STRENGTHS),
        *(Goal(measure=name, least=0.01) for name in GROWTH),
        Goal(measure="new attribute", least=0.7, share=True),
        *(Goal(measure=f"new {name}", share=True) for name in ATTRIBUTES),
        Goal(measure="motion alike", of="median"),
        Goal(measure="motion kept", least=0.7, share=True),
    ),
    **CAPABILITY,
)
