"""Meshes as values, and the shapes that scenes are built from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class Geometry:
    """A triangle mesh."""

    positions: np.ndarray
    """float [V, 3]."""
    faces: np.ndarray
    """Vertex indices, int [T, 3], counter-clockwise as seen from outside."""
    normals: np.ndarray
    """Unit vectors, float [V, 3]."""
    uv: np.ndarray
    """Texture coordinates, float [V, 2]; (0, 0) is the first texel of the first row."""


def about_z(angles: float | np.ndarray) -> np.ndarray:
    """Rotations about the vertical axis by angles [...] in radians, [..., 3, 3]."""
    cosine, sine, zero = np.cos(angles), np.sin(angles), np.zeros_like(angles, float)
    rows = (cosine, -sine, zero, sine, cosine, zero, zero, zero, zero + 1)
    return np.stack(rows, -1).reshape(*np.shape(angles), 3, 3)


def about_y(angles: float | np.ndarray) -> np.ndarray:
    """Rotations about the axis away from the camera by angles [...] in radians, [..., 3, 3]."""
    cosine, sine, zero = np.cos(angles), np.sin(angles), np.zeros_like(angles, float)
    rows = (cosine, zero, sine, zero, zero + 1, zero, -sine, zero, cosine)
    return np.stack(rows, -1).reshape(*np.shape(angles), 3, 3)


def smooth_normals(positions: np.ndarray, faces: np.ndarray) -> np.ndarray:
    """Unit normals of the vertices, the mean of those of their faces weighted by area, [V, 3]."""
    corners = positions[faces]
    across = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    flat = faces.reshape(-1)
    repeated = np.repeat(across, 3, axis=0)
    normals = np.stack(
        [np.bincount(flat, repeated[:, axis], len(positions)) for axis in range(3)], 1
    )
    return normals / np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)


def from_faces(positions: np.ndarray, faces: np.ndarray, uv: np.ndarray | None = None) -> Geometry:
    """A mesh with smooth normals."""
    if uv is None:
        uv = np.zeros((len(positions), 2))
    return Geometry(positions, faces, smooth_normals(positions, faces), uv)


def flat_shaded(geometry: Geometry) -> Geometry:
    """The mesh with vertices of their own for every face, so that its edges are sharp."""
    corners = geometry.faces.reshape(-1)
    faces = np.arange(len(corners)).reshape(-1, 3)
    return from_faces(geometry.positions[corners], faces, geometry.uv[corners])


def joined(parts: list[Geometry]) -> Geometry:
    """Several meshes as one."""
    offsets = np.cumsum([0, *(len(part.positions) for part in parts)])
    faces = [part.faces + offset for part, offset in zip(parts, offsets, strict=False)]
    return Geometry(
        np.concatenate([part.positions for part in parts]),
        np.concatenate(faces),
        np.concatenate([part.normals for part in parts]),
        np.concatenate([part.uv for part in parts]),
    )


def lifted(geometry: Geometry, height: float) -> Geometry:
    """The mesh moved up along z."""
    up = np.array([0.0, 0.0, height])
    return Geometry(geometry.positions + up, geometry.faces, geometry.normals, geometry.uv)


def box(size: tuple[float, float, float]) -> Geometry:
    """A box of the given full sizes, centred on the origin."""
    parts = []
    for axis in range(3):
        for sign in (-1.0, 1.0):
            normal = np.zeros(3)
            normal[axis] = sign
            first, second = np.roll(np.eye(3), axis, axis=1)[1:]
            first = first * sign
            corners = [
                normal + a * first + b * second for a, b in ((-1, -1), (1, -1), (1, 1), (-1, 1))
            ]
            positions = np.array(corners) * np.asarray(size) / 2
            uv = np.array([[0.0, 0], [1, 0], [1, 1], [0, 1]])
            faces = np.array([[0, 1, 2], [0, 2, 3]])
            parts.append(Geometry(positions, faces, np.tile(normal, (4, 1)), uv))
    return joined(parts)


def ball(radius: float, *, rings: int = 24) -> Geometry:
    """A sphere about the origin."""
    polar, around = np.linspace(0, np.pi, rings + 1), np.linspace(0, 2 * np.pi, 2 * rings + 1)
    theta, phi = np.meshgrid(polar, around, indexing="ij")
    sine = np.sin(theta)
    normals = np.stack([sine * np.cos(phi), sine * np.sin(phi), np.cos(theta)], -1)
    uv = np.stack([phi / (2 * np.pi), theta / np.pi], -1)
    return Geometry(
        normals.reshape(-1, 3) * radius,
        grid_faces(rings + 1, 2 * rings + 1),
        normals.reshape(-1, 3),
        uv.reshape(-1, 2),
    )


def grid_faces(rows: int, columns: int) -> np.ndarray:
    """The faces of a grid of vertices in rows, [2 (rows - 1)(columns - 1), 3]."""
    corner = (np.arange(rows - 1)[:, None] * columns + np.arange(columns - 1)).reshape(-1)
    below, right = corner + columns, corner + 1
    first = np.stack([corner, below, below + 1], 1)
    second = np.stack([corner, below + 1, right], 1)
    return np.concatenate([first, second])


def prism(outline: np.ndarray, depth: float) -> Geometry:
    """A convex polygon [N, 2] in the plane of x and z, counter-clockwise as seen from -y, extruded
    along y by `depth`; its edges are sharp."""
    count = len(outline)
    front = np.stack([outline[:, 0], np.full(count, -depth / 2), outline[:, 1]], 1)
    back = front + np.array([0, depth, 0])
    fan = np.stack([np.zeros(count - 2, int), np.arange(1, count - 1), np.arange(2, count)], 1)
    here, there = np.arange(count), (np.arange(count) + 1) % count
    sides = np.concatenate(
        [
            np.stack([here, here + count, there], 1),
            np.stack([there, here + count, there + count], 1),
        ]
    )
    positions = np.concatenate([front, back])
    uv = positions[:, [0, 2]]
    faces = np.concatenate([fan, fan[:, ::-1] + count, sides])
    return flat_shaded(Geometry(positions, faces, np.zeros_like(positions), uv))
