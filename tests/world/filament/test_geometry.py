"""Meshes: closed, with normals that point outwards."""

from __future__ import annotations

import numpy as np
import pytest

from sorairo.world.filament.geometry import (
    Geometry,
    ball,
    box,
    from_faces,
    grid_faces,
    joined,
    prism,
)

SQUARE = np.array([[-1.0, -1], [1, -1], [1, 1], [-1, 1]])


def volume(geometry: Geometry) -> float:
    """The volume inside a closed mesh, positive where its faces look outwards."""
    corners = geometry.positions[geometry.faces]
    return float(np.einsum("ij,ij->", corners[:, 0], np.cross(corners[:, 1], corners[:, 2])) / 6)


@pytest.mark.parametrize(
    ("geometry", "inside"),
    [
        (box((1.0, 2.0, 3.0)), 6.0),
        (ball(1.0, rings=64), 4 / 3 * np.pi),
        (prism(SQUARE, 0.5), 2.0),
        (joined([box((1.0, 1.0, 1.0)), box((1.0, 1.0, 2.0))]), 3.0),
    ],
)
def test_faces_look_outwards(geometry: Geometry, inside: float):
    assert volume(geometry) == pytest.approx(inside, rel=3e-3)


@pytest.mark.parametrize("geometry", [box((1.0, 2.0, 3.0)), ball(2.0), prism(SQUARE, 0.5)])
def test_normals_are_unit_vectors_that_point_outwards(geometry: Geometry):
    assert np.linalg.norm(geometry.normals, axis=1) == pytest.approx(1)
    assert ((geometry.normals * geometry.positions).sum(1) > 0).all()


def test_a_flat_grid_has_one_normal():
    x, y = np.meshgrid(np.arange(4.0), np.arange(3.0))
    positions = np.stack([x, y, 0 * x], -1).reshape(-1, 3)
    geometry = from_faces(positions, grid_faces(3, 4)[:, ::-1])
    assert geometry.normals == pytest.approx(np.tile([0.0, 0, 1], (12, 1)))
