"""Draw scenes. An event is one function in EVENT_MAKERS; what it leaves open is drawn at random."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from sorairo.world.tabletop.build import BEHAVIOUR, DISC_HEIGHT, half_spans
from sorairo.world.tabletop.scene import SIZES, Body, Scene, SceneConfig

GRAVITY = 9.81
# Colours that would not stand out.
CLASHES = {
    "grass": ("green",),
    "sand": ("yellow",),
    "snow": ("white",),
    "marble": ("white",),
    "night": ("black",),
}
UPRIGHT = (1.0, 0.0, 0.0, 0.0)
T = TypeVar("T")
Quaternion = tuple[float, float, float, float]


@dataclass(frozen=True, kw_only=True)
class Cast:
    """Looks of the bodies before an event has placed them, and the generator for the rest."""

    rng: np.random.Generator
    bodies: tuple[Body, ...]

    def uniform(self, low: float, high: float) -> float:
        return float(self.rng.uniform(low, high))

    def side(self) -> int:
        """+1 or -1."""
        return 1 if self.rng.random() < 0.5 else -1


def choose(rng: np.random.Generator, options: Sequence[T]) -> T:
    return options[int(rng.integers(len(options)))]


def turn(axis: tuple[float, float, float], angle: float) -> Quaternion:
    half = angle / 2
    x, y, z = (math.sin(half) * c / math.hypot(*axis) for c in axis)
    return (math.cos(half), x, y, z)


def multiply(p: Quaternion, q: Quaternion) -> Quaternion:
    """Rotate by q, then by p."""
    a, b = np.asarray(p), np.asarray(q)
    w = a[0] * b[0] - a[1:] @ b[1:]
    x, y, z = a[0] * b[1:] + b[0] * a[1:] + np.cross(a[1:], b[1:])
    return (float(w), float(x), float(y), float(z))


def place(body: Body, *, x: float, y: float = 0.0, above: float = 0.0, pose: Quaternion) -> Body:
    """The body in an orientation, its lowest point `above` the floor."""
    body = dataclasses.replace(body, quaternion=pose)
    return dataclasses.replace(body, position=(x, y, float(half_spans(body)[2]) + above))


def heading_of(direction: float) -> str:
    return "right" if direction > 0 else "left"


def lying(yaw: float) -> Quaternion:
    """Axis level, and turned by `yaw` from pointing at the camera."""
    return multiply(turn((0, 0, 1), yaw), turn((1, 0, 0), math.pi / 2))


def launch_rolling(body: Body, *, direction: tuple[float, float], distance: float) -> Body:
    """Rolling without slipping, so fast that rolling resistance stops it after `distance`."""
    material, radius = BEHAVIOUR[body.material], float(half_spans(body)[2])
    inertia = 1.4 if body.shape == "sphere" else 1.5
    arm = material.rolling * SIZES[body.size]
    slowing = GRAVITY / math.hypot(1 / material.sliding, inertia * radius / arm)
    speed = math.sqrt(2 * slowing * distance)
    vx, vy = (speed * c / math.hypot(*direction) for c in direction)
    return dataclasses.replace(body, velocity=(vx, vy, 0.0), spin=(-vy / radius, vx / radius, 0.0))


def launch_sliding(body: Body, *, direction: tuple[float, float], distance: float) -> Body:
    """Sliding so fast that friction stops it after `distance`."""
    speed = math.sqrt(2 * BEHAVIOUR[body.material].sliding * GRAVITY * distance)
    vx, vy = (speed * c / math.hypot(*direction) for c in direction)
    return dataclasses.replace(body, velocity=(vx, vy, 0.0))


def drop(cast: Cast) -> tuple[list[Body], str]:
    body = cast.bodies[0]
    pose = turn((0, 0, 1), cast.uniform(0, 2 * math.pi))
    if body.shape == "capsule":
        pose = lying(cast.uniform(0.6, 2.5))
    if body.shape != "sphere":
        tilt = turn((cast.uniform(-1, 1), cast.uniform(-1, 1), 0), cast.uniform(0.05, 0.3))
        pose = multiply(tilt, pose)
    x, y, above = cast.uniform(-3.5, 3.5), cast.uniform(-1, 2), cast.uniform(4, 8)
    body = place(body, x=x, y=y, above=above, pose=pose)
    if body.shape != "sphere":
        x, y, z = (cast.uniform(-0.4, 0.4) for _ in range(3))
        body = dataclasses.replace(body, spin=(x, y, z))
    return [body], "none"


def roll(cast: Cast) -> tuple[list[Body], str]:
    side = cast.side()
    drift = cast.uniform(-0.12, 0.12)
    pose = UPRIGHT
    if cast.bodies[0].shape != "sphere":
        drift = cast.side() * cast.uniform(0.3, 0.6)
        pose = lying(math.atan(drift) * side)
    distance = cast.uniform(7.5, 10.5)
    x, y = -side * cast.uniform(4.5, 5.8), -drift * distance / 2 + cast.uniform(0, 1)
    body = place(cast.bodies[0], x=x, y=y, pose=pose)
    return [launch_rolling(body, direction=(side, drift), distance=distance)], heading_of(side)


def slide(cast: Cast) -> tuple[list[Body], str]:
    side = cast.side()
    pose = turn((0, 0, 1), cast.uniform(-0.5, 0.5))
    if cast.bodies[0].shape == "capsule":
        pose = multiply(turn((0, 0, 1), math.pi / 2 + cast.uniform(-0.3, 0.3)), lying(0))
    body = place(cast.bodies[0], x=-side * cast.uniform(4.5, 5.8), y=cast.uniform(-1, 2), pose=pose)
    direction = (side, cast.uniform(-0.12, 0.12))
    body = launch_sliding(body, direction=direction, distance=cast.uniform(7.5, 10.5))
    return [body], heading_of(side)


def turntable(cast: Cast) -> tuple[list[Body], str]:
    rate = cast.side() * cast.uniform(0.6, 0.95)
    radius = 3.0
    angle = cast.side() * math.pi / 2 + cast.uniform(-1, 1)  # plainly goes left or right at first
    pose = turn((0, 0, 1), cast.uniform(0, 2 * math.pi))
    if cast.bodies[0].shape == "capsule":
        pose = lying(cast.uniform(0, math.pi))
    x, y = radius * math.cos(angle), radius * math.sin(angle)
    body = place(cast.bodies[0], x=x, y=y, above=DISC_HEIGHT, pose=pose)
    body = dataclasses.replace(body, velocity=(-rate * y, rate * x, 0.0), spin=(0.0, 0.0, rate))
    return [body], heading_of(body.velocity[0])


@dataclass(frozen=True, kw_only=True)
class Event:
    """`make` places the first `bodies` of a cast; only these `shapes` can do it."""

    make: Callable[[Cast], tuple[list[Body], str]]
    shapes: tuple[str, ...]
    bodies: int = 1


EVENT_MAKERS = {
    "drop": Event(make=drop, shapes=("sphere", "box", "cylinder", "capsule")),
    "roll": Event(make=roll, shapes=("sphere", "cylinder", "capsule")),
    "slide": Event(make=slide, shapes=("box", "cylinder", "capsule")),
    "turntable": Event(make=turntable, shapes=("sphere", "box", "cylinder", "capsule")),
}


def sample_scene(rng: np.random.Generator, config: SceneConfig = SceneConfig()) -> Scene:
    """A scene of the configured part of the world. Equal generators give equal scenes."""
    possible = [
        name
        for name in config.events
        if name in EVENT_MAKERS
        and EVENT_MAKERS[name].bodies <= config.max_bodies
        and set(EVENT_MAKERS[name].shapes) & set(config.shapes)
    ]
    if not possible:
        raise ValueError(f"no event of {config.events} can be done with shapes {config.shapes}")
    name = choose(rng, possible)
    event = EVENT_MAKERS[name]
    floor, light = choose(rng, config.floors), choose(rng, config.lights)
    shapes = [shape for shape in config.shapes if shape in event.shapes]
    cast = Cast(rng=rng, bodies=_cast(rng, config, event.bodies, shapes, floor, light))
    bodies, heading = event.make(cast)
    return Scene(
        bodies=tuple(bodies),
        event=name,
        heading=heading,
        floor=floor,
        light=light,
        camera=choose(rng, config.cameras),
    )


def _cast(
    rng: np.random.Generator,
    config: SceneConfig,
    count: int,
    shapes: Sequence[str],
    floor: str,
    light: str,
) -> tuple[Body, ...]:
    """Looks for `count` bodies: colours that differ while they last, and stand out."""
    unclear = CLASHES.get(floor, ()) + CLASHES.get(light, ())
    colors = [color for color in config.colors if color not in unclear] or list(config.colors)
    order = rng.permutation(len(colors))
    return tuple(
        Body(
            shape=choose(rng, shapes),
            color=colors[order[index % len(colors)]],
            size=choose(rng, config.sizes),
            material=choose(rng, config.materials),
            position=(0.0, 0.0, 0.0),
        )
        for index in range(count)
    )
