"""A brush paints a stroke on a canvas: paint appears where the brush is, and stays."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter1d

from sorairo.world.lifelike.grounds import to_srgb
from sorairo.world.lifelike.matter.motion import MatterMotion, resting
from sorairo.world.lifelike.people.appearance.looks import CLOTHES_COLORS
from sorairo.world.lifelike.scene import Scene

CANVAS = (0.9, 0.72)  # width and height, metres
MIDDLE = (0.0, 0.0, 1.12)  # of the canvas, metres
LEAN = np.radians(11.0)
TEXELS = 400  # a metre
STROKES = ("circle", "wavy line", "zigzag", "spiral", "straight line")
WIDTH = 0.042  # of a stroke, metres
LIFTED = 0.14  # metres between the brush and the canvas before and after
POINTS = 400  # of a path
ALONG = np.array([1.0, 0.0, 0.0])
UP = np.array([0.0, np.sin(LEAN), np.cos(LEAN)])
OUT = np.array([0.0, -np.cos(LEAN), np.sin(LEAN)])


def paint(scene: Scene, times: np.ndarray, rng: np.random.Generator) -> MatterMotion:
    """The first thing, a stroke, is painted; its colour is that of the paint."""
    path = stroke_path(scene.things[0].kind, rng)
    length = float(max(times[-1], 1.0))
    begins, ends = float(rng.uniform(0.1, 0.2)) * length, float(rng.uniform(0.75, 0.9)) * length
    share = np.clip((times - begins) / (ends - begins), 0, 1)
    share = share + 0.02 * np.sin(2 * np.pi * share * 2) * (1 - share)  # hands are not even
    share = np.maximum.accumulate(np.clip(share, 0, 1))
    away = np.clip(begins - times, 0, None) + np.clip(times - ends, 0, None)
    height = LIFTED * np.minimum(away / 0.35, 1) ** 1.5
    place = np.stack([np.interp(share, np.linspace(0, 1, POINTS), axis) for axis in path.T], -1)
    tips = on_canvas(place) + height[:, None] * OUT
    positions, rotations = resting(len(times), 1)
    positions[:, 0] = tips
    touching = (times >= begins) & (times <= ends)
    return MatterMotion(
        positions=positions,
        rotations=rotations,
        contacts=touching,
        broken=np.zeros(len(times), bool),
        happened_at=begins,
        truth={"painted": share, "brush": tips},
        shape={"path": path},
    )


def on_canvas(place: np.ndarray) -> np.ndarray:
    """Points on the canvas [..., 2], metres from its middle, in the world [..., 3]."""
    return np.asarray(MIDDLE) + place[..., :1] * ALONG + place[..., 1:] * UP


def stroke_path(kind: str, rng: np.random.Generator) -> np.ndarray:
    """Points of a stroke of STROKES on the canvas, metres from its middle, evenly spaced,
    [POINTS, 2]."""
    t = np.linspace(0, 1, 2000)
    wide = float(rng.uniform(0.26, 0.33))
    if kind == "circle":
        angle = 2 * np.pi * 1.02 * t + float(rng.uniform(0, 2 * np.pi))
        found = 0.7 * wide * np.stack([np.cos(angle), np.sin(angle)], -1)
    elif kind == "spiral":
        angle = 2 * np.pi * 2.4 * t
        found = (0.03 + 0.75 * wide * t)[:, None] * np.stack([np.cos(angle), np.sin(angle)], -1)
    else:
        x = wide * (2 * t - 1)
        y = {
            "wavy line": 0.11 * np.sin(2 * np.pi * 2.5 * t),
            "zigzag": 0.26 * np.abs((t * 3.5 + 0.25) % 1 - 0.5) * 2 - 0.13,
            "straight line": 0 * t,
        }[kind]
        found = np.stack([x, y], -1)
        turn = float(rng.normal(0, 0.12))
        found = found @ np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    found = found + rng.normal(0, 0.02, 2)
    walked = np.concatenate([[0], np.linalg.norm(np.diff(found, axis=0), axis=1).cumsum()])
    even = np.linspace(0, walked[-1], POINTS)
    return np.stack([np.interp(even, walked, axis) for axis in found.T], -1)


class Canvas:
    """The picture on a canvas, as it grows."""

    def __init__(self, path: np.ndarray, color: str, seed: int) -> None:
        self._path, self._done = path, 0
        self._color = np.asarray(CLOTHES_COLORS[color])
        rng = np.random.default_rng(seed)
        shape = round(CANVAS[1] * TEXELS), round(CANVAS[0] * TEXELS)
        weave = 0.02 * rng.standard_normal(shape)
        self._linen = np.array([0.80, 0.78, 0.72]) * (1 + weave)[..., None]
        self._bristles = gaussian_filter1d(rng.standard_normal(64), 1.2)
        self._cover, self._tone = np.zeros(shape), np.ones(shape)
        row, column = np.indices(shape)
        self._x = (column + 0.5) / TEXELS - CANVAS[0] / 2
        self._y = CANVAS[1] / 2 - (row + 0.5) / TEXELS

    def at(self, share: float) -> np.ndarray:
        """The picture when a share of the stroke is painted, sRGB, uint8 [H, W, 3]; the share
        only grows."""
        goal = round(share * (POINTS - 1))
        for point in range(self._done, goal):
            self._dab(point)
        self._done = max(goal, self._done)
        paint = self._color * self._tone[..., None]
        cover = self._cover[..., None]
        return to_srgb(self._linen * (1 - cover) + paint * cover)

    def _dab(self, point: int) -> None:
        """The paint between two points of the path."""
        start, end = self._path[point], self._path[point + 1]
        reach = WIDTH / 2 + 0.004
        low, high = np.minimum(start, end) - reach, np.maximum(start, end) + reach
        height, width = self._cover.shape
        left = max(int((low[0] + CANVAS[0] / 2) * TEXELS), 0)
        right = min(int((high[0] + CANVAS[0] / 2) * TEXELS) + 1, width)
        top = max(int((CANVAS[1] / 2 - high[1]) * TEXELS), 0)
        bottom = min(int((CANVAS[1] / 2 - low[1]) * TEXELS) + 1, height)
        part = np.s_[top:bottom, left:right]
        x, y = self._x[part] - start[0], self._y[part] - start[1]
        ahead = (end - start) / max(np.linalg.norm(end - start), 1e-9)
        along = np.clip(x * ahead[0] + y * ahead[1], 0, np.linalg.norm(end - start))
        across = x * -ahead[1] + y * ahead[0]
        distance = np.hypot(x - along * ahead[0], y - along * ahead[1])
        number = np.clip((across / WIDTH + 0.5) * 63, 0, 63).astype(int)
        streak = self._bristles[number]
        ragged = WIDTH / 2 * (1 + 0.06 * streak)
        cover = np.clip((ragged - distance) * TEXELS / 1.5 + 0.5, 0, 1)
        dry = 0.25 * np.clip(point / POINTS - 0.6, 0, 1) * np.clip(streak, 0, 2)
        fresh = cover * (1 - dry)
        new = fresh > 0.3
        tone = 1 + 0.16 * streak - 0.12 * np.clip(2 * distance / WIDTH, 0, 1) ** 4
        self._tone[part] = np.where(new, tone, self._tone[part])
        self._cover[part] = np.maximum(self._cover[part], fresh)
