"""Furniture: models of Sweet Home 3D (CC0), read from Wavefront OBJ files.

All materials of a model share one picture, a row of squares: a square of a material's colour, or
its image.
"""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from functools import cache

import numpy as np
from PIL import Image

from sorairo.packages import folder_of
from sorairo.world.filament.geometry import Geometry, flat_shaded, smooth_normals
from sorairo.world.lifelike.assets.packages import FURNITURE

SQUARE = 64  # texels of a material
_ARCHIVE, _ROOT = "BlendSwap-CC-0.sh3f", "blendswap-cc-0"


@dataclass(frozen=True, kw_only=True)
class Model:
    """One piece of furniture."""

    folder: str
    """Of its files in the archive."""
    size: tuple[float, float, float]
    """Width, depth and height, metres."""
    seat: float = 0.0
    """The height of its seat, metres; 0: not for sitting."""
    seat_front: float = 0.0
    """From its middle to the front edge of the seat, metres."""
    turned: bool = False
    """Whether its front is at +z in the file, as Sweet Home 3D has it, or turned about."""


# The sizes are those of the catalogue; seats were measured on the models.
MODELS: dict[str, Model] = {
    "chair": Model(folder="chair2", size=(0.403, 0.489, 0.868), seat=0.44, seat_front=0.2),
    "bench": Model(folder="bench", size=(1.701, 0.459, 0.508), seat=0.45, seat_front=0.2),
    "armchair": Model(folder="armchair2", size=(0.953, 0.833, 0.783), seat=0.40, seat_front=0.38),
    "stool": Model(folder="stool2", size=(0.361, 0.361, 0.6), seat=0.6, seat_front=0.15),
    "table": Model(folder="table", size=(1.9, 0.9, 0.739)),
    "sofa": Model(folder="couch2", size=(2.3, 1.0, 0.866)),
    "bookcase": Model(folder="bookcase", size=(0.919, 0.365, 1.472)),
    "barrel": Model(folder="barrel", size=(0.815, 0.815, 0.897)),
    "crate": Model(folder="crate", size=(0.6, 0.589, 0.594)),
}


@dataclass(frozen=True, eq=False)
class Furniture:
    """A mesh and its picture."""

    geometry: Geometry
    """Stands on z = 0, centred on the z axis, the front towards -y; metres."""
    picture: np.ndarray
    """sRGB, uint8 [SQUARE, materials * SQUARE, 3]."""


@cache
def furniture(kind: str) -> Furniture:
    """A piece of furniture of MODELS. Raises MissingExtraError."""
    model = MODELS[kind]
    with zipfile.ZipFile(folder_of(FURNITURE) / _ARCHIVE) as archive:
        path = f"{_ROOT}/{model.folder}/{model.folder}"
        shape = _read_obj(archive.read(f"{path}.obj").decode("latin-1"))
        materials = _read_mtl(archive.read(f"{path}.mtl").decode("latin-1"))
        names = sorted(set(shape.materials))
        squares = []
        for name in names:
            color, image = materials.get(name, ((0.6, 0.6, 0.6), ""))
            content = archive.read(f"{_ROOT}/{model.folder}/{image}") if image else b""
            squares.append(_square(color, content))
    return Furniture(_standing(shape, names, model), np.concatenate(squares, 1))


@dataclass(frozen=True, eq=False)
class _Triangles:
    corners: np.ndarray  # metres, [T, 3, 3]
    uv: np.ndarray  # [T, 3, 2]
    materials: list[str]  # [T]


def _read_obj(text: str) -> _Triangles:
    points: list[list[float]] = []
    places: list[list[float]] = []
    corners, uv, materials, material = [], [], [], ""
    for line in text.splitlines():
        words = line.split()
        if not words:
            continue
        if words[0] == "v":
            points.append([float(word) for word in words[1:4]])
        elif words[0] == "vt":
            places.append([float(word) for word in words[1:3]])
        elif words[0] == "usemtl":
            material = words[1]
        elif words[0] == "f":
            found = [_corner(word, points, places) for word in words[1:]]
            for second in range(1, len(found) - 1):
                triangle = (found[0], found[second], found[second + 1])
                corners.append([point for point, _ in triangle])
                uv.append([place for _, place in triangle])
                materials.append(material)
    return _Triangles(np.array(corners, float), np.array(uv, float), materials)


def _corner(
    word: str, points: list[list[float]], places: list[list[float]]
) -> tuple[list[float], list[float]]:
    """The point and the texture coordinates of "7/3/2", "7//2" or "7"; negative numbers count from
    the end."""
    numbers = [int(part) if part else 0 for part in word.split("/")]
    point = points[numbers[0] - 1 if numbers[0] > 0 else numbers[0]]
    if len(numbers) < 2 or numbers[1] == 0 or not places:
        return point, [0.5, 0.5]
    return point, places[numbers[1] - 1 if numbers[1] > 0 else numbers[1]]


def _read_mtl(text: str) -> dict[str, tuple[tuple[float, ...], str]]:
    """The colour and the image file of each material."""
    found: dict[str, tuple[tuple[float, ...], str]] = {}
    name = ""
    for line in text.splitlines():
        words = line.split()
        if len(words) < 2:
            continue
        if words[0] == "newmtl":
            name = words[1]
            found[name] = ((0.6, 0.6, 0.6), "")
        elif words[0] == "Kd":
            found[name] = (tuple(float(word) for word in words[1:4]), found[name][1])
        elif words[0] == "map_Kd":
            found[name] = (found[name][0], words[-1])
    return found


def _square(color: tuple[float, ...], image: bytes) -> np.ndarray:
    if not image:
        return np.full((SQUARE, SQUARE, 3), np.round(255 * np.clip(color, 0, 1)), np.uint8)
    with Image.open(io.BytesIO(image), formats=("JPEG", "PNG", "GIF")) as opened:
        small = opened.convert("RGB").resize((SQUARE, SQUARE), Image.Resampling.LANCZOS)
    return np.asarray(small)


def _standing(shape: _Triangles, names: list[str], model: Model) -> Geometry:
    """The mesh in our axes and the model's size, its texture coordinates inside the squares."""
    x, y, z = shape.corners.reshape(-1, 3).T
    sign = -1.0 if model.turned else 1.0
    points = np.stack([sign * x, -sign * z, y], -1)
    low, high = points.min(0), points.max(0)
    points -= [(low[0] + high[0]) / 2, (low[1] + high[1]) / 2, low[2]]
    points *= np.asarray(model.size) / (high - low)
    inside = np.clip(shape.uv.reshape(-1, 2) % 1.0, 0.03, 0.97)
    square = np.repeat([names.index(name) for name in shape.materials], 3)
    uv = np.stack([(square + inside[:, 0]) / len(names), 1 - inside[:, 1]], -1)
    faces = np.arange(len(points)).reshape(-1, 3)
    flat = flat_shaded(Geometry(points, faces, np.zeros_like(points), uv))
    return Geometry(flat.positions, faces, _creased(points, faces), uv)


def _creased(points: np.ndarray, faces: np.ndarray, angle: float = 40.0) -> np.ndarray:
    """Normals that are smooth over edges of less than an angle in degrees, [V, 3]."""
    own = smooth_normals(points, faces)
    _, shared = np.unique(np.round(points, 4), axis=0, return_inverse=True)
    shared = shared.reshape(-1)
    count = int(shared.max()) + 1
    mean = np.stack([np.bincount(shared, own[:, axis], count) for axis in range(3)], 1)
    mean /= np.maximum(np.linalg.norm(mean, axis=1, keepdims=True), 1e-9)
    near = (mean[shared] * own).sum(1) > np.cos(np.radians(angle))
    return np.where(near[:, None], mean[shared], own)
