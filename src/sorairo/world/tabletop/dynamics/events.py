"""Events: one function for each, which places and launches the bodies of a scene.

The still camera sees x from -9 to 9 at y = 0. A moving body starts in its view and, if it stops,
stops there.
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
class EventDraw:
    """The bodies of an event, not yet placed, and the generator that their places are drawn by."""

    rng: np.random.Generator
    bodies: tuple[Body, ...]
    """Their positions and velocities are still to be set."""

    def uniform(self, low: float, high: float) -> float:
        """A number between two."""
        return float(self.rng.uniform(low, high))

    def side(self) -> int:
        """+1 or -1."""
        return 1 if self.rng.random() < 0.5 else -1


# The placed bodies, as many as the event uses, and the heading of the first one.
Placement = tuple[list[Body], str]


def drop(draw: EventDraw) -> Placement:
    """The first body falls from a height, tilted."""
    body = draw.bodies[0]
    pose = axis_rotation((0, 0, 1), draw.uniform(0, 2 * math.pi))
    if body.shape == "capsule":
        pose = lying(draw.uniform(0.6, 2.5))
    if body.shape != "sphere":
        tilt = axis_rotation((draw.uniform(-1, 1), draw.uniform(-1, 1), 0), draw.uniform(0.05, 0.3))
        pose = multiply(tilt, pose)
    x, y, above = draw.uniform(-3.5, 3.5), draw.uniform(-1, 2), draw.uniform(4, 8)
    body = place(body, x=x, y=y, above=above, pose=pose)
    if body.shape != "sphere":
        x, y, z = (draw.uniform(-0.4, 0.4) for _ in range(3))
        body = dataclasses.replace(body, spin=(x, y, z))
    return [body], "none"


def roll(draw: EventDraw) -> Placement:
    """The first body rolls across the picture."""
    side = draw.side()
    drift = draw.uniform(-0.12, 0.12)
    pose = UPRIGHT
    if draw.bodies[0].shape != "sphere":  # from the side, not end on
        drift = draw.side() * draw.uniform(0.3, 0.6)
        pose = lying(math.atan(drift) * side)
    distance = draw.uniform(7.5, 10.5)
    x, y = -side * draw.uniform(4.5, 5.8), -drift * distance / 2 + draw.uniform(0, 1)
    body = place(draw.bodies[0], x=x, y=y, pose=pose)
    body = launch(body, direction=(side, drift), distance=distance, rolls=True)
    return [body], heading_of(side)


def slide(draw: EventDraw) -> Placement:
    """The first body slides across the picture."""
    side = draw.side()
    pose = axis_rotation((0, 0, 1), draw.uniform(-0.5, 0.5))
    if draw.bodies[0].shape == "capsule":
        pose = lying(math.pi / 2 + draw.uniform(-0.3, 0.3))
    x, y = -side * draw.uniform(4.5, 5.8), draw.uniform(-1, 2)
    body = place(draw.bodies[0], x=x, y=y, pose=pose)
    direction = (side, draw.uniform(-0.12, 0.12))
    body = launch(body, direction=direction, distance=draw.uniform(7.5, 10.5))
    return [body], heading_of(side)


def throw(draw: EventDraw) -> Placement:
    """The first body flies up and across the picture in an arc."""
    side = draw.side()
    body = draw.bodies[0]
    pose = standing(body, draw.uniform(0, math.pi))
    x, y, above = -side * draw.uniform(5.2, 6.2), draw.uniform(-0.5, 1.5), draw.uniform(0.5, 2.5)
    body = place(body, x=x, y=y, above=above, pose=pose)
    # A body that bounces or tumbles travels on after it lands.
    along = draw.uniform(1.9, 2.5) + 1.2 * (0.75 - BEHAVIOUR[body.material].restitution)
    along *= {"sphere": 1.15, "capsule": 0.85}.get(body.shape, 1.0)
    if body.shape != "sphere" and body.material == "rubber":
        along *= 0.8
    velocity = (side * along, draw.uniform(-0.2, 0.2), draw.uniform(5.5, 7.5))
    spin = (0.0, side * draw.uniform(0.2, 0.8), draw.uniform(-0.2, 0.2))
    return [dataclasses.replace(body, velocity=velocity, spin=spin)], heading_of(side)


def collide(draw: EventDraw) -> Placement:
    """The first body runs into the second, which is at rest."""
    side = draw.side()
    first, second = draw.bodies[:2]
    rolls = first.shape == "sphere"
    x, y = draw.uniform(6.0, 6.7), draw.uniform(0, 1.5)
    first = place(first, x=-side * x, y=y, pose=axis_rotation((0, 0, 1), draw.uniform(-0.25, 0.25)))
    pose = standing(second, draw.uniform(0, math.pi))
    second = place(
        second, x=side * draw.uniform(0.8, 1.8), y=y + draw.uniform(-0.3, 0.3), pose=pose
    )
    gap = abs(second.position[0] - first.position[0])
    gap -= float(half_spans(first)[0] + half_spans(second)[0])
    # The second body travels about 4 m until friction has stopped it.
    bounce = min(BEHAVIOUR[b.material].restitution for b in (first, second))
    given = (
        (1 + bounce) * mass(first) / (mass(first) + mass(second))
    )  # of the first one's speed, passed on
    ratio = deceleration(second, rolls=second.shape == "sphere") / deceleration(first, rolls=rolls)
    spare = min(max(4.0 * ratio / given**2, 1.5), 9.0)
    first = launch(first, direction=(side, 0.0), distance=gap + spare, rolls=rolls)
    return [first, second], heading_of(side)


def hide(draw: EventDraw) -> Placement:
    """The first body passes behind a screen."""
    side = draw.side()
    body = draw.bodies[0]
    rolls = body.shape == "sphere"
    body = place(
        body,
        x=-side * draw.uniform(6.0, 6.6),
        y=draw.uniform(0.2, 0.8),
        pose=axis_rotation((0, 0, 1), draw.uniform(-0.25, 0.25)),
    )
    body = launch(body, direction=(side, 0.0), distance=draw.uniform(12.0, 12.8), rolls=rolls)
    return [body], heading_of(side)


def turntable(draw: EventDraw) -> Placement:
    """All bodies are on a disc that turns."""
    rate = draw.side() * draw.uniform(0.6, 0.95)
    radius = 3.0
    angle = draw.side() * math.pi / 2 + draw.uniform(-1, 1)  # clearly left or right at first
    bodies = []
    for index, body in enumerate(draw.bodies):
        pose = axis_rotation((0, 0, 1), draw.uniform(0, 2 * math.pi))
        if body.shape == "capsule":
            pose = lying(draw.uniform(0, math.pi))
        spot = angle + 2 * math.pi * index / len(draw.bodies)
        x, y = radius * math.cos(spot), radius * math.sin(spot)
        body = place(body, x=x, y=y, above=DISC_HEIGHT, pose=pose)
        velocity = (-rate * y, rate * x, 0.0)
        bodies.append(dataclasses.replace(body, velocity=velocity, spin=(0.0, 0.0, rate)))
    return bodies, heading_of(bodies[0].velocity[0])


def swing(draw: EventDraw) -> Placement:
    """The first body hangs from a bar and starts at rest, raised to one side."""
    side = draw.side()
    angle, length = -side * draw.uniform(0.5, 0.8), draw.uniform(6.4, 7.2)
    tilt = axis_rotation((0, 1, 0), -angle)
    pose = multiply(tilt, axis_rotation((0, 0, 1), draw.uniform(0, math.pi)))
    position = (length * math.sin(angle), 0.0, PIVOT_HEIGHT - length * math.cos(angle))
    body = dataclasses.replace(draw.bodies[0], position=position, quaternion=pose)
    return [body], heading_of(side)


def toss(draw: EventDraw) -> Placement:
    """The first body is thrown up again and again; its velocity and spin are of the first throw."""
    pose = standing(draw.bodies[0], draw.uniform(0, math.pi))
    body = place(draw.bodies[0], x=draw.uniform(-3.5, 3.5), y=draw.uniform(-1, 2), pose=pose)
    velocity = (0.0, 0.0, speed_to(draw.uniform(LOWEST, HIGHEST)))
    spin = (0.0, 0.0, draw.side() * draw.uniform(0.3, 1.2))
    return [dataclasses.replace(body, velocity=velocity, spin=spin)], "none"


def stand(draw: EventDraw) -> Placement:
    """All bodies are at rest: two beside or behind each other, other numbers in six places."""
    count = len(draw.bodies)
    spots = _two_spots(draw) if count == 2 else _some_spots(draw, count)
    stood = []
    for body, (x, y) in zip(draw.bodies, spots, strict=True):
        pose = standing(body, draw.uniform(0, math.pi))
        stood.append(place(body, x=x, y=y, pose=pose))
    return stood, "none"


def _two_spots(draw: EventDraw) -> list[tuple[float, float]]:
    side, y = draw.side(), draw.uniform(-1, 4)
    if draw.rng.random() < 0.5:
        x = draw.uniform(-1.5, 1.5)
        apart = [along * draw.uniform(2.8, 4.6) for along in (side, -side)]
        return [(x + along, y + draw.uniform(0, 1)) for along in apart]
    x, lean = draw.uniform(-2.5, 2.5), draw.uniform(-1.8, 1.8)
    spots = [(x, draw.uniform(-2, 0)), (x + lean, draw.uniform(6, 8))]
    return spots[::side]


def _some_spots(draw: EventDraw, count: int) -> list[tuple[float, float]]:
    """Places in two staggered rows of three."""
    row = [(-5.2, 0.0), (0.0, -0.8), (5.2, 0.0), (-3.4, 7.5), (2.6, 8.0), (7.8, 7.5)]
    picked = draw.rng.permutation(len(row))[:count]
    return [
        (row[i][0] + draw.uniform(-0.6, 0.6), row[i][1] + draw.uniform(-0.8, 0.8)) for i in picked
    ]


@dataclass(frozen=True, kw_only=True)
class Event:
    """What can happen in a scene. Bodies that take no part are at rest in three places behind
    it."""

    act: Callable[[EventDraw], Placement]
    """Places the bodies that take part."""
    shapes: tuple[str, ...] = SHAPES
    """Shapes that can take part."""
    bodies: int = 1
    """The fewest bodies that take part."""
    max_bodies: int = 4
    """The most bodies in the scene."""
    behind: float = 11.2
    """y of the bystanders, metres."""
    spread: float = 4.6
    """Distance in x between bystanders, metres."""
    same_look: float = 0.0
    """Fraction of the scenes with several bodies in which all look the same."""


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


def place_bystanders(draw: EventDraw, event: Event) -> list[Body]:
    """Up to three bodies at rest behind the event."""
    if not draw.bodies:
        return []
    row, middle = event.behind, event.behind + 2.8
    spots = draw.rng.permutation([(-event.spread, row), (0.0, middle), (event.spread, row)])
    bodies = []
    for body, spot in zip(draw.bodies, spots, strict=False):
        pose = standing(body, draw.uniform(0, math.pi))
        x, y = (float(there) + draw.uniform(-0.4, 0.4) for there in spot)
        bodies.append(place(body, x=x, y=y, pose=pose))
    return bodies
