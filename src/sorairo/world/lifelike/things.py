"""Things with names: pictures of objects as reliefs, round at the edges."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from PIL import Image
from scipy.ndimage import distance_transform_edt, gaussian_filter, map_coordinates
from scipy.sparse import dia_array, diags_array, eye_array, kronsum
from scipy.sparse.linalg import spsolve

from sorairo.packages import folder_of
from sorairo.world.filament.geometry import Geometry, smooth_normals
from sorairo.world.lifelike.assets.furniture import MODELS, furniture
from sorairo.world.lifelike.assets.packages import EMOJI
from sorairo.world.lifelike.thing_names import NAMES

CELLS = 64  # of a relief along the longer side of its picture
SOLVED = 110  # cells along the longer side when the thickness is worked out
MARGIN = 4  # texels around the opaque part of a picture


@dataclass(frozen=True, eq=False)
class Relief:
    """A thing's mesh and picture."""

    geometry: Geometry
    """Stands on z = 0, centred on the z axis, the picture towards -y; metres."""
    picture: np.ndarray
    """sRGB, uint8 [H, W, 3]."""


@dataclass(frozen=True, eq=False)
class Grid:
    """Points over a picture; those next to the outline lie on it."""

    x: np.ndarray
    """Metres, [R, C]."""
    z: np.ndarray
    """Metres above the lowest point, [R, C]."""
    depth: np.ndarray
    """Half the thickness of the relief, metres, [R, C]."""
    inside: np.ndarray
    """Whether a point is inside the outline, bool [R, C]."""
    outward: np.ndarray
    """Unit vectors that point away from the middle, in x and z, [R, C, 2]."""
    uv: np.ndarray
    """Texture coordinates, [R, C, 2]."""


@cache
def relief(kind: str) -> Relief:
    """The relief of a thing of NAMES, or the model of furniture. Raises MissingExtraError."""
    if kind in MODELS:
        piece = furniture(kind)
        return Relief(piece.geometry, piece.picture)
    pixels = cut_out(kind)
    thing = NAMES[kind]
    grid = grid_over(pixels[..., 3], thing.height, CELLS, thing.thickness)
    return Relief(closed(grid, -grid.depth, grid.depth, grid.inside), filled(pixels))


def cut_out(kind: str) -> np.ndarray:
    """The picture of a thing with a narrow margin, sRGB and opacity, uint8 [H, W, 4]."""
    path = folder_of(EMOJI) / f"{NAMES[kind].code}.webp"
    with Image.open(path, formats=("WEBP",)) as image:
        pixels = np.asarray(image.convert("RGBA"))
    opaque = pixels[..., 3] > 127
    rows, columns = np.flatnonzero(opaque.any(1)), np.flatnonzero(opaque.any(0))
    pixels = pixels[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return np.pad(pixels, ((MARGIN, MARGIN), (MARGIN, MARGIN), (0, 0)))


def filled(pixels: np.ndarray) -> np.ndarray:
    """The colours of a picture [H, W, 4], with those of the nearest opaque pixel where it is
    transparent."""
    opaque = pixels[..., 3] > 200
    nearest = np.asarray(
        distance_transform_edt(~opaque, return_distances=False, return_indices=True)
    )
    row, column = nearest
    return np.ascontiguousarray(pixels[row, column, :3])


def grid_over(opacity: np.ndarray, height: float, cells: int, thickness: float) -> Grid:
    """A grid over a picture whose opacity is uint8 [H, W]; `thickness` 1 makes a disc a ball."""
    tall, wide = opacity.shape
    opaque = opacity > 127
    inner = np.asarray(distance_transform_edt(opaque))
    signed = gaussian_filter(inner - np.asarray(distance_transform_edt(~opaque)), 1.2)
    step = max(tall, wide) / cells
    rows, columns = round(tall / step) + 1, round(wide / step) + 1
    column, row = np.meshgrid(np.linspace(0, wide - 1, columns), np.linspace(0, tall - 1, rows))
    along = [np.gradient(signed, axis=axis) for axis in (0, 1)]

    def at(field: np.ndarray) -> np.ndarray:
        return map_coordinates(field, [row, column], order=1, mode="nearest")

    distance = at(signed)
    inside = distance > 0
    near = np.abs(distance) < np.where(inside, 0.3, 1.5) * step
    down, right = at(along[0]), at(along[1])
    size = np.maximum(np.hypot(down, right), 0.3)
    shift = np.where(near, distance, 0) / size
    row, column = row - shift * down / size, column - shift * right / size
    scale = height / (tall - 2 * MARGIN)
    return Grid(
        x=(column - (wide - 1) / 2) * scale,
        z=(tall - 1 - MARGIN - row) * scale,
        depth=thickness * scale * np.where(near, 0, at(_inflated(signed))),
        inside=inside & ~near,
        outward=np.stack([-right, down], -1) / size[..., None],
        uv=np.stack([(column + 0.5) / wide, (row + 0.5) / tall], -1),
    )


def _inflated(signed: np.ndarray) -> np.ndarray:
    """Half the thickness of the round body over a shape, in texels, [H, W], from the signed
    distance to its outline: the square root of a solution of Poisson's equation, which is a half
    ball over a disc."""
    tall, wide = signed.shape
    step = max(tall, wide) / SOLVED
    rows, columns = round(tall / step), round(wide / step)
    row, column = np.meshgrid(
        np.linspace(0, tall - 1, rows), np.linspace(0, wide - 1, columns), indexing="ij"
    )
    inside = np.clip(map_coordinates(signed, [row, column], order=1) / step + 0.5, 0, 1)
    pull = diags_array((1 - inside.reshape(-1)) * 30)
    laplace = kronsum(_second_difference(columns), _second_difference(rows))
    squared = spsolve((laplace + pull).tocsc(), 4 * inside.reshape(-1)).reshape(rows, columns)
    places = np.meshgrid(
        np.linspace(0, rows - 1, tall), np.linspace(0, columns - 1, wide), indexing="ij"
    )
    return step * np.sqrt(np.clip(map_coordinates(squared, places, order=1), 0, None))


def _second_difference(count: int) -> dia_array:
    beside = np.ones(count - 1)
    matrix = 2 * eye_array(count) - diags_array(beside, offsets=1) - diags_array(beside, offsets=-1)
    return matrix.todia()


def closed(
    grid: Grid,
    front: np.ndarray,
    back: np.ndarray,
    inside: np.ndarray,
    front_uv: np.ndarray | None = None,
) -> Geometry:
    """The mesh between two surfaces.

    Args:
        grid: The points.
        front: y of the surface that faces the camera, metres, [R, C].
        back: y of the other.
        inside: Where there is something between them, bool [R, C]; around it they meet.
        front_uv: Texture coordinates of the front, if they are not those of the back, [R, C, 2].
    """
    rows, columns = inside.shape
    corner = (np.arange(rows - 1)[:, None] * columns + np.arange(columns - 1)).reshape(-1)
    cell = np.stack([corner, corner + columns, corner + columns + 1, corner + 1], 1)
    cell = cell[inside.reshape(-1)[cell].any(1)]
    sheet = np.concatenate([cell[:, [0, 1, 2]], cell[:, [0, 2, 3]]])
    count = rows * columns
    faces = np.concatenate([sheet, sheet[:, ::-1] + count])
    positions = np.concatenate(
        [np.stack([grid.x, y, grid.z], -1).reshape(-1, 3) for y in (front, back)]
    )
    normals = smooth_normals(positions, faces)
    rim = np.tile((~inside & (front >= back)).reshape(-1), 2)
    outward = np.tile(grid.outward.reshape(-1, 2), (2, 1))
    normals[rim] = np.stack([outward[:, 0], np.zeros(2 * count), outward[:, 1]], -1)[rim]
    uv = np.concatenate([(grid.uv if front_uv is None else front_uv), grid.uv]).reshape(-1, 2)
    used, renumbered = np.unique(faces, return_inverse=True)
    faces, positions = renumbered.reshape(-1, 3), positions[used]
    positions[:, 2] -= positions[:, 2].min()
    return Geometry(positions, faces, normals[used], uv[used])
