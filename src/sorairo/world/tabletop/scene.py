"""A tabletop scene as a value: what stands where, what happens, how it is lit and filmed.

Lengths are metres, times seconds, velocities m/s. x points right, y away from the camera, z up. The
scene is large (bodies are 3 to 4 m across, the still camera sees about 18 m) so that under true
gravity things move a few pixels a frame.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import Any

from sorairo.config import formerly

SHAPES = ("sphere", "box", "cylinder", "capsule")
COLORS: dict[str, tuple[float, float, float]] = {
    "red": (0.85, 0.08, 0.08),
    "orange": (0.97, 0.48, 0.04),
    "yellow": (0.96, 0.85, 0.08),
    "green": (0.10, 0.62, 0.16),
    "cyan": (0.10, 0.78, 0.80),
    "blue": (0.10, 0.22, 0.85),
    "purple": (0.50, 0.14, 0.72),
    "pink": (0.98, 0.50, 0.70),
    "white": (0.95, 0.95, 0.95),
    "black": (0.06, 0.06, 0.07),
}
SIZES = {"small": 1.5, "large": 2.1}  # half height (sphere: radius), metres
MATERIALS = ("rubber", "metal", "wood")
FLOORS = ("wood", "checker", "grass", "sand", "marble", "snow")
LIGHTS = ("day", "sunset", "night")
STYLE_NAMES = ("none", "film_noir", "black_and_white", "pencil", "oil", "pixel_art", "neon")
EVENTS = (
    "drop", "roll", "slide", "throw", "collide", "hide", "turntable", "swing", "toss", "stand",
)  # fmt: skip
# Where one thing stands as seen from another, for the camera.
RELATIONS = ("left", "right", "front", "behind")
# Shapes that can do an event, where not all can.
ABLE = {
    "roll": ("sphere", "cylinder", "capsule"),
    "slide": ("box", "cylinder", "capsule"),
    "collide": ("sphere", "box", "cylinder"),
    "hide": ("sphere", "box", "cylinder"),
}
# Colours that would not stand out.
CLASHES: dict[str, tuple[str, ...]] = {
    "grass": ("green",),
    "sand": ("yellow",),
    "snow": ("white",),
    "marble": ("white",),
    "sunset": ("orange",),
    "night": ("black",),
}
# Of the first body's motion, as the camera sees it at the start.
HEADINGS = ("left", "right", "none")
CAMERAS = ("still", "orbit_left", "orbit_right", "push_in", "pull_back")

Vector = tuple[float, float, float]


@dataclass(frozen=True, kw_only=True)
class Body:
    """One object. `size` names the half height in SIZES; `quaternion` is (w, x, y, z)."""

    shape: str
    color: str
    size: str = "large"
    material: str = "rubber"
    position: Vector
    quaternion: tuple[float, float, float, float] = (1.0, 0.0, 0.0, 0.0)
    velocity: Vector = (0.0, 0.0, 0.0)
    spin: Vector = (0.0, 0.0, 0.0)


@dataclass(frozen=True, kw_only=True)
class Scene:
    """Everything needed to simulate and film; equal scenes give equal pixels."""

    bodies: tuple[Body, ...]
    event: str
    heading: str = "none"
    floor: str = "wood"
    light: str = "day"
    camera: str = "still"
    style: str = "none"

    def to_json(self) -> dict[str, object]:
        return dataclasses.asdict(self)

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> Scene:
        def body_of(fields: dict[str, Any]) -> Body:
            values: dict[str, Any] = {
                name: tuple(value) if isinstance(value, list) else value
                for name, value in fields.items()
            }
            return Body(**values)

        bodies = tuple(body_of(fields) for fields in record["bodies"])
        return cls(**{**record, "bodies": bodies})


@dataclass(frozen=True, kw_only=True)
class SceneConfig:
    """Which part of the world scenes are drawn from. The default is the whole of it, unstyled.

    `templates`: the share of the combinations of colour, shape and event that are shown.
    `same_look`: the share of scenes of several bodies in which all look the same; None leaves it
    to the event.
    `apart`: the narrowest gap between two bodies as the camera sees them at the start, in metres.
    """

    shapes: tuple[str, ...] = SHAPES
    colors: tuple[str, ...] = tuple(COLORS)
    sizes: tuple[str, ...] = tuple(SIZES)
    materials: tuple[str, ...] = MATERIALS
    floors: tuple[str, ...] = FLOORS
    lights: tuple[str, ...] = LIGHTS
    events: tuple[str, ...] = EVENTS
    cameras: tuple[str, ...] = CAMERAS
    styles: tuple[str, ...] = ("none",)
    min_bodies: int = 1
    max_bodies: int = 4
    templates: float = 1.0
    same_look: float | None = field(default=None, metadata=formerly("alike"))
    apart: float = 0.0


# What the shipped model is asked to master first.
FIRST_LIGHT = SceneConfig(
    shapes=("sphere", "box", "cylinder"),
    colors=("red", "orange", "yellow", "green", "cyan", "blue", "purple", "pink"),
    sizes=("large",),
    materials=("rubber",),
    floors=("wood", "checker", "sand", "marble"),
    lights=("day",),
    events=("drop", "roll", "slide", "turntable"),
    cameras=("still",),
    max_bodies=1,
)

# What the model that paints long clips, stories and large pictures is taught. A name that stands
# several times is drawn as many times as often.
CANVAS_WORLD = SceneConfig(
    shapes=("sphere", "box", "cylinder"),
    colors=("red", "orange", "yellow", "green", "cyan", "blue", "purple", "pink"),
    sizes=("large",),
    materials=("rubber",),
    floors=("wood", "checker", "grass", "sand", "marble", "snow"),
    lights=("day", "day", "sunset", "night"),
    events=("drop", "roll", "slide", "turntable", "swing", "toss"),
    cameras=(*("still",) * 6, "orbit_left", "orbit_right"),
    max_bodies=1,
)

# Several things of several materials, beside, before and behind each other, that meet and hide.
CROWD_WORLD = SceneConfig(
    shapes=CANVAS_WORLD.shapes,
    colors=CANVAS_WORLD.colors,
    sizes=("large", "large", "small"),
    floors=CANVAS_WORLD.floors,
    lights=("day", "day", "day", "sunset", "night"),
    events=("stand", "stand", "drop", "roll", "slide", "throw", "collide", "hide", "hide"),
    cameras=(*("still",) * 6, "orbit_left", "orbit_right", "push_in", "pull_back"),
)
STILL_LIFES = dataclasses.replace(CROWD_WORLD, events=("stand",), cameras=("still",))
SEVERAL_THINGS = dataclasses.replace(STILL_LIFES, min_bodies=2)
# Things to be counted: alike, and each seen whole.
THREE_THINGS = dataclasses.replace(
    STILL_LIFES, min_bodies=3, max_bodies=3, same_look=0.7, apart=0.25
)
FOUR_THINGS = dataclasses.replace(
    THREE_THINGS, sizes=("small",), min_bodies=4, max_bodies=4, apart=0.15
)

# Nothing moves but the camera.
FILMED = dataclasses.replace(
    STILL_LIFES, cameras=tuple(name for name in CAMERAS if name != "still"), max_bodies=3
)

# What laws are told from: one thing that falls or flies, of any material, or is pushed, or goes
# behind a screen.
FALLING = dataclasses.replace(
    CROWD_WORLD,
    lights=("day", "day", "day", "day", "sunset", "night"),
    events=("drop", "drop", "drop", "throw", "toss"),
    cameras=("still",),
    materials=("rubber", "rubber", "metal", "wood"),
    max_bodies=1,
)
PUSHED = dataclasses.replace(FALLING, events=("roll", "slide"), materials=("rubber",))
HIDING = dataclasses.replace(FALLING, sizes=("large",), events=("hide",), materials=("rubber",))
# What a camera shows that moves around one thing, mostly at rest: every floor from every side.
CIRCLED = dataclasses.replace(
    FALLING,
    events=("stand", "stand", "stand", "stand", "drop", "roll", "slide", "turntable"),
    cameras=FILMED.cameras,
    materials=("rubber",),
)
