"""Small classifiers of pixels, silhouettes and floors, fitted to renders.

Their weights are in fitted/LOOK/classifiers.json, written by
`python -m sorairo.world.tabletop.fitting.fit_observer`. Pictures are scaled to one working size.
LOOK is what draws the pictures, one of `scene.LOOKS`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import Any

import numpy as np
from PIL import Image
from scipy import ndimage

WORKING_SIDE = 96  # pixels of the shorter side of a picture
BINS = 64  # of a colour channel in the lookup table of pixels
PATCH = 12  # a silhouette is sampled at PATCH x PATCH points


@dataclass(frozen=True, kw_only=True, eq=False)
class Net:
    """A classifier with one hidden layer: softmax(tanh((x - mean) / scale @ w1 + b1) @ w2 + b2)."""

    classes: tuple[str, ...]
    mean: np.ndarray
    scale: np.ndarray
    w1: np.ndarray
    b1: np.ndarray
    w2: np.ndarray
    b2: np.ndarray

    def __call__(self, features: np.ndarray) -> np.ndarray:
        """Features [..., n] -> probabilities [..., classes]."""
        hidden = np.tanh((features - self.mean) / self.scale @ self.w1 + self.b1)
        return softmax(hidden @ self.w2 + self.b2)

    def to_json(self) -> dict[str, object]:
        record: dict[str, object] = {"classes": list(self.classes)}
        for name in ("mean", "scale", "w1", "b1", "w2", "b2"):
            record[name] = _rounded(getattr(self, name).tolist())
        return record

    @classmethod
    def from_json(cls, record: dict) -> Net:
        arrays = {k: np.asarray(v, np.float32) for k, v in record.items() if k != "classes"}
        return cls(classes=tuple(record["classes"]), **arrays)


def softmax(logits: np.ndarray) -> np.ndarray:
    powers = np.exp(logits - logits.max(-1, keepdims=True))
    return powers / powers.sum(-1, keepdims=True)


def _rounded(values: object) -> object:
    if isinstance(values, list):
        return [_rounded(value) for value in values]
    return float(f"{values:.4g}")


@dataclass(frozen=True, kw_only=True)
class Classifiers:
    """The classifiers of an observer."""

    color: Net
    """Pixels (`pixel_features`), as "background" or a colour."""
    shape: Net
    """Silhouettes (`silhouette_features`)."""
    floor: Net
    """Pictures (`floor_features`)."""


@cache
def shipped_classifiers(look: str = "classic") -> Classifiers:
    """The classifiers of classifiers.json."""
    record = fitted(look, "classifiers")
    return Classifiers(**{name: Net.from_json(net) for name, net in record.items()})


def fitted(look: str, name: str) -> dict[str, Any]:
    """A record of weights fitted to pictures of a look."""
    folder = resources.files("sorairo.world.tabletop.perception").joinpath("fitted")
    return json.loads(folder.joinpath(look, f"{name}.json").read_text())


def working_size(frames: np.ndarray) -> np.ndarray:
    """uint8 [F, H, W, 3] scaled so that the shorter side has WORKING_SIDE pixels."""
    height, width = frames.shape[1:3]
    scale = WORKING_SIDE / min(height, width)
    if scale == 1:
        return frames
    size = (round(width * scale), round(height * scale))
    scaled = [Image.fromarray(f).resize(size, Image.Resampling.LANCZOS) for f in frames]
    return np.stack([np.asarray(picture) for picture in scaled])


def pixel_features(pixels: np.ndarray) -> np.ndarray:
    """uint8 [..., 3] -> float32 [..., 6]: brightness, contrast of channels, and chromaticity."""
    rgb = pixels.astype(np.float32) / 255
    total = rgb.sum(-1) + 0.1
    red, green, blue = (rgb[..., i] / total for i in range(3))
    spread = rgb.max(-1) - rgb.min(-1)
    return np.stack([total, spread, spread / total, red, green, blue], axis=-1)


def sort_pixels(frames: np.ndarray, net: Net) -> tuple[np.ndarray, np.ndarray]:
    """Probability that a pixel is on an object, float32 [F, H, W], and the most probable colour.

    Colours are numbered in the order of `net.classes` without "background". Channels are looked up
    at BINS values, as finely as noise allows: a hundred times faster than running the net.
    """
    table, colors = _lookup(net)
    index = frames // np.uint8(256 // BINS)
    index = (index[..., 0].astype(np.int32) * BINS + index[..., 1]) * BINS + index[..., 2]
    return table[index], colors[index]


@lru_cache(maxsize=4)
def _lookup(net: Net) -> tuple[np.ndarray, np.ndarray]:
    width = 256 // BINS
    values = np.arange(BINS, dtype=np.uint8) * width + width // 2
    cube = np.stack(np.meshgrid(values, values, values, indexing="ij"), axis=-1).reshape(-1, 3)
    chances = net(pixel_features(cube))
    background = net.classes.index("background")
    colors = np.delete(chances, background, axis=1).argmax(1).astype(np.uint8)
    return (1 - chances[:, background]).astype(np.float32), colors


def silhouette_features(frame: np.ndarray, presence: np.ndarray, blob: np.ndarray) -> np.ndarray:
    """A blob's outline, shading, aspect ratio and fill, float32 [2 * PATCH ** 2 + 2].

    frame uint8 [H, W, 3]; presence float [H, W], probability of an object; blob bool [H, W].
    """
    rows, columns = np.nonzero(blob)
    height, width = np.ptp(rows) + 1, np.ptp(columns) + 1
    side = 1.15 * max(height, width)
    cells = (np.arange(PATCH) + 0.5) / PATCH * side - side / 2 - 0.5
    y = (rows.min() + rows.max() + 1) / 2 + cells
    x = (columns.min() + columns.max() + 1) / 2 + cells
    grid = np.meshgrid(y, x, indexing="ij")
    near = ndimage.binary_dilation(blob, iterations=2)
    light = frame.max(-1).astype(np.float32)
    light = light / max(float(np.median(light[blob])), 1.0) - 1
    outline = ndimage.map_coordinates(presence * near, grid, order=1)
    shading = ndimage.map_coordinates(light, grid, order=1, mode="nearest")
    shape = [np.log(width / height), len(rows) / (width * height)]
    patch = [outline.ravel(), (np.clip(shading, -1, 1) * outline).ravel(), shape]
    return np.concatenate(patch).astype(np.float32)


def floor_features(frames: np.ndarray, presence: np.ndarray) -> np.ndarray:
    """Means and deviations of the colours in the lower third outside objects, float32 [6]."""
    start = frames.shape[1] * 2 // 3
    free = frames[:, start:][presence[:, start:] < 0.5].astype(np.float32) / 255
    if len(free) == 0:
        return np.zeros(6, np.float32)
    return np.concatenate([free.mean(0), free.std(0)])
