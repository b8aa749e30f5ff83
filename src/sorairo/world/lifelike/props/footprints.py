"""Footprints of people in sand and snow: each appears when the foot is put down, and stays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import zoom

from sorairo.world.filament.geometry import Geometry, from_faces, grid_faces, smooth_normals
from sorairo.world.filament.stage import Material, Stage
from sorairo.world.lifelike.grounds import COLORS, WETTER, roughness_of, to_srgb
from sorairo.world.lifelike.people import gaits as g
from sorairo.world.lifelike.scene import SOFT_GROUNDS
from sorairo.world.lifelike.simulate import Rollout

CELL = 0.028  # metres
MARGIN = 0.7  # of the patch around the footprints, metres
LIFT = 0.002  # of the patch above the ground, metres
DEPTH = 0.045  # of a footprint, metres
STILL = 0.5  # m/s: a foot that is slower stands
LOW = 0.06  # metres above its lowest place: a foot that is higher does not stand
SOLE = (0.145, 0.055)  # half the length and width of a print, metres, of someone 1.7 m tall
FINENESS = 2  # texels for each cell
DARKENING = 0.45  # of the ground at the bottom of a print: it is damp and in the shade


@dataclass(frozen=True, kw_only=True)
class Footprint:
    """A print."""

    frame: int
    """The first frame that shows it."""
    place: tuple[float, float]
    """Its middle, metres."""
    toward: tuple[float, float]
    """A unit vector from its heel to its toes."""
    size: float
    """1: of someone 1.7 m tall."""


def footprints(rollout: Rollout) -> list[Footprint]:
    """All prints of a rollout on soft ground, in their order; none on hard ground."""
    if rollout.scene.ground not in SOFT_GROUNDS:
        return []
    found = []
    for person in range(rollout.joints.shape[1]):
        joints = rollout.joints[:, person]
        size = float(np.percentile(joints[:, g.ROOT, 2], 90)) / 0.95
        for ankle, toes in ((g.RIGHT_ANKLE, g.RIGHT_TOES), (g.LEFT_ANKLE, g.LEFT_TOES)):
            found += _prints_of(joints[:, ankle], joints[:, toes], rollout.fps, size)
    return sorted(found, key=lambda footprint: footprint.frame)


def _prints_of(ankle: np.ndarray, toes: np.ndarray, fps: float, size: float) -> list[Footprint]:
    """Those of one foot, from its joints [F, 3]."""
    speed = np.linalg.norm(np.gradient(toes[:, :2], axis=0), axis=1) * fps if len(toes) > 1 else 0.0
    stands = (speed < STILL) & (toes[:, 2] < toes[:, 2].min() + LOW)
    begins = np.flatnonzero(stands & ~np.concatenate([[False], stands[:-1]]))
    prints: list[Footprint] = []
    for frame in begins:
        end = frame + 1
        while end < len(stands) and stands[end]:
            end += 1
        along = (toes - ankle)[frame:end, :2].mean(0)
        along /= max(float(np.linalg.norm(along)), 1e-9)
        x, y = toes[frame:end, :2].mean(0) - 0.35 * SOLE[0] * size * along
        if prints and np.hypot(prints[-1].place[0] - x, prints[-1].place[1] - y) < 0.08:
            continue  # the foot has only turned
        prints.append(
            Footprint(
                frame=int(frame),
                place=(float(x), float(y)),
                toward=(float(along[0]), float(along[1])),
                size=size,
            )
        )
    return prints


class PrintedGround:
    """A patch of ground with footprints."""

    def __init__(self, prints: list[Footprint], ground: str, *, wet: bool = False) -> None:
        """`prints` are those of a rollout, at least one; `ground` is a key of `grounds.COLORS`."""
        self._prints = prints
        self.roughness = roughness_of(ground, wet=wet)
        # area: what the patch covers, the lowest and highest x and y, metres, [2, 2].
        places = np.array([footprint.place for footprint in prints])
        low, high = places.min(0) - MARGIN, places.max(0) + MARGIN
        x, y = (np.arange(low[axis], high[axis] + CELL, CELL) for axis in (0, 1))
        self._x, self._y = np.meshgrid(x, y)
        edge = np.minimum(
            np.minimum(self._x - x[0], x[-1] - self._x), np.minimum(self._y - y[0], y[-1] - self._y)
        )
        self._level = np.where(edge < CELL / 2, -LIFT, LIFT)
        self.area = np.array([[x[1], y[1]], [x[-2], y[-2]]])
        self._faces = grid_faces(len(y), len(x))[:, ::-1]
        self._pressed, self._count = np.zeros_like(self._x), 0
        rows, columns = np.indices(self._x.shape)
        uv = np.stack([columns / (len(x) - 1), rows / (len(y) - 1)], -1).reshape(-1, 2)
        self.geometry: Geometry = from_faces(self._positions(), self._faces, uv)
        fine = (np.linspace(axis[0], axis[-1], FINENESS * len(axis)) for axis in (x, y))
        self._bare = COLORS[ground](*np.meshgrid(*fine)) * (WETTER if wet else 1.0)

    def picture(self) -> np.ndarray:
        """The texture of the patch as it is, sRGB, uint8 [H, W, 3]."""
        depth = -np.asarray(zoom(self._pressed, FINENESS, order=1))
        share = np.clip(depth / DEPTH, 0, 1)
        return to_srgb(self._bare * (1 - DARKENING * share[..., None]))

    def shaped(self, frame: int) -> tuple[np.ndarray, np.ndarray] | None:
        """Positions and normals of the patch as in a frame; None: as it was when last asked.
        Frames are asked for in their order."""
        due = sum(footprint.frame <= frame for footprint in self._prints)
        if due <= self._count:
            return None
        for footprint in self._prints[self._count : due]:
            self._press(footprint)
        self._count = due
        positions = self._positions()
        return positions, smooth_normals(positions, self._faces)

    def _press(self, footprint: Footprint) -> None:
        ahead = np.array(footprint.toward)
        x, y = self._x - footprint.place[0], self._y - footprint.place[1]
        along = (x * ahead[0] + y * ahead[1]) / (SOLE[0] * footprint.size)
        across = (x * -ahead[1] + y * ahead[0]) / (SOLE[1] * footprint.size)
        waist = 1 - 0.22 * np.exp(-(((along + 0.15) / 0.3) ** 2))  # narrower under the arch
        out = np.sqrt(np.abs(along) ** 2.6 + np.abs(across / waist) ** 2.6)
        hole = -DEPTH * np.clip((1.15 - out) / 0.3, 0, 1) * (1 + 0.25 * along)
        rim = 0.3 * DEPTH * np.exp(-(((out - 1.4) / 0.22) ** 2))
        inside = out < 1.15
        self._pressed = np.where(inside, np.minimum(self._pressed, hole), self._pressed + rim)

    def _positions(self) -> np.ndarray:
        return np.stack([self._x, self._y, self._level + self._pressed], -1).reshape(-1, 3)


class Footprints:
    """The footprints of a rollout on a stage."""

    def __init__(self, stage: Stage, ground: PrintedGround) -> None:
        self._stage, self._ground = stage, ground
        material = Material(texture=self._ground.picture(), roughness=self._ground.roughness)
        self._handle = stage.add(self._ground.geometry, material)

    def show(self, frame: int) -> None:
        """Those that have been made by a frame."""
        shaped = self._ground.shaped(frame)
        if shaped is not None:
            self._stage.reshape(self._handle, *shaped)
            self._stage.repaint(self._handle, self._ground.picture())
