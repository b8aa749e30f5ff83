"""A canvas on an easel, and a brush, on a stage."""

from __future__ import annotations

import numpy as np

from sorairo.world.filament.geometry import Geometry, box, from_faces, grid_faces, joined
from sorairo.world.filament.stage import Material
from sorairo.world.lifelike.matter.painting import (
    ALONG,
    CANVAS,
    MIDDLE,
    OUT,
    UP,
    Canvas,
    on_canvas,
)
from sorairo.world.lifelike.props import textures
from sorairo.world.lifelike.props.prop import PropRoom

# Distance from the tip and radius along a brush, metres.
BRISTLES = ((0.0, 0.003), (0.012, 0.014), (0.04, 0.021), (0.07, 0.019))
FERRULE = ((0.07, 0.020), (0.115, 0.016))
HANDLE = ((0.115, 0.014), (0.16, 0.018), (0.24, 0.014), (0.40, 0.006), (0.405, 0.0))
AXES = np.stack([ALONG, -OUT, UP], 1)  # of the canvas, as a rotation


class Easel:
    """An easel with the canvas, the first thing: the stroke is on it."""

    def __init__(self, room: PropRoom) -> None:
        self._stage, self._share = room.stage, room.motion.truth["painted"]
        thing = room.scene.things[0]
        self._canvas = Canvas(room.motion.shape["path"], thing.color, room.scene.seed)
        wide, tall = CANVAS[0] / 2, CANVAS[1] / 2
        corners = np.array([[-wide, -tall], [wide, -tall], [wide, tall], [-wide, tall]])
        front = Geometry(
            on_canvas(corners) + 0.012 * OUT,
            np.array([[0, 1, 2], [0, 2, 3]]),
            np.tile(OUT, (4, 1)),
            np.array([[0.0, 1], [1, 1], [1, 0], [0, 0]]),
        )
        linen = Material(texture=self._canvas.at(0.0), roughness=0.7)
        self._front = room.stage.add(front, linen, name=room.number(0))
        edge = room.stage.add(box((CANVAS[0], 0.022, CANVAS[1])), Material(color=(0.7, 0.68, 0.6)))
        room.stage.pose(edge, MIDDLE, AXES)
        wood = Material(texture=textures.wood(np.random.default_rng(1), dark=0.8), roughness=0.6)
        room.stage.add(_legs(), wood)

    def show(self, frame: int) -> None:
        """The canvas in one frame."""
        self._stage.repaint(self._front, self._canvas.at(float(self._share[frame])))


class Brush:
    """The brush that paints."""

    def __init__(self, room: PropRoom) -> None:
        self._stage, self._tips = room.stage, room.motion.truth["brush"]
        paint = Material(color=room.color(0), roughness=0.35)
        metal = Material(color=(0.7, 0.66, 0.55), roughness=0.3, metallic=0.9)
        handle = Material(color=(0.24, 0.06, 0.025), roughness=0.25)
        self._handles = [
            room.stage.add(_turned(BRISTLES), paint),
            room.stage.add(_turned(FERRULE), metal),
            room.stage.add(_turned(HANDLE), handle),
        ]
        away = OUT + 0.45 * ALONG - 0.55 * UP
        away /= np.linalg.norm(away)
        side = np.cross(away, ALONG)
        side /= np.linalg.norm(side)
        self._turn = np.stack([np.cross(side, away), side, away], 1)

    def show(self, frame: int) -> None:
        """The brush in one frame."""
        for handle in self._handles:
            self._stage.pose(handle, self._tips[frame] + 0.013 * OUT, self._turn)


def _turned(outline: tuple[tuple[float, float], ...]) -> Geometry:
    """The surface of revolution about the z axis with radii at heights."""
    height, radius = np.array(outline).T
    angle = np.linspace(0, 2 * np.pi, 19)
    x, y = radius[:, None] * np.cos(angle), radius[:, None] * np.sin(angle)
    points = np.stack([x, y, np.broadcast_to(height[:, None], x.shape)], -1).reshape(-1, 3)
    return from_faces(points, grid_faces(len(height), len(angle))[:, ::-1])


def _legs() -> Geometry:
    """Two legs in front, one behind, and the ledge under the canvas."""
    lower = np.asarray(MIDDLE) - CANVAS[1] / 2 * UP
    upper = np.asarray(MIDDLE) + (CANVAS[1] / 2 + 0.12) * UP - 0.03 * OUT
    parts = [
        _beam(upper + side * 0.06 * ALONG, [side * 0.42, lower[1] - 0.16, 0.0]) for side in (-1, 1)
    ]
    parts.append(_beam(upper, [0.0, upper[1] + 0.55, 0.0]))
    ledge = lower - 0.03 * UP + 0.01 * OUT
    parts.append(_beam(ledge - CANVAS[0] / 2 * ALONG, ledge + CANVAS[0] / 2 * ALONG))
    return joined(parts)


def _beam(start: np.ndarray, end: np.ndarray | list[float]) -> Geometry:
    """A square beam between two points."""
    span = np.asarray(end, float) - start
    length = float(np.linalg.norm(span))
    away = span / length
    side = np.cross(away, [0.0, 1.0, 0.0])
    side /= np.linalg.norm(side)
    turn = np.stack([side, np.cross(away, side), away], 1)
    shape = box((0.035, 0.035, length))
    middle = np.asarray(start) + span / 2
    return Geometry(
        shape.positions @ turn.T + middle, shape.faces, shape.normals @ turn.T, shape.uv
    )
