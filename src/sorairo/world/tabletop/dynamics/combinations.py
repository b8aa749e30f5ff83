"""Combinations of colour, shape and event in a fixed order ("templates", arXiv 2411.02385).

Training data can be limited to the first of them; the others then test what was never seen
together.
"""

from __future__ import annotations

import zlib
from functools import cache
from itertools import product

from sorairo.world.tabletop.dynamics.events import EVENT_MAKERS
from sorairo.world.tabletop.scene import Scene, SceneConfig

Template = tuple[str, str, str]  # colour, shape, event

# Chosen so that the first tenth of FIRST_LIGHT has every colour, shape and event, and the last
# tenth six of the eight colours and every shape and event.
SALT = "864"


@cache
def templates(config: SceneConfig) -> tuple[Template, ...]:
    """All combinations of a part of the world, in the order in which they are shown."""
    every = {
        (color, shape, event)
        for color, shape, event in product(config.colors, config.shapes, config.events)
        if shape in EVENT_MAKERS[event].shapes
    }
    return tuple(sorted(every, key=lambda t: (zlib.crc32(" ".join((SALT, *t)).encode()), t)))


@cache
def shown_templates(config: SceneConfig) -> frozenset[Template]:
    """The first fraction `config.templates` of the combinations."""
    every = templates(config)
    return frozenset(every[: round(config.templates * len(every))])


def is_shown(config: SceneConfig, scene: Scene) -> bool:
    """Whether the combination of every body of a scene is shown."""
    if config.templates >= 1:
        return True
    kinds = {(body.color, body.shape, scene.event) for body in scene.bodies}
    return kinds <= shown_templates(config)
