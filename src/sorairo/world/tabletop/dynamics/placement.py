"""Positions, orientations and velocities of bodies: the geometry that events share."""

from __future__ import annotations

import dataclasses
import math

import numpy as np

from sorairo.world.tabletop.dynamics.mjcf import BEHAVIOUR, GRIP, half_spans
from sorairo.world.tabletop.scene import SIZES, Body

GRAVITY = 9.81  # m/s^2, downwards
UPRIGHT = (1.0, 0.0, 0.0, 0.0)
Quaternion = tuple[float, float, float, float]


def axis_rotation(axis: tuple[float, float, float], angle: float) -> Quaternion:
    """Rotation about an axis of any length, radians."""
    x, y, z = (math.sin(angle / 2) * c / math.hypot(*axis) for c in axis)
    return (math.cos(angle / 2), x, y, z)


def multiply(p: Quaternion, q: Quaternion) -> Quaternion:
    """The rotation by q, then by p."""
    a, b = np.asarray(p), np.asarray(q)
    w = a[0] * b[0] - a[1:] @ b[1:]
    x, y, z = a[0] * b[1:] + b[0] * a[1:] + np.cross(a[1:], b[1:])
    return (float(w), float(x), float(y), float(z))


def lying(yaw: float) -> Quaternion:
    """The orientation of a body on its side, its axis turned by `yaw` away from the camera."""
    return multiply(axis_rotation((0, 0, 1), yaw), axis_rotation((1, 0, 0), math.pi / 2))


def standing(body: Body, yaw: float) -> Quaternion:
    """An orientation at rest on the floor that shows the shape; `yaw` is from 0 to pi."""
    if (
        body.shape == "capsule"
    ):  # upright it would fall over, and seen along its axis it looks like a sphere
        return lying(0.6 + yaw * (math.pi - 1.2) / math.pi)
    return axis_rotation((0, 0, 1), yaw)


def place(body: Body, *, x: float, y: float = 0.0, above: float = 0.0, pose: Quaternion) -> Body:
    """The body at (x, y) in an orientation, its lowest point `above` the floor."""
    body = dataclasses.replace(body, quaternion=pose)
    return dataclasses.replace(body, position=(x, y, float(half_spans(body)[2]) + above))


def heading_of(direction: float) -> str:
    """The heading of a direction along x."""
    return "right" if direction > 0 else "left"


def deceleration(body: Body, *, rolls: bool) -> float:
    """Deceleration on the floor of a body that slides, or rolls without slipping, m/s^2.

    Sliding: mu g. Rolling: the force f at the contact and the torque t of the rolling resistance
    share one friction cone, (f / mu N)^2 + (t / arm N)^2 = 1; f = m a, t = (1 + I / m r^2) r m a.
    """
    material = BEHAVIOUR[body.material]
    if not rolls:
        return material.sliding * GRAVITY
    radius = float(half_spans(body)[2])
    inertia = 0.4 if body.shape == "sphere" else 0.5
    arm = material.rolling * SIZES[body.size]
    return GRAVITY / math.hypot(1 / GRIP, (1 + inertia) * radius / arm)


def launch(
    body: Body, *, direction: tuple[float, float], distance: float, rolls: bool = False
) -> Body:
    """The body moving along (x, y), at a speed with which it comes to rest after `distance`.

    If it `rolls`, its spin matches its velocity.
    """
    speed = math.sqrt(2 * deceleration(body, rolls=rolls) * distance)
    vx, vy = (speed * c / math.hypot(*direction) for c in direction)
    spin = (0.0, 0.0, 0.0)
    if rolls:
        radius = float(half_spans(body)[2])
        spin = (-vy / radius, vx / radius, 0.0)
    return dataclasses.replace(body, velocity=(vx, vy, 0.0), spin=spin)
