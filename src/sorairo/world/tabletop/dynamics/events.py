"""What can happen: one function an event, which places and launches the bodies of a cast.

The still camera sees x from -9 to 9 at y = 0. Whatever moves starts in its view and, if it ever
stops, stops there.
"""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sorairo.world.tabletop.dynamics.mjcf import (
    BEHAVIOUR,
    DISC_HEIGHT,
    PIVOT_HEIGHT,
    half_spans,
    mass,
)
from sorairo.world.tabletop.dynamics.placement import (
    UPRIGHT,
    axis_rotation,
    deceleration,
    heading_of,
    launch,
    lying,
    multiply,
    place,
    standing,
)
from sorairo.world.tabletop.dynamics.repeated_throws import HIGHEST, LOWEST, speed_to
from sorairo.world.tabletop.scene import EVENT_SHAPES, SHAPES, Body


@dataclass(frozen=True, kw_only=True)
class UnplacedBodies:
    """Bodies that have looks but no places yet, and the generator for the rest."""

    rng: np.random.Generator
    bodies: tuple[Body, ...]

    def uniform(self, low: float, high: float) -> float:
        return float(self.rng.uniform(low, high))

    def side(self) -> int:
        """+1 or -1."""
        return 1 if self.rng.random() < 0.5 else -1


# The placed bodies (as many as the event uses) and the heading of the first.
Placement = tuple[list[Body], str]


def drop(cast: UnplacedBodies) -> Placement:
    body = cast.bodies[0]
    pose = axis_rotation((0, 0, 1), cast.uniform(0, 2 * math.pi))
    if body.shape == "capsule":
        pose = lying(cast.uniform(0.6, 2.5))
    if body.shape != "sphere":
        tilt = axis_rotation((cast.uniform(-1, 1), cast.uniform(-1, 1), 0), cast.uniform(0.05, 0.3))
        pose = multiply(tilt, pose)
    x, y, above = cast.uniform(-3.5, 3.5), cast.uniform(-1, 2), cast.uniform(4, 8)
    body = place(body, x=x, y=y, above=above, pose=pose)
    if body.shape != "sphere":
        x, y, z = (cast.uniform(-0.4, 0.4) for _ in range(3))
        body = dataclasses.replace(body, spin=(x, y, z))
    return [body], "none"


def roll(cast: UnplacedBodies) -> Placement:
    side = cast.side()
    drift = cast.uniform(-0.12, 0.12)
    pose = UPRIGHT
    if cast.bodies[0].shape != "sphere":  # from the side, not end on
        drift = cast.side() * cast.uniform(0.3, 0.6)
        pose = lying(math.atan(drift) * side)
    distance = cast.uniform(7.5, 10.5)
    x, y = -side * cast.uniform(4.5, 5.8), -drift * distance / 2 + cast.uniform(0, 1)
    body = place(cast.bodies[0], x=x, y=y, pose=pose)
    body = launch(body, direction=(side, drift), distance=distance, rolls=True)
    return [body], heading_of(side)


def slide(cast: UnplacedBodies) -> Placement:
    side = cast.side()
    pose = axis_rotation((0, 0, 1), cast.uniform(-0.5, 0.5))
    if cast.bodies[0].shape == "capsule":
        pose = lying(math.pi / 2 + cast.uniform(-0.3, 0.3))
    x, y = -side * cast.uniform(4.5, 5.8), cast.uniform(-1, 2)
    body = place(cast.bodies[0], x=x, y=y, pose=pose)
    direction = (side, cast.uniform(-0.12, 0.12))
    body = launch(body, direction=direction, distance=cast.uniform(7.5, 10.5))
    return [body], heading_of(side)


def throw(cast: UnplacedBodies) -> Placement:
    side = cast.side()
    body = cast.bodies[0]
    pose = standing(body, cast.uniform(0, math.pi))
    x, y, above = -side * cast.uniform(5.2, 6.2), cast.uniform(-0.5, 1.5), cast.uniform(0.5, 2.5)
    body = place(body, x=x, y=y, above=above, pose=pose)
    # What bounces and tumbles goes on after it lands.
    along = cast.uniform(1.9, 2.5) + 1.2 * (0.75 - BEHAVIOUR[body.material].restitution)
    along *= {"sphere": 1.15, "capsule": 0.85}.get(body.shape, 1.0)
    if body.shape != "sphere" and body.material == "rubber":
        along *= 0.8
    velocity = (side * along, cast.uniform(-0.2, 0.2), cast.uniform(5.5, 7.5))
    spin = (0.0, side * cast.uniform(0.2, 0.8), cast.uniform(-0.2, 0.2))
    return [dataclasses.replace(body, velocity=velocity, spin=spin)], heading_of(side)


def collide(cast: UnplacedBodies) -> Placement:
    side = cast.side()
    first, second = cast.bodies[:2]
    rolls = first.shape == "sphere"
    x, y = cast.uniform(6.0, 6.7), cast.uniform(0, 1.5)
    first = place(first, x=-side * x, y=y, pose=axis_rotation((0, 0, 1), cast.uniform(-0.25, 0.25)))
    pose = standing(second, cast.uniform(0, math.pi))
    second = place(
        second, x=side * cast.uniform(0.8, 1.8), y=y + cast.uniform(-0.3, 0.3), pose=pose
    )
    gap = abs(second.position[0] - first.position[0])
    gap -= float(half_spans(first)[0] + half_spans(second)[0])
    # The second is to travel about 4 m, if all that the blow gives it is used up by friction.
    bounce = min(BEHAVIOUR[b.material].restitution for b in (first, second))
    given = (1 + bounce) * mass(first) / (mass(first) + mass(second))  # of the first one's speed
    rests = deceleration(second, rolls=second.shape == "sphere") / deceleration(first, rolls=rolls)
    spare = min(max(4.0 * rests / given**2, 1.5), 9.0)
    first = launch(first, direction=(side, 0.0), distance=gap + spare, rolls=rolls)
    return [first, second], heading_of(side)


def hide(cast: UnplacedBodies) -> Placement:
    side = cast.side()
    body = cast.bodies[0]
    rolls = body.shape == "sphere"
    body = place(
        body,
        x=-side * cast.uniform(6.0, 6.6),
        y=cast.uniform(0.2, 0.8),
        pose=axis_rotation((0, 0, 1), cast.uniform(-0.25, 0.25)),
    )
    body = launch(body, direction=(side, 0.0), distance=cast.uniform(12.0, 12.8), rolls=rolls)
    return [body], heading_of(side)


def turntable(cast: UnplacedBodies) -> Placement:
    """All bodies stand on the disc."""
    rate = cast.side() * cast.uniform(0.6, 0.95)
    radius = 3.0
    angle = cast.side() * math.pi / 2 + cast.uniform(-1, 1)  # plainly goes left or right at first
    bodies = []
    for index, body in enumerate(cast.bodies):
        pose = axis_rotation((0, 0, 1), cast.uniform(0, 2 * math.pi))
        if body.shape == "capsule":
            pose = lying(cast.uniform(0, math.pi))
        spot = angle + 2 * math.pi * index / len(cast.bodies)
        x, y = radius * math.cos(spot), radius * math.sin(spot)
        body = place(body, x=x, y=y, above=DISC_HEIGHT, pose=pose)
        velocity = (-rate * y, rate * x, 0.0)
        bodies.append(dataclasses.replace(body, velocity=velocity, spin=(0.0, 0.0, rate)))
    return bodies, heading_of(bodies[0].velocity[0])


def swing(cast: UnplacedBodies) -> Placement:
    """The first body hangs from the bar and is let go at rest."""
    side = cast.side()
    angle, length = -side * cast.uniform(0.5, 0.8), cast.uniform(6.4, 7.2)
    tilt = axis_rotation((0, 1, 0), -angle)
    pose = multiply(tilt, axis_rotation((0, 0, 1), cast.uniform(0, math.pi)))
    position = (length * math.sin(angle), 0.0, PIVOT_HEIGHT - length * math.cos(angle))
    body = dataclasses.replace(cast.bodies[0], position=position, quaternion=pose)
    return [body], heading_of(side)


def toss(cast: UnplacedBodies) -> Placement:
    """The first body stands on the floor; its velocity and spin are those of its first throw."""
    pose = standing(cast.bodies[0], cast.uniform(0, math.pi))
    body = place(cast.bodies[0], x=cast.uniform(-3.5, 3.5), y=cast.uniform(-1, 2), pose=pose)
    velocity = (0.0, 0.0, speed_to(cast.uniform(LOWEST, HIGHEST)))
    spin = (0.0, 0.0, cast.side() * cast.uniform(0.3, 1.2))
    return [dataclasses.replace(body, velocity=velocity, spin=spin)], "none"


def stand(cast: UnplacedBodies) -> Placement:
    """All bodies at rest: two of them beside or behind each other, more on six places."""
    count = len(cast.bodies)
    spots = _two_spots(cast) if count == 2 else _some_spots(cast, count)
    stood = []
    for body, (x, y) in zip(cast.bodies, spots, strict=True):
        pose = standing(body, cast.uniform(0, math.pi))
        stood.append(place(body, x=x, y=y, pose=pose))
    return stood, "none"


def _two_spots(cast: UnplacedBodies) -> list[tuple[float, float]]:
    side, y = cast.side(), cast.uniform(-1, 4)
    if cast.rng.random() < 0.5:
        x = cast.uniform(-1.5, 1.5)
        apart = [along * cast.uniform(2.8, 4.6) for along in (side, -side)]
        return [(x + along, y + cast.uniform(0, 1)) for along in apart]
    x, lean = cast.uniform(-2.5, 2.5), cast.uniform(-1.8, 1.8)
    spots = [(x, cast.uniform(-2, 0)), (x + lean, cast.uniform(6, 8))]
    return spots[::side]


def _some_spots(cast: UnplacedBodies, count: int) -> list[tuple[float, float]]:
    """Places of two rows of three, the row behind between those in front."""
    row = [(-5.2, 0.0), (0.0, -0.8), (5.2, 0.0), (-3.4, 7.5), (2.6, 8.0), (7.8, 7.5)]
    picked = cast.rng.permutation(len(row))[:count]
    return [
        (row[i][0] + cast.uniform(-0.6, 0.6), row[i][1] + cast.uniform(-0.8, 0.8)) for i in picked
    ]


@dataclass(frozen=True, kw_only=True)
class Event:
    """`act` places the first `bodies` of a cast or more; only `shapes` can do it.

    Bodies that only stand by do so in three places, `spread` metres apart and `behind` the action.
    In the share `same_look` of the scenes all bodies look the same.
    """

    act: Callable[[UnplacedBodies], Placement]
    shapes: tuple[str, ...] = SHAPES
    bodies: int = 1
    max_bodies: int = 4
    behind: float = 11.2
    spread: float = 4.6
    same_look: float = 0.0


EVENT_MAKERS = {
    "drop": Event(act=drop),
    "roll": Event(act=roll, shapes=EVENT_SHAPES["roll"]),
    "slide": Event(act=slide, shapes=EVENT_SHAPES["slide"]),
    "throw": Event(act=throw),
    "collide": Event(act=collide, shapes=EVENT_SHAPES["collide"], bodies=2),
    "hide": Event(act=hide, shapes=EVENT_SHAPES["hide"]),
    "turntable": Event(act=turntable, max_bodies=3),
    "swing": Event(act=swing, behind=6.0, spread=8.4),
    "toss": Event(act=toss),
    "stand": Event(act=stand, same_look=0.35),
}


def place_bystanders(cast: UnplacedBodies, event: Event) -> list[Body]:
    """Up to three bodies at rest behind the action."""
    if not cast.bodies:
        return []
    row, middle = event.behind, event.behind + 2.8
    spots = cast.rng.permutation([(-event.spread, row), (0.0, middle), (event.spread, row)])
    bodies = []
    for body, spot in zip(cast.bodies, spots, strict=False):
        pose = standing(body, cast.uniform(0, math.pi))
        x, y = (float(there) + cast.uniform(-0.4, 0.4) for there in spot)
        bodies.append(place(body, x=x, y=y, pose=pose))
    return bodies
