"""Throws one body up again each time it has come to rest. The throws follow from the scene."""

# pyright: reportAttributeAccessIssue=false
# (MuJoCo's bindings are compiled and have no stubs.)

from __future__ import annotations

import math

import numpy as np

from sorairo.world.bindings import mujoco
from sorairo.world.tabletop.dynamics.placement import GRAVITY
from sorairo.world.tabletop.scene import Scene

LOWEST, HIGHEST = 2.5, 4.5  # metres that a throw rises
PAUSE = 0.15  # seconds at rest before each throw
AT_REST = 0.4  # m/s up or down; at the top of a throw a body is this slow for only 0.08 s
# A body lands tilted by TILT (radians). LIFT (metres) separates it from the floor before a throw:
# MuJoCo's contact of a nearly upright cylinder with a plane is sometimes metres off.
TILT, LIFT = 0.07, 0.01
GOLDEN = (math.sqrt(5) - 1) / 2  # its multiples, modulo one, are spread evenly


def speed_to(height: float) -> float:
    """Upward speed of a throw that rises this far, m/s."""
    return math.sqrt(2 * GRAVITY * height)


def height_of_throw(scene: Scene, number: int) -> float:
    """How far throw 0, 1, 2, ... rises, metres. The first body's velocity is that of throw 0."""
    first = scene.bodies[0].velocity[2] ** 2 / (2 * GRAVITY)
    fraction = (first - LOWEST) / (HIGHEST - LOWEST)
    return LOWEST + (HIGHEST - LOWEST) * ((fraction + number * GOLDEN) % 1)


class Thrower:
    """Throws the first body of a scene. Each throw aims at the body's first position and turns it
    so that it lands on the side that it first stood on."""

    def __init__(self, scene: Scene, data: mujoco.MjData) -> None:
        self._scene = scene
        self._joint = data.joint("body0")
        self._home = np.array(scene.bodies[0].position[:2])
        self._up = self._rotation().T[:, 2].copy()  # in the body's own axes
        self._rests_since: float | None = 0.0
        self._throws = 0

    def update(self, now: float) -> None:
        """Throws the body if it has rested long enough. To be called every few steps, with the time
        in seconds."""
        if abs(self._joint.qvel[2]) >= AT_REST:
            self._rests_since = None
        elif self._rests_since is None:
            self._rests_since = now
        elif now - self._rests_since >= PAUSE:
            self._throw()
            self._rests_since = None

    def _throw(self) -> None:
        upward = speed_to(height_of_throw(self._scene, self._throws))
        flight = 2 * upward / GRAVITY
        along = (self._home - self._joint.qpos[:2]) / flight
        rotation = self._rotation()
        direction = 2 * math.pi * GOLDEN * self._throws
        tilt = TILT * np.array([math.cos(direction), math.sin(direction), 0.0])
        spin = (self._to_upright(rotation) + tilt) / flight + self._scene.bodies[0].spin
        self._joint.qpos[2] += LIFT
        self._joint.qvel[:] = [*along, upward, *(rotation.T @ spin)]  # spin in the body's own axes
        self._throws += 1

    def _to_upright(self, rotation: np.ndarray) -> np.ndarray:
        """The rotation (axis times radians, world axes) that brings the first upper side up."""
        tilted = rotation @ self._up
        axis = np.cross(tilted, [0.0, 0.0, 1.0])
        sine = float(np.linalg.norm(axis))
        return axis / max(sine, 1e-9) * math.atan2(sine, tilted[2])

    def _rotation(self) -> np.ndarray:
        """From the body's axes to the world's, [3, 3]."""
        matrix = np.empty(9)
        mujoco.mju_quat2Mat(matrix, self._joint.qpos[3:7])
        return matrix.reshape(3, 3)
