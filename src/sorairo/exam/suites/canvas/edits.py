"""Clips changed to what another text says: how much stays, and whether it shows."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np

from sorairo.exam.canvas_suite import Answer, Plan, Suite
from sorairo.exam.held_out_scenes import STILL, film, prompt_of, scenes
from sorairo.exam.perception.object_checks import colored
from sorairo.exam.perception.seam_metrics import change, motion_similarity, moving_track
from sorairo.exam.statistics import Goal, Verdict
from sorairo.generation.engine import Engine
from sorairo.video import Clip
from sorairo.world.tabletop.dynamics.sampling import CLASHES, choose
from sorairo.world.tabletop.perception.style_light_floor import floor_of, light_of, style_of
from sorairo.world.tabletop.rendering.styles import STYLES
from sorairo.world.tabletop.scene import CANVAS_WORLD, Scene

SECONDS = 4.0
ATTRIBUTES = ("floor", "light", "style", "color")
STRENGTHS, JUDGED = (0.2, 0.4, 0.6, 0.8), 0.6
STEPS = tuple(f"growth to {strength:g}" for strength in STRENGTHS[1:])
MOVES = 0.08  # of the picture: how far the middle of what moves must go


@dataclass(frozen=True, kw_only=True)
class Edit:
    """One attribute of a clip's scene changed; `new` is the scene as it is to be."""

    attribute: str
    scene: Scene
    new: Scene
    prompt: str
    seed: int
    source: Clip = field(repr=False)

    @property
    def label(self) -> str:
        was, now = (attribute_of(scene, self.attribute) for scene in (self.scene, self.new))
        return f"{self.attribute}: {was} -> {now}: {self.prompt}"

    def ask(self, model: Engine, plan: Plan) -> Answer:
        how = plan.how(self.seed)
        made = [
            model.edit(self.source, self.prompt, strength=strength, **how) for strength in STRENGTHS
        ]
        return [self.source, *made]

    def truth(self) -> Answer:
        """The world with that attribute changed; it knows no strength."""
        return [self.source, film(self.new, SECONDS)]

    def judge(self, answer: Answer) -> Verdict:
        source, made = answer[0].frames, [clip.frames for clip in answer[1:]]
        strengths = STRENGTHS if len(made) > 1 else (JUDGED,)
        verdict = {
            f"distance at {strength:g}": change(frames, source)
            for strength, frames in zip(strengths, made, strict=True)
        }
        steps = np.diff(list(verdict.values()))
        verdict |= {name: float(step) for name, step in zip(STEPS, steps, strict=False)}
        judged = made[strengths.index(JUDGED)]
        shown = float(shows(judged, self.new, self.attribute))
        verdict |= {"new attribute": shown, f"new {self.attribute}": shown}
        path = moving_track(source)
        if np.nanmax(np.ptp(path[~np.isnan(path[:, 0])], axis=0), initial=0) >= MOVES:
            verdict["motion alike"] = motion_similarity(path, moving_track(judged))
            verdict["motion kept"] = float(verdict["motion alike"] >= 0.8)
        return verdict


def shows(frames: np.ndarray, scene: Scene, attribute: str) -> bool:
    """Whether an attribute of frames [F, H, W, 3] is the scene's."""
    wanted = attribute_of(scene, attribute)
    if attribute == "color":
        return colored(frames, wanted)
    judge = {"floor": floor_of, "light": light_of, "style": style_of}[attribute]
    return judge(frames) == wanted


def attribute_of(scene: Scene, attribute: str) -> str:
    return scene.bodies[0].color if attribute == "color" else getattr(scene, attribute)


def changed(scene: Scene, attribute: str, rng: np.random.Generator) -> Scene:
    """The scene with another floor, light, style or colour, that does not clash with the rest."""
    options = {
        "floor": CANVAS_WORLD.floors,
        "light": CANVAS_WORLD.lights,
        "style": tuple(STYLES),
        "color": CANVAS_WORLD.colors,
    }[attribute]
    now = attribute_of(scene, attribute)
    able = [with_attribute(scene, attribute, each) for each in options if each != now]
    return choose(rng, [each for each in able if not _clashes(each)])


def with_attribute(scene: Scene, attribute: str, value: str) -> Scene:
    if attribute != "color":
        return replace(scene, **{attribute: value})
    return replace(scene, bodies=(replace(scene.bodies[0], color=value), *scene.bodies[1:]))


def _clashes(scene: Scene) -> bool:
    unclear = CLASHES.get(scene.floor, ()) + CLASHES.get(scene.light, ())
    return scene.bodies[0].color in unclear


def edits(plan: Plan) -> list[Edit]:
    """Floor, light, style and colour by turns; without sources that the judges take for the new
    already."""
    found: list[Edit] = []
    for index, scene in enumerate(_endless()):
        if len(found) == plan.count(64):
            return found
        attribute = ATTRIBUTES[len(found) % len(ATTRIBUTES)]
        new = changed(scene, attribute, np.random.default_rng((index, 5)))
        source = film(scene, SECONDS)
        if shows(source.frames, new, attribute):
            continue
        found.append(
            Edit(
                attribute=attribute,
                scene=scene,
                new=new,
                prompt=prompt_of(new),
                seed=index,
                source=source,
            )
        )
    raise AssertionError("scenes never end")


def _endless() -> Iterator[Scene]:
    for index in itertools.count():
        yield from scenes(1, STILL, skip=6000 + index)


EDIT_SUITE = Suite(
    name="edit",
    cases=edits,
    aims=(
        *(Goal(measure=f"distance at {strength:g}") for strength in STRENGTHS),
        *(Goal(measure=name, least=0.01) for name in STEPS),
        Goal(measure="new attribute", least=0.7, share=True),
        *(Goal(measure=f"new {name}", share=True) for name in ATTRIBUTES),
        Goal(measure="motion alike", of="median"),
        Goal(measure="motion kept", least=0.7, share=True),
    ),
)
