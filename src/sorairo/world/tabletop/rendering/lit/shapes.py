"""The meshes of bodies and props, with rounded edges that catch the light."""

from __future__ import annotations

import numpy as np

from sorairo.world.filament.geometry import Geometry, grid_faces, joined

AROUND = 48  # sides of a circle
BEND = 6  # steps of a quarter circle
BEVEL = 0.06  # radius of an edge, as a fraction of the shortest half side


def lathe(profile: np.ndarray, normals: np.ndarray, *, around: int = AROUND) -> Geometry:
    """A profile turned about the z axis.

    Args:
        profile: (distance from the axis, height) from the top down, [N, 2].
        normals: Outward normals of the profile, [N, 2].
        around: Sides of a circle.
    """
    angle = np.linspace(0, 2 * np.pi, around + 1)
    along = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(profile, axis=0), axis=1))])

    def turned(pairs: np.ndarray) -> np.ndarray:
        out, up = pairs[:, :1], np.broadcast_to(pairs[:, 1:], (len(pairs), len(angle)))
        return np.stack([out * np.cos(angle), out * np.sin(angle), up], -1).reshape(-1, 3)

    length = max(float(along[-1]), 1e-9)
    u, v = np.meshgrid(angle / (2 * np.pi), along / length)
    uv = np.stack([u, v], -1).reshape(-1, 2)
    return Geometry(turned(profile), grid_faces(len(profile), len(angle)), turned(normals), uv)


def _arc(center: tuple[float, float], radius: float, start: float, end: float) -> tuple:
    """Points and normals of an arc; angles in quarter turns from the axis upwards."""
    steps = max(2, round(2 * BEND * abs(end - start)))
    angle = np.linspace(start, end, steps + 1) * np.pi / 2
    normals = np.stack([np.cos(angle), np.sin(angle)], 1)
    return np.asarray(center) + radius * normals, normals


def _joined_profile(*parts: tuple[np.ndarray, np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    points, normals = zip(*parts, strict=True)
    return np.concatenate(points), np.concatenate(normals)


def sphere(radius: float) -> Geometry:
    """A sphere about the origin."""
    return lathe(*_arc((0, 0), radius, 1, -1))


def capsule(radius: float, half_length: float) -> Geometry:
    """A cylinder along z, of 2 `half_length`, with half spheres on its ends."""
    top, bottom = (0, half_length), (0, -half_length)
    return lathe(*_joined_profile(_arc(top, radius, 1, 0), _arc(bottom, radius, 0, -1)))


def cylinder(radius: float, half_height: float, *, around: int = AROUND) -> Geometry:
    """A cylinder along z with rounded edges."""
    edge = BEVEL * min(radius, half_height)
    inner, upper = radius - edge, half_height - edge
    lids = [
        (np.array([[0.0, height]]), np.array([[0.0, np.sign(height)]]))
        for height in (half_height, -half_height)
    ]
    rounded = _arc((inner, upper), edge, 1, 0), _arc((inner, -upper), edge, 0, -1)
    return lathe(*_joined_profile(lids[0], *rounded, lids[1]), around=around)


def box(half_sides: tuple[float, float, float]) -> Geometry:
    """A box about the origin with rounded edges."""
    half = np.asarray(half_sides, float)
    edge = BEVEL * half.min()
    rounding = 1 - np.cos(np.linspace(0, np.pi / 2, BEND))  # fine at the edge
    parts = []
    for axis in range(3):
        first, second = (axis + 1) % 3, (axis + 2) % 3
        steps = [
            np.concatenate([-half[a] + edge * rounding, half[a] - edge * rounding[::-1]])
            for a in (first, second)
        ]
        a, b = (each.reshape(-1) for each in np.meshgrid(*steps, indexing="ij"))
        for sign in (-1.0, 1.0):
            outer = np.empty((len(a), 3))
            outer[:, axis], outer[:, first], outer[:, second] = sign * half[axis], a, b
            inner = np.clip(outer, edge - half, half - edge)
            normals = outer - inner
            normals /= np.linalg.norm(normals, axis=1, keepdims=True)
            faces = grid_faces(len(steps[0]), len(steps[1]))
            uv = np.stack([outer[:, first], outer[:, second]], 1) / (2 * half.max()) + 0.5
            turned = faces[:, ::-1] if sign < 0 else faces
            parts.append(Geometry(inner + edge * normals, turned, normals, uv))
    return joined(parts)


def disc(radius: float, thickness: float, tile: float) -> Geometry:
    """A round slab whose upper face is at z = 0, with a texture that repeats every `tile`."""
    slab = cylinder(radius, thickness / 2, around=4 * AROUND)
    positions = slab.positions - [0, 0, thickness / 2]
    return Geometry(positions, slab.faces, slab.normals, positions[:, :2] / tile + 0.5)
