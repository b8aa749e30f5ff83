"""Meshes (PMD) and animations (PSA) of Pyrogenesis, the engine of 0 A.D.

Its axes are left-handed with y up; everything here is right-handed with z up: y and z are
exchanged, which mirrors nothing. Animals look along y. Numbers are little-endian.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np

MESH_MAGIC, ANIMATION_MAGIC = b"PSMD", b"PSSA"
NO_BONE = 0xFF
STATE = np.dtype([("place", "<f4", 3), ("turn", "<f4", 4)])  # of a bone; a quaternion x y z w


class FormatError(ValueError):
    """The file is not what its name says."""


@dataclass(frozen=True, eq=False)
class Bones:
    """Where bones are, relative to the animal: at rest [B, ...] or over time [F, B, ...]."""

    places: np.ndarray
    """Float [..., B, 3]."""
    turns: np.ndarray
    """Rotation matrices, float [..., B, 3, 3]."""


@dataclass(frozen=True, eq=False)
class Point:
    """A place on a mesh where a part, such as a pair of antlers, is attached."""

    bone: int
    """The bone that carries it; -1: the animal as a whole."""
    place: np.ndarray
    """Relative to the bone, float [3]."""
    turn: np.ndarray
    """Relative to the bone, a rotation matrix [3, 3]."""


@dataclass(frozen=True, eq=False)
class MeshFile:
    """A mesh with bones."""

    positions: np.ndarray
    """Float [V, 3]."""
    normals: np.ndarray
    """Unit vectors, float [V, 3]."""
    uv: np.ndarray
    """Texture coordinates with v upwards, float [V, 2]."""
    faces: np.ndarray
    """Vertex indices, int [T, 3], counter-clockwise as seen from outside."""
    bones: np.ndarray
    """The bones that move a vertex, int [V, 4]; B stands for the animal as a whole."""
    weights: np.ndarray
    """Their weights, float [V, 4], which add up to 1."""
    rest: Bones
    """The bones at rest."""
    points: dict[str, Point]
    """Where parts are attached, by name."""


@dataclass(frozen=True, eq=False)
class Animation:
    """Bones over time."""

    bones: Bones
    """[F, B, ...]."""
    interval: float
    """Seconds from frame to frame."""

    @property
    def seconds(self) -> float:
        """The length; the first frame follows the last."""
        return len(self.bones.places) * self.interval


class _Reader:
    def __init__(self, data: bytes, magic: bytes) -> None:
        if data[:4] != magic:
            raise FormatError(f"Expected {magic.decode()} at the start, found {data[:4]!r}.")
        self._data, self._at = data, 4

    def number(self, kind: str = "I") -> float:
        (value,) = struct.unpack_from(f"<{kind}", self._data, self._at)
        self._at += struct.calcsize(kind)
        return value

    def count(self) -> int:
        return int(self.number("I"))

    def text(self) -> str:
        length = self.count()
        self._at += length
        return self._data[self._at - length : self._at].decode("utf-8", "replace")

    def array(self, kind: np.dtype, count: int) -> np.ndarray:
        size = kind.itemsize * count
        found = np.frombuffer(self._data[self._at : self._at + size], kind)
        self._at += size
        return found


def read_mesh(data: bytes) -> MeshFile:
    """A mesh from a PMD file of version 3 or 4. Raises FormatError."""
    try:
        return _read_mesh(_Reader(data, MESH_MAGIC))
    except (struct.error, ValueError, IndexError) as error:
        raise error if isinstance(error, FormatError) else FormatError(str(error)) from error


def _read_mesh(reader: _Reader) -> MeshFile:
    version = reader.count()
    if version not in (3, 4):
        raise FormatError(f"Meshes of version {version} are not read, only 3 and 4.")
    reader.count()  # bytes that follow
    count = reader.count()
    layers = reader.count() if version >= 4 else 1
    kind = np.dtype(
        [
            ("place", "<f4", 3),
            ("normal", "<f4", 3),
            ("uv", "<f4", (layers, 2)),
            ("bones", "u1", 4),
            ("weights", "<f4", 4),
        ]
    )
    vertices = reader.array(kind, count)
    faces = reader.array(np.dtype(("<u2", (3,))), reader.count()).astype(int)
    rest = _bones(reader.array(STATE, reader.count()))
    points = {}
    for _ in range(reader.count()):
        name = reader.text()
        state = reader.array(STATE, 1)
        bone = int(reader.number("B"))
        place = _bones(state)
        bone = -1 if bone == NO_BONE or bone >= len(rest.places) else bone
        points[name] = Point(bone, place.places[0], place.turns[0])
    bones, weights = _influences(vertices["bones"], vertices["weights"], len(rest.places))
    positions, normals = _upright(vertices["place"]), _upright(vertices["normal"])
    lengths = np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-9)
    return MeshFile(
        positions=positions,
        normals=normals / lengths,
        uv=vertices["uv"][:, 0].astype(float),
        faces=faces,
        bones=bones,
        weights=weights,
        rest=rest,
        points=points,
    )


def read_animation(data: bytes) -> Animation:
    """An animation from a PSA file of version 1. Raises FormatError."""
    try:
        reader = _Reader(data, ANIMATION_MAGIC)
        version = reader.count()
        if version != 1:
            raise FormatError(f"Animations of version {version} are not read, only 1.")
        reader.count()  # bytes that follow
        reader.text()
        interval = reader.number("f") / 1000
        bones, frames = reader.count(), reader.count()
        states = reader.array(STATE, bones * frames).reshape(frames, bones)
    except (struct.error, ValueError) as error:
        raise error if isinstance(error, FormatError) else FormatError(str(error)) from error
    return Animation(_bones(states), interval)


def _upright(vectors: np.ndarray) -> np.ndarray:
    return vectors[..., [0, 2, 1]].astype(float)


def _bones(states: np.ndarray) -> Bones:
    """Bones from their states in the file's axes."""
    turn = states["turn"].astype(float)
    x, z, y = (-turn[..., axis] for axis in range(3))
    w = turn[..., 3]
    turns = np.empty((*w.shape, 3, 3))
    turns[..., 0, :] = np.stack(
        [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)], -1
    )
    turns[..., 1, :] = np.stack(
        [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)], -1
    )
    turns[..., 2, :] = np.stack(
        [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)], -1
    )
    return Bones(_upright(states["place"]), turns)


def _influences(
    bones: np.ndarray, weights: np.ndarray, count: int
) -> tuple[np.ndarray, np.ndarray]:
    """Bones and weights of the vertices, where what no bone moves belongs to the whole."""
    missing = (bones == NO_BONE) | (bones > count)
    numbers = np.where(missing, count, bones).astype(int)
    portions = np.where(missing, 0.0, weights).astype(float)
    total = portions.sum(1)
    portions[total <= 0, 0] = 1.0
    return numbers, portions / np.maximum(portions.sum(1, keepdims=True), 1e-9)
