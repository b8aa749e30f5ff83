"""Throwing one body up again and again: a hand that is not seen waits until the body has come to
rest, and throws it once more. All of its choices follow from the scene.
"""

# pyright: reportAttributeAccessIssue=false
# (MuJoCo's bindings are compiled and have no stubs.)

from __future__ import annotations

import math

import numpy as np

from sorairo.world.tabletop.bindings import mujoco
from sorairo.world.tabletop.dynamics.placement import GRAVITY
from sorairo.world.tabletop.scene import Scene

LOWEST, HIGHEST = 2.5, 4.5  # metres that a throw rises
PAUSE = 0.15  # seconds at rest before each throw
AT_REST = 0.4  # m/s up or down; at the top of its flight a body is that slow for 0.08 s only
# A body comes down this much aslant (radians), as hands throw; and MuJoCo's contact of a cylinder
# that stands all but upright on a plane is now and then metres off. LIFT (metres) frees it of that.
ASLANT, LIFT = 0.07, 0.01
GOLDEN = (math.sqrt(5) - 1) / 2  # multiples of it, modulo one, never repeat and never bunch


def speed_to(height: float) -> float:
    """Upward speed of a throw that rises this far, m/s."""
    return math.sqrt(2 * GRAVITY * height)


def height_of_throw(scene: Scene, number: int) -> float:
    """How far throw 0, 1, 2, ... rises, metres. The first body's velocity is that of throw 0."""
    first = scene.bodies[0].velocity[2] ** 2 / (2 * GRAVITY)
    share = (first - LOWEST) / (HIGHEST - LOWEST)
    return LOWEST + (HIGHEST - LOWEST) * ((share + number * GOLDEN) % 1)


class Thrower:
    """Throws the first body of a scene. Each throw is aimed at where the body was at first, and
    turns it so that it comes down on the side it stood on."""

    def __init__(self, scene: Scene, data: mujoco.MjData) -> None:
        self._scene = scene
        self._joint = data.joint("body0")
        self._home = np.array(scene.bodies[0].position[:2])
        self._up = self._rotation().T[:, 2].copy()  # in the body's own axes
        self._rests_since: float | None = 0.0
        self._throws = 0

    def look(self, now: float) -> None:
        """Called every few steps, `now` in seconds: throws, if it is time to."""
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
        way = 2 * math.pi * GOLDEN * self._throws
        aslant = ASLANT * np.array([math.cos(way), math.sin(way), 0.0])
        spin = (self._righting(rotation) + aslant) / flight + self._scene.bodies[0].spin
        self._joint.qpos[2] += LIFT
        self._joint.qvel[:] = [*along, upward, *(rotation.T @ spin)]  # spin in the body's own axes
        self._throws += 1

    def _righting(self, rotation: np.ndarray) -> np.ndarray:
        """The turn (axis times radians, world axes) that brings what was up at first up again."""
        tilted = rotation @ self._up
        axis = np.cross(tilted, [0.0, 0.0, 1.0])
        sine = float(np.linalg.norm(axis))
        return axis / max(sine, 1e-9) * math.atan2(sine, tilted[2])

    def _rotation(self) -> np.ndarray:
        """From the body's axes to the world's, [3, 3]."""
        matrix = np.empty(9)
        mujoco.mju_quat2Mat(matrix, self._joint.qpos[3:7])
        return matrix.reshape(3, 3)
