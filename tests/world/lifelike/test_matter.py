"""Cause and effect in matter keep to physics."""

from __future__ import annotations

import numpy as np
import pytest

from sorairo.world.lifelike.matter import cloth
from sorairo.world.lifelike.matter.cloth_shape import ClothShape
from sorairo.world.lifelike.matter.motion import MatterMotion
from sorairo.world.lifelike.sampling import sample_scene
from sorairo.world.lifelike.scene import Scene, SceneConfig, Thing
from sorairo.world.lifelike.simulate import Rollout, simulate


def rollout(event: str, seed: int, *, seconds: float = 4.0, fps: float = 12.0) -> Rollout:
    scene = sample_scene(np.random.default_rng(seed), SceneConfig(events=(event,)))
    return simulate(scene, seconds=seconds, fps=fps)


def motion(
    event: str, *things: Thing, seconds: float = 4.0, fps: float = 12.0, seed: int = 0
) -> MatterMotion:
    scene = Scene(place="studio", ground="tiles", event=event, things=things, seed=seed)
    run = simulate(scene, seconds=seconds, fps=fps)
    assert run.matter is not None
    return run.matter


@pytest.fixture(scope="module")
def draped() -> MatterMotion:
    return motion("drape", Thing(kind="cloth", color="red"), Thing(kind="ball", color="blue"))


def test_a_cloth_falls_more_slowly_than_a_stone_and_touches_the_ball_first(draped: MatterMotion):
    vertices = draped.truth["cloth"]
    begun = int(draped.contacts.argmax())
    assert begun > 0
    fallen = vertices[0, :, 2].mean() - vertices[begun - 1, :, 2].mean()
    assert 0 < fallen < 9.81 * ((begun - 1) / 12) ** 2 / 2
    assert vertices[begun, :, 2].min() > 0.1  # nothing is on the ground yet


def test_a_draped_cloth_lies_on_the_ball_and_is_not_stretched(draped: MatterMotion):
    vertices = draped.truth["cloth"]
    last = vertices[-1].reshape(cloth.GRID, cloth.GRID, 3)
    first = vertices[0].reshape(cloth.GRID, cloth.GRID, 3)
    middle = [0, 0, cloth.BALL_RADIUS]
    assert np.linalg.norm(last - middle, axis=-1).min() > cloth.BALL_RADIUS - 0.005
    assert last[..., 2].max() == pytest.approx(2 * cloth.BALL_RADIUS + cloth.RADIUS, abs=0.01)
    assert 0 <= last[..., 2].min() < 2 * cloth.RADIUS
    lengths = [np.linalg.norm(np.diff(grid, axis=0), axis=-1) for grid in (first, last)]
    assert np.abs(lengths[1] / lengths[0] - 1).max() < 0.1
    assert np.linalg.norm(vertices[-1] - vertices[-2], axis=-1).max() < 0.02  # it has come to rest


def test_the_drawn_cloth_goes_through_the_simulated_vertices(draped: MatterMotion):
    shape = ClothShape()
    positions, normals = shape.at(draped.truth["cloth"][-1])
    nearest = [
        np.linalg.norm(positions - vertex, axis=1).min() for vertex in draped.truth["cloth"][-1]
    ]
    assert max(nearest) < 0.01
    assert np.linalg.norm(normals, axis=1) == pytest.approx(1, abs=1e-6)
