"""Vessels, which are hollow and round, and the pieces that they break into."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sorairo.world.filament.geometry import Geometry, flat_shaded, from_faces, grid_faces

AROUND, UP = 72, 30  # cells of a vessel's surface
THICKNESS = 0.010  # metres
PIECES = 30
# Height and outer radius of points of the outline from the foot up, metres.
OUTLINES: dict[str, tuple[tuple[float, float], ...]] = {
    "vase": (
        *((0.0, 0.055), (0.03, 0.065), (0.09, 0.095), (0.15, 0.105), (0.21, 0.085)),
        *((0.26, 0.052), (0.30, 0.044), (0.335, 0.062)),
    ),
    "bucket": ((0.0, 0.085), (0.06, 0.095), (0.15, 0.11), (0.235, 0.124), (0.25, 0.13)),
}


@dataclass(frozen=True, eq=False)
class Piece:
    """A part of the wall of a vessel, or all of it."""

    geometry: Geometry
    """About `middle`, metres; its broken edges are sharp."""
    middle: np.ndarray
    """Where it belongs in the whole vessel, [3]."""
    hull: np.ndarray
    """Points whose convex hull stands for it in contacts, about `middle`, [N, 3]."""


def _outline(kind: str) -> tuple[np.ndarray, np.ndarray]:
    """Heights and radii [UP + 1] of the outer wall, between the points by a smooth curve."""
    points = np.array(OUTLINES[kind])
    height = np.linspace(0, points[-1, 0], UP + 1)
    coarse = np.linspace(0, points[-1, 0], 200)
    radius = np.interp(coarse, points[:, 0], points[:, 1])
    kernel = np.hanning(31)
    smooth = np.convolve(np.pad(radius, 15, mode="edge"), kernel / kernel.sum(), "valid")
    return height, np.interp(height, coarse, smooth)


def _walls(kind: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Outer and inner points [V, 3] of the wall and the foot, and the triangles of each."""
    height, radius = _outline(kind)
    foot = np.linspace(0.0, 1.0, 5)[:-1] * radius[0]
    radius, height = np.concatenate([foot, radius]), np.concatenate([0 * foot, height])
    angle = np.linspace(0, 2 * np.pi, AROUND + 1)

    def turned(r: np.ndarray, z: np.ndarray) -> np.ndarray:
        x, y = r[:, None] * np.cos(angle), r[:, None] * np.sin(angle)
        return np.stack([x, y, np.broadcast_to(z[:, None], x.shape)], -1).reshape(-1, 3)

    slope = np.gradient(np.stack([radius, height]), axis=1)
    slope /= np.maximum(np.hypot(*slope), 1e-9)
    inner_radius = np.maximum(radius - THICKNESS * slope[1], 0)
    inner_height = height + THICKNESS * np.maximum(slope[0], 0)
    return (
        turned(radius, height),
        turned(inner_radius, inner_height),
        grid_faces(len(radius), AROUND + 1)[:, ::-1],
    )


def whole(kind: str) -> Piece:
    """A vessel in one piece; its middle is that of its points."""
    outer, inner, faces = _walls(kind)
    return _piece(outer, inner, faces, smooth=True)


def pieces(kind: str, rng: np.random.Generator) -> list[Piece]:
    """A vessel in at most PIECES pieces: the parts of its wall nearest to points on it."""
    outer, inner, faces = _walls(kind)
    centres = outer[faces].mean(1)
    seeds = centres[rng.choice(len(centres), PIECES, replace=False)]
    rough = centres + rng.normal(0, 0.004, centres.shape)
    owner = np.linalg.norm(rough[:, None] - seeds, axis=2).argmin(1)
    return [
        _piece(outer, inner, faces[owner == number], smooth=False)
        for number in range(PIECES)
        if np.count_nonzero(owner == number) >= 4
    ]


def _piece(outer: np.ndarray, inner: np.ndarray, faces: np.ndarray, *, smooth: bool) -> Piece:
    """The part of a wall with some of its triangles, closed along their edges."""
    used, renumbered = np.unique(faces, return_inverse=True)
    sheet = renumbered.reshape(-1, 3)
    outside, inside = outer[used], inner[used]
    middle = (outside.mean(0) + inside.mean(0)) / 2
    count = len(used)
    shell = np.concatenate([outside, inside]) - middle
    both = np.concatenate([sheet, sheet[:, ::-1] + count])
    edges = np.concatenate([sheet[:, [0, 1]], sheet[:, [1, 2]], sheet[:, [2, 0]]])
    code = np.sort(edges, axis=1) @ [count, 1]
    _, first, repeats = np.unique(code, return_index=True, return_counts=True)
    rim = edges[first[repeats == 1]]
    start, end = rim[:, 0], rim[:, 1]
    sides = np.concatenate(
        [
            np.stack([start, start + count, end], 1),
            np.stack([end, start + count, end + count], 1),
        ]
    )
    skin = from_faces(shell, both)
    broken = flat_shaded(Geometry(shell, sides, np.zeros_like(shell), np.zeros((2 * count, 2))))
    offset = len(skin.positions)
    mesh = Geometry(
        np.concatenate([skin.positions, broken.positions]),
        np.concatenate([skin.faces, broken.faces + offset]),
        np.concatenate([skin.normals, broken.normals]),
        np.concatenate([np.full((offset, 2), 0.25), np.full((len(broken.uv), 2), 0.75)]),
    )
    hull = shell[:count] if smooth else shell
    return Piece(mesh, middle, hull)
