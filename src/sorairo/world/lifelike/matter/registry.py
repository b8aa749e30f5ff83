"""The events of matter: who takes part, what happens, and from where it is filmed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sorairo.world.lifelike.events.rigid_motion import Framing
from sorairo.world.lifelike.matter import cloth
from sorairo.world.lifelike.matter.motion import MatterMotion
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


MATTER: dict[str, MatterEvent] = {
    "drape": MatterEvent(cast=_drape_cast, simulate=cloth.drape, framing=_drape_framing),
}
