"""The events of matter: who takes part, what happens, and from where it is filmed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np

from sorairo.world.lifelike.events.rigid_motion import Framing
from sorairo.world.lifelike.matter import bites, breakage, cloth, painting, water
from sorairo.world.lifelike.matter.motion import MatterMotion
from sorairo.world.lifelike.matter.table import TABLE_HEIGHT
from sorairo.world.lifelike.scene import Scene, Thing
from sorairo.world.lifelike.thing_names import NAMES

COLORS = ("red", "orange", "yellow", "green", "blue", "purple", "pink", "white", "black")


@dataclass(frozen=True, kw_only=True)
class MatterEvent:
    """One event."""

    cast: Callable[[np.random.Generator], tuple[Thing, ...]]
    """Draws its things."""
    simulate: Callable[[Scene, np.ndarray, np.random.Generator], MatterMotion]
    """What happens at the times of the frames."""
    framing: Callable[[Scene], Framing]
    """The camera's place, before it is varied."""


def _choice(rng: np.random.Generator, values: tuple[str, ...]) -> str:
    return values[int(rng.integers(len(values)))]


def _drape_cast(rng: np.random.Generator) -> tuple[Thing, ...]:
    colors = [str(color) for color in rng.choice(list(COLORS), 2, replace=False)]
    kind = _choice(rng, ("ball", "box", *cloth.DRAPED))
    color = "" if kind in NAMES else colors[1]
    return Thing(kind="cloth", color=colors[0]), Thing(kind=kind, color=color)


def _drape_framing(scene: Scene) -> Framing:
    under = cloth.draped(scene.things[1].kind)
    distance = 1.2 + 1.9 * (under.width + 1.3 * under.height)
    return Framing(distance=distance, height=0.6 + under.height, target=(0, 0, 0.6 * under.height))


def _bite_cast(rng: np.random.Generator) -> tuple[Thing, ...]:
    return (Thing(kind=_choice(rng, tuple(bites.EDIBLE))),)


def _bite_framing(scene: Scene) -> Framing:
    height = bites.SIZE * NAMES[scene.things[0].kind].height
    return Framing(
        distance=0.85, height=TABLE_HEIGHT + 0.28, target=(0, 0, TABLE_HEIGHT + height / 2)
    )


def _splash_cast(rng: np.random.Generator, kinds: tuple[str, ...]) -> tuple[Thing, ...]:
    kind = _choice(rng, kinds)
    return (Thing(kind=kind, color="" if kind in NAMES else _choice(rng, COLORS)),)


def _splash_framing(scene: Scene) -> Framing:
    return Framing(distance=2.1, height=1.0, target=(0, 0, 0.42))


def _knocked_cast(rng: np.random.Generator, kinds: tuple[str, ...]) -> tuple[Thing, ...]:
    return (Thing(kind=_choice(rng, kinds), color=_choice(rng, COLORS)),)


def _knocked_framing(scene: Scene) -> Framing:
    aside = 0.55 if scene.heading == "right" else -0.55
    return Framing(distance=3.0, height=1.25, target=(aside, 0, 0.5))


def _paint_cast(rng: np.random.Generator) -> tuple[Thing, ...]:
    color = _choice(rng, tuple(c for c in COLORS if c != "white"))
    return (Thing(kind=_choice(rng, painting.STROKES), color=color),)


def _paint_framing(scene: Scene) -> Framing:
    x, y, z = painting.MIDDLE
    return Framing(distance=1.9, height=1.3, target=(x, y, z - 0.05))


MATTER: dict[str, MatterEvent] = {
    "drape": MatterEvent(cast=_drape_cast, simulate=cloth.drape, framing=_drape_framing),
    "bite": MatterEvent(cast=_bite_cast, simulate=bites.bite, framing=_bite_framing),
    "float": MatterEvent(
        cast=partial(_splash_cast, kinds=tuple(water.FLOATING)),
        simulate=water.splash,
        framing=_splash_framing,
    ),
    "sink": MatterEvent(
        cast=partial(_splash_cast, kinds=tuple(water.SINKING)),
        simulate=water.splash,
        framing=_splash_framing,
    ),
    "smash": MatterEvent(
        cast=partial(_knocked_cast, kinds=breakage.BREAKABLE),
        simulate=breakage.knocked_off,
        framing=_knocked_framing,
    ),
    "survive": MatterEvent(
        cast=partial(_knocked_cast, kinds=breakage.UNBREAKABLE),
        simulate=breakage.knocked_off,
        framing=_knocked_framing,
    ),
    "paint": MatterEvent(cast=_paint_cast, simulate=painting.paint, framing=_paint_framing),
}
