"""Changes one property of a scene: examples of edits."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sorairo.world.tabletop.scene import CLASHES, Scene, SceneConfig

CHANGES = ("color", "floor", "light")


def mutate(scene: Scene, rng: np.random.Generator, config: SceneConfig) -> Scene:
    """The scene with another colour of its first body, another floor or another light from the
    config, or unchanged if that has no other. The event stays the same."""
    first = int(rng.integers(len(CHANGES)))
    for what in (*CHANGES[first:], *CHANGES[:first]):
        options = _options(scene, what, config)
        if options:
            choice = options[int(rng.integers(len(options)))]
            if what == "color":
                body = replace(scene.bodies[0], color=choice)
                return replace(scene, bodies=(body, *scene.bodies[1:]))
            return replace(scene, **{what: choice})
    return scene


def _options(scene: Scene, what: str, config: SceneConfig) -> list[str]:
    """Other values of a property with which the first body still stands out."""
    if what == "color":
        unclear = CLASHES.get(scene.floor, ()) + CLASHES.get(scene.light, ())
        used = {*unclear, *(body.color for body in scene.bodies)}
        return [color for color in config.colors if color not in used]
    values = config.floors if what == "floor" else config.lights
    color = scene.bodies[0].color
    return [v for v in values if v != getattr(scene, what) and color not in CLASHES.get(v, ())]
