"""What a caption is going to say about a scene, before any language, and what it leaves out."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import TypeVar

import numpy as np

from sorairo.world.tabletop.scene import Body, Scene

T = TypeVar("T")

# How often something is said in a (short, long) caption.
SAY_FLOOR = (0.85, 0.97)
SAY_HEADING = (0.88, 0.97)
SAY_SIZE = (0.12, 0.4)
SAY_MATERIAL = (0.08, 0.3)
SAY_RELATION = 0.7  # of two things that stand
SAY_DEFAULT = (0.03, 0.3)  # daylight, a still camera
SAY_SPECIAL = (0.85, 0.97)  # any other light or camera

TRAVELLING = ("roll", "slide", "throw", "collide", "hide")


@dataclass(frozen=True, kw_only=True)
class BodyGroup:
    """`count` bodies that are told in the same words."""

    count: int = 1
    shape: str
    color: str
    size: str | None = None
    material: str | None = None


@dataclass(frozen=True, kw_only=True)
class Telling:
    """The content of one caption. None: left out. `struck` is what the first body collides with, or
    what it stands to the left, to the right, in front of or behind: its `relation` to it."""

    actors: tuple[BodyGroup, ...]
    struck: BodyGroup | None
    others: tuple[BodyGroup, ...]
    event: str | None
    heading: str | None
    floor: str | None
    light: str | None
    camera: str | None
    style: str | None
    relation: str | None = None


def pick(rng: np.random.Generator, options: Sequence[T], lean: float = 0.6) -> T:
    """One option; each is `lean` times as likely as the one before it."""
    return options[weighted(rng, _leaning(len(options), lean))]


@cache
def _leaning(count: int, lean: float) -> tuple[float, ...]:
    return tuple(lean ** np.arange(count))


def weighted(rng: np.random.Generator, weights: tuple[float, ...]) -> int:
    """An index, drawn by weight: what `rng.choice` draws, in a tenth of its time."""
    return int(_cumulative(weights).searchsorted(rng.random(), side="right"))


@lru_cache(maxsize=4096)
def _cumulative(weights: tuple[float, ...]) -> np.ndarray:
    fractions = np.array(weights)
    total = (fractions / fractions.sum()).cumsum()
    return total / total[-1]


def tell(
    scene: Scene,
    rng: np.random.Generator,
    detail: str,
    *,
    event: bool = True,
    saying: Collection[str] = (),
) -> Telling:
    """Draw what is said. Sizes and materials are always said where they alone tell bodies apart or
    where "size" or "material" is in `saying`, a style wherever there is one, and what happens
    unless `event` is false."""
    long = ("short", "long").index(detail)

    def says(chances: tuple[float, float]) -> bool:
        return bool(rng.random() < chances[long])

    say_size = says(SAY_SIZE) or "size" in saying or _needed(scene.bodies, "size")
    say_material = says(SAY_MATERIAL) or "material" in saying or _needed(scene.bodies, "material")
    groups = [
        BodyGroup(
            shape=body.shape,
            color=body.color,
            size=body.size if say_size else None,
            material=body.material if say_material else None,
        )
        for body in scene.bodies
    ]
    relation = relation_of(scene) if rng.random() < SAY_RELATION else None
    meets = (scene.event == "collide" and len(groups) > 1) or relation is not None
    meets = meets and (event or relation is not None)
    acting = [(_acts(scene, i) or not event) and not (meets and i == 1) for i in range(len(groups))]
    directed = event and scene.event in TRAVELLING and scene.heading != "none"
    return Telling(
        actors=_grouped([g for g, acts in zip(groups, acting, strict=True) if acts]),
        struck=groups[1] if meets else None,
        others=_grouped(
            [group for i, group in enumerate(groups) if not acting[i] and not (meets and i == 1)]
        ),
        event=scene.event if event else None,
        heading=scene.heading if directed and says(SAY_HEADING) else None,
        floor=scene.floor if says(SAY_FLOOR) else None,
        light=scene.light if says(SAY_DEFAULT if scene.light == "day" else SAY_SPECIAL) else None,
        camera=scene.camera
        if says(SAY_DEFAULT if scene.camera == "still" else SAY_SPECIAL)
        else None,
        style=scene.style if scene.style != "none" else None,
        relation=relation,
    )


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
    """Whether body `index` does what the first one does, so that it may share its verb."""
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
