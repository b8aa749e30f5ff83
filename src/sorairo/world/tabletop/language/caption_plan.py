"""The plan of a caption: which facts of a scene it mentions, independent of the language."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TypeVar

import numpy as np

from sorairo.world.tabletop.scene import Body, Scene

T = TypeVar("T")

# Probability that a (short, long) caption mentions a fact.
MENTION_FLOOR = (0.85, 0.97)
MENTION_HEADING = (0.88, 0.97)
MENTION_SIZE = (0.12, 0.4)
MENTION_MATERIAL = (0.08, 0.3)
MENTION_RELATION = 0.7  # of two bodies at rest, in captions of any length
MENTION_DEFAULT = (0.03, 0.3)  # daylight, a still camera
MENTION_SPECIAL = (0.85, 0.97)  # any other light or camera

TRAVELLING = ("roll", "slide", "throw", "collide", "hide")  # events that have a heading


@dataclass(frozen=True, kw_only=True)
class BodyGroup:
    """Bodies that a caption describes by the same words."""

    count: int = 1
    """The number of bodies."""
    shape: str
    color: str
    size: str | None = None
    """None: not mentioned."""
    material: str | None = None
    """None: not mentioned."""


@dataclass(frozen=True, kw_only=True)
class CaptionPlan:
    """The content of one caption; None where it leaves something out."""

    actors: tuple[BodyGroup, ...]
    """The bodies that the event happens to."""
    landmark: BodyGroup | None
    """The body that the first one collides with, or relative to which its place is given."""
    others: tuple[BodyGroup, ...]
    """Bodies that only stand in the scene."""
    event: str | None
    heading: str | None
    floor: str | None
    light: str | None
    camera: str | None
    style: str | None
    relation: str | None = None
    """Where the first body stands, seen from `landmark`: one of RELATIONS."""


def pick(rng: np.random.Generator, options: Sequence[T], lean: float = 0.6) -> T:
    """One option; each is `lean` times as likely as the one before it."""
    return options[weighted(rng, _leaning(len(options), lean))]


@cache
def _leaning(count: int, lean: float) -> tuple[float, ...]:
    return tuple(lean ** np.arange(count))


def weighted(rng: np.random.Generator, weights: tuple[float, ...]) -> int:
    """An index drawn by weight: the one that `rng.choice` draws, in a tenth of the time."""
    return int(_cumulative(weights).searchsorted(rng.random(), side="right"))


@lru_cache(maxsize=4096)
def _cumulative(weights: tuple[float, ...]) -> np.ndarray:
    fractions = np.array(weights)
    total = (fractions / fractions.sum()).cumsum()
    return total / total[-1]


def plan_caption(
    scene: Scene,
    rng: np.random.Generator,
    detail: str,
    *,
    event: bool = True,
    mention: Collection[str] = (),
) -> CaptionPlan:
    """Draws what a caption mentions.

    Sizes and materials are always mentioned where only they distinguish two bodies and where
    "size" or "material" is in `mention`; a style always; the event unless `event` is false.
    """
    long = ("short", "long").index(detail)

    def mentions(chances: tuple[float, float]) -> bool:
        return bool(rng.random() < chances[long])

    groups = _described(
        scene.bodies,
        size=mentions(MENTION_SIZE) or "size" in mention,
        material=mentions(MENTION_MATERIAL) or "material" in mention,
    )
    relation = relation_of(scene) if rng.random() < MENTION_RELATION else None
    meets = relation is not None or (event and scene.event == "collide" and len(groups) > 1)
    acting = [(_acts(scene, i) or not event) and not (meets and i == 1) for i in range(len(groups))]
    others = [group for i, group in enumerate(groups) if not acting[i] and not (meets and i == 1)]
    directed = event and scene.event in TRAVELLING and scene.heading != "none"
    light = MENTION_DEFAULT if scene.light == "day" else MENTION_SPECIAL
    camera = MENTION_DEFAULT if scene.camera == "still" else MENTION_SPECIAL
    return CaptionPlan(
        actors=_grouped([group for group, acts in zip(groups, acting, strict=True) if acts]),
        landmark=groups[1] if meets else None,
        others=_grouped(others),
        event=scene.event if event else None,
        heading=scene.heading if directed and mentions(MENTION_HEADING) else None,
        floor=scene.floor if mentions(MENTION_FLOOR) else None,
        light=scene.light if mentions(light) else None,
        camera=scene.camera if mentions(camera) else None,
        style=scene.style if scene.style != "none" else None,
        relation=relation,
    )


def _described(bodies: Sequence[Body], *, size: bool, material: bool) -> list[BodyGroup]:
    """Each body as it is described, with its size or material if asked for or needed."""
    size = size or _needed(bodies, "size")
    material = material or _needed(bodies, "material")
    return [
        BodyGroup(
            shape=body.shape,
            color=body.color,
            size=body.size if size else None,
            material=body.material if material else None,
        )
        for body in bodies
    ]


def relation_of(scene: Scene) -> str | None:
    """Where the first of two different bodies at rest stands, seen from the second."""
    if scene.event != "stand" or len(scene.bodies) != 2:
        return None
    first, second = scene.bodies
    if (first.shape, first.color) == (second.shape, second.color):
        return None
    right, back, _ = (a - b for a, b in zip(first.position, second.position, strict=True))
    if abs(back) > abs(right):
        return "behind" if back > 0 else "front"
    return "right" if right > 0 else "left"


def _needed(bodies: Sequence[Body], field: str) -> bool:
    """Whether two bodies of the same shape and colour differ in `field`."""
    kinds = {(b.shape, b.color) for b in bodies}
    return len({(b.shape, b.color, getattr(b, field)) for b in bodies}) > len(kinds)


def _acts(scene: Scene, index: int) -> bool:
    """Whether body `index` does the same as the first one, so that one verb covers both."""
    first, body = scene.bodies[0], scene.bodies[index]
    if index == 0 or scene.event in ("turntable", "stand"):
        return True
    if scene.event == "drop":
        return body.position[2] > 0.6 * first.position[2]
    if scene.event in ("roll", "slide", "throw"):
        return body.shape == first.shape and body.velocity[0] * first.velocity[0] > 0.25
    return False


def _grouped(groups: Sequence[BodyGroup]) -> tuple[BodyGroup, ...]:
    """Equal groups merged into one with their count, in order of first appearance."""
    counts: dict[BodyGroup, int] = {}
    for group in groups:
        counts[group] = counts.get(group, 0) + 1
    return tuple(
        BodyGroup(count=n, shape=g.shape, color=g.color, size=g.size, material=g.material)
        for g, n in counts.items()
    )
