"""Things with names: pictures of objects as reliefs, round at the edges."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from PIL import Image
from scipy.ndimage import distance_transform_edt

from sorairo.world.filament.geometry import Geometry, smooth_normals
from sorairo.world.lifelike.assets.furniture import MODELS, furniture
from sorairo.world.lifelike.assets.packages import EMOJI, folder_of
from sorairo.world.lifelike.thing_names import NAMES

GRID = 56  # cells of a relief along each side of its picture
BULGE = 0.42  # depth at the middle of a relief, as a share of the distance to its edge


@dataclass(frozen=True, eq=False)
class Relief:
    """A thing's mesh and picture."""

    geometry: Geometry
    """Stands on z = 0, centred on the z axis, the picture towards -y; metres."""
    picture: np.ndarray
    """sRGB, uint8 [H, W, 3]."""


@cache
def relief(kind: str) -> Relief:
    """The relief of a thing of NAMES, or the model of furniture. Raises MissingExtraError."""
    thing = NAMES[kind]
    if kind in MODELS:
        piece = furniture(kind)
        return Relief(piece.geometry, piece.picture)
    path = folder_of(EMOJI) / f"{thing.code}.webp"
    with Image.open(path, formats=("WEBP",)) as image:
        pixels = np.asarray(image.convert("RGBA"))
    opaque = pixels[..., 3] > 127
    rows, columns = np.flatnonzero(opaque.any(1)), np.flatnonzero(opaque.any(0))
    pixels = pixels[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return Relief(_puffed(pixels[..., 3] > 127, thing.height), _filled(pixels))


def _filled(pixels: np.ndarray) -> np.ndarray:
    """The colours of a picture [H, W, 4], with those of the nearest opaque pixel where it is
    transparent."""
    opaque = pixels[..., 3] > 200
    nearest = np.asarray(
        distance_transform_edt(~opaque, return_distances=False, return_indices=True)
    )
    row, column = nearest
    return np.ascontiguousarray(pixels[row, column, :3])


def _puffed(opaque: np.ndarray, height: float) -> Geometry:
    """Two bulging halves over the opaque part of a picture."""
    tall, wide = opaque.shape
    scale = height / tall
    step = max(tall, wide) / GRID
    rows, columns = round(tall / step) + 1, round(wide / step) + 1
    y = np.clip(np.round(np.linspace(0, tall - 1, rows)).astype(int), 0, tall - 1)
    x = np.clip(np.round(np.linspace(0, wide - 1, columns)).astype(int), 0, wide - 1)
    padded = np.pad(opaque, 1)
    inside = np.asarray(distance_transform_edt(padded))[1:-1, 1:-1][np.ix_(y, x)]
    solid = inside > 0
    depth = BULGE * np.sqrt(inside * max(inside.max(), 1)) * scale
    column, row = np.meshgrid(x, y)
    flat = np.stack([(column - wide / 2) * scale, (tall - 1 - row) * scale], -1)
    front = np.stack([flat[..., 0], -depth, flat[..., 1]], -1).reshape(-1, 3)
    back = front * [1, -1, 1]
    uv = np.stack([(column + 0.5) / wide, (row + 0.5) / tall], -1).reshape(-1, 2)
    corner = (np.arange(rows - 1)[:, None] * columns + np.arange(columns - 1)).reshape(-1)
    cell = np.stack([corner, corner + columns, corner + columns + 1, corner + 1], 1)
    cell = cell[solid.reshape(-1)[cell].sum(1) >= 2]
    faces = np.concatenate([cell[:, [0, 1, 2]], cell[:, [0, 2, 3]]])
    count = len(front)
    faces = np.concatenate([faces, faces[:, ::-1] + count])
    positions = np.concatenate([front, back])
    used, renumbered = np.unique(faces, return_inverse=True)
    faces = renumbered.reshape(-1, 3)
    positions = positions[used]
    positions[:, 2] -= positions[:, 2].min()
    uv = np.concatenate([uv, uv])[used]
    return Geometry(positions, faces, smooth_normals(positions, faces), uv)
