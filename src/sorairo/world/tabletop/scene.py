"""A table-top scene as a value: its bodies, the event, the floor, the light, the camera, the style.

Lengths are in metres, times in seconds, velocities in m/s. x points right, y away from the camera,
z up. The scene is large (bodies are 3 to 4 m across, the still camera sees about 18 m) so that at
real gravity objects move a few pixels per frame.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

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
# Where one body stands relative to another, as the camera sees it.
RELATIONS = ("left", "right", "front", "behind")
# The shapes that can take part in an event, for events that not all shapes can.
EVENT_SHAPES = {
    "roll": ("sphere", "cylinder", "capsule"),
    "slide": ("box", "cylinder", "capsule"),
    "collide": ("sphere", "box", "cylinder"),
    "hide": ("sphere", "box", "cylinder"),
}
# Colours that do not stand out on a floor or in a light.
CLASHES: dict[str, tuple[str, ...]] = {
    "grass": ("green",),
    "sand": ("yellow",),
    "snow": ("white",),
    "marble": ("white",),
    "sunset": ("orange",),
    "night": ("black",),
}
# Direction of the first body's motion, as the camera sees it at the start.
HEADINGS = ("left", "right", "none")
LOOKS = ("classic", "filament")  # what draws a scene
FAR = 90.0  # metres: the depth of what is beyond the floor
FLOOR_RADIUS = 24.0  # metres; the floor is round, so that every camera sees where it ends
# Real places that a scene can be in: light, and what is seen behind the floor.
PLACES = (
    "park", "venice", "city", "forest", "dawn", "sky", "sunrise", "esplanade", "bridge",
    "apartment", "hall", "lobby", "lab", "warehouse", "workshop", "studio",
)  # fmt: skip
CAMERAS = ("still", "orbit_left", "orbit_right", "push_in", "pull_back")

Vector = tuple[float, float, float]


@dataclass(frozen=True, kw_only=True)
class Body:
    """One object and its state at time 0."""

    shape: str
    """One of SHAPES."""
    color: str
    """A key of COLORS."""
    size: str = "large"
    """A key of SIZES."""
    material: str = "rubber"
    """One of MATERIALS."""
    position: Vector
    """Of its centre, metres."""
    quaternion: tuple[float, float, float, float] = (1.0, 0.0, 0.0, 0.0)
    """Orientation, (w, x, y, z)."""
    velocity: Vector = (0.0, 0.0, 0.0)
    """m/s."""
    spin: Vector = (0.0, 0.0, 0.0)
    """Angular velocity in world axes, rad/s."""


@dataclass(frozen=True, kw_only=True)
class Scene:
    """Everything needed to simulate and render a clip; equal scenes give equal pixels."""

    bodies: tuple[Body, ...]
    """The bodies of the event first."""
    event: str
    """What happens, one of EVENTS."""
    heading: str = "none"
    """Direction of the first body's motion, one of HEADINGS."""
    floor: str = "wood"
    """One of FLOORS."""
    light: str = "day"
    """One of LIGHTS."""
    camera: str = "still"
    """One of CAMERAS."""
    style: str = "none"
    """One of STYLE_NAMES."""
    place: str = ""
    """One of PLACES; Filament draws it in the light of that place. "": the classic renderer draws
    it, under a plain sky."""

    @property
    def look(self) -> str:
        """What draws the scene, one of LOOKS."""
        return "filament" if self.place else "classic"

    def to_json(self) -> dict[str, object]:
        """The scene as JSON values."""
        record = dataclasses.asdict(self)
        if not self.place:
            del record["place"]  # so that the records of scenes without one stay what they were
        return record

    @classmethod
    def from_json(cls, record: dict[str, Any]) -> Scene:
        """The scene that `to_json` gave the record for."""

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
    """The part of the world that scenes are drawn from. The default is all of it, without styles.

    Each value of a tuple is equally likely; a value listed twice is twice as likely.
    """

    NAMES: ClassVar[Mapping[str, Collection[str]]] = {
        "shapes": SHAPES,
        "colors": COLORS,
        "sizes": SIZES,
        "materials": MATERIALS,
        "floors": FLOORS,
        "lights": LIGHTS,
        "events": EVENTS,
        "cameras": CAMERAS,
        "styles": STYLE_NAMES,
        "places": PLACES,
    }

    shapes: tuple[str, ...] = SHAPES
    colors: tuple[str, ...] = tuple(COLORS)
    sizes: tuple[str, ...] = tuple(SIZES)
    materials: tuple[str, ...] = MATERIALS
    floors: tuple[str, ...] = FLOORS
    lights: tuple[str, ...] = LIGHTS
    events: tuple[str, ...] = EVENTS
    cameras: tuple[str, ...] = CAMERAS
    styles: tuple[str, ...] = ("none",)
    places: tuple[str, ...] = ()
    """Where scenes are, drawn by Filament. None: they are drawn by the classic renderer."""
    min_bodies: int = 1
    """The fewest bodies in a scene."""
    max_bodies: int = 4
    """The most bodies in a scene."""
    templates: float = 1.0
    """Fraction of the combinations of colour, shape and event that may occur; see
    `dynamics.combinations`."""
    same_look: float | None = field(default=None, metadata=formerly("alike"))
    """Fraction of the scenes with several bodies in which all bodies look the same. None: as the
    event has it."""
    apart: float = 0.0
    """The smallest gap between two bodies as the camera sees them at the start, in metres."""


# The simplest part: one body, a still camera, daylight. The first model was trained on it.
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

# One body under every light and on every floor: for long clips, stories and large pictures.
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

# Several bodies of several materials beside, before and behind each other, that meet and hide.
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
# Bodies to be counted: mostly of the same look, and none of them hidden.
THREE_THINGS = dataclasses.replace(
    STILL_LIFES, min_bodies=3, max_bodies=3, same_look=0.7, apart=0.25
)
FOUR_THINGS = dataclasses.replace(
    THREE_THINGS, sizes=("small",), min_bodies=4, max_bodies=4, apart=0.15
)

# Only the camera moves.
FILMED = dataclasses.replace(
    STILL_LIFES, cameras=tuple(name for name in CAMERAS if name != "still"), max_bodies=3
)

# For the laws of motion: one body that falls or flies, of any material.
FALLING = dataclasses.replace(
    CROWD_WORLD,
    lights=("day", "day", "day", "day", "sunset", "night"),
    events=("drop", "drop", "drop", "throw", "toss"),
    cameras=("still",),
    materials=("rubber", "rubber", "metal", "wood"),
    max_bodies=1,
)
# One body that is pushed and slows down by friction.
PUSHED = dataclasses.replace(FALLING, events=("roll", "slide"), materials=("rubber",))
# One body that passes behind a screen.
HIDING = dataclasses.replace(FALLING, sizes=("large",), events=("hide",), materials=("rubber",))
# A camera that moves around one body, mostly at rest: every floor from every side.
CIRCLED = dataclasses.replace(
    FALLING,
    events=("stand", "stand", "stand", "stand", "drop", "roll", "slide", "turntable"),
    cameras=FILMED.cameras,
    materials=("rubber",),
)
