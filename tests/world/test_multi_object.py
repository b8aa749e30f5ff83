"""Several objects in one picture are detected, named and located."""

import dataclasses
from itertools import islice

import numpy as np
import pytest

from sorairo.exam.held_out_scenes import film
from sorairo.world.tabletop.dynamics.sampling import sample_scene
from sorairo.world.tabletop.dynamics.visibility import smallest_gap
from sorairo.world.tabletop.language.caption_plan import relation_of
from sorairo.world.tabletop.perception.multi_object import (
    detect_objects,
    floor_point,
    relation_between,
)
from sorairo.world.tabletop.scene import STILL_LIFES, Scene

WORLD = dataclasses.replace(STILL_LIFES, lights=("day",), sizes=("small",))


def scenes(count: int, bodies: int) -> list[Scene]:
    """Scenes of `bodies` bodies, well apart."""
    config = dataclasses.replace(WORLD, min_bodies=bodies, max_bodies=bodies)
    drawn = (sample_scene(np.random.default_rng(8_000_000 + i), config) for i in range(600))
    return list(islice((scene for scene in drawn if smallest_gap(scene.bodies) > 0.5), count))


@pytest.mark.parametrize("bodies", [1, 2, 3])
def test_objects_are_counted_and_named(bodies: int):
    counted, named = [], []
    for scene in scenes(16, bodies):
        found = detect_objects(film(scene, 1 / 12).frames[0])
        true = sorted((body.color, body.shape) for body in scene.bodies)
        counted.append(len(found) == bodies)
        named.append(sorted((thing.color, thing.shape) for thing in found) == true)
    assert np.mean(counted) >= 0.95
    assert np.mean(named) >= 0.8  # small ones behind, most of all


def test_relations_are_recognised():
    right = []
    for scene in scenes(30, 2):
        found = {thing.color: thing for thing in detect_objects(film(scene, 1 / 12).frames[0])}
        one, other = (found.get(body.color) for body in scene.bodies)
        if one and other and (relation := relation_of(scene)):
            right.append(relation_between(one, other) == relation)
    assert len(right) > 15
    assert np.mean(right) >= 0.95


def test_lower_pixels_show_nearer_points_of_the_floor():
    x, y = floor_point(0.5, 0.6)
    assert x == pytest.approx(0)
    nearer = floor_point(0.5, 0.9)[1]
    assert nearer < y
    assert floor_point(0.5, -0.2)[1] == float("inf")  # the sky, above the picture


def test_an_empty_floor_has_no_objects():
    scene = scenes(1, 1)[0]
    away = dataclasses.replace(scene.bodies[0], position=(0.0, -80.0, 2.1))
    empty = dataclasses.replace(scene, bodies=(away,))
    assert detect_objects(film(empty, 1 / 12).frames[0]) == []
