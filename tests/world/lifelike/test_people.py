"""People: gaits repeat, feet stay on the ground, and clothes cover what they should."""

from __future__ import annotations

import numpy as np
import pytest

from sorairo.world.lifelike.assets import bodies
from sorairo.world.lifelike.people import gaits as g
from sorairo.world.lifelike.people.dressing import dress
from sorairo.world.lifelike.people.gaits import gaits
from sorairo.world.lifelike.people.retargeting import retarget
from sorairo.world.lifelike.sampling import sample_person, sample_scene
from sorairo.world.lifelike.scene import SceneConfig
from sorairo.world.lifelike.simulate import simulate

NUMBER = bodies.key("woman", "young", "average", 1)


def test_a_gait_repeats_without_a_jump():
    for gait in gaits():
        steps = np.linalg.norm(np.diff(gait.joints, axis=0), axis=-1).max()
        seam = np.linalg.norm(gait.joints[0] - gait.joints[-1], axis=-1).max()
        assert seam < 1.5 * steps
        assert 0.5 < gait.speed < 2.5


def test_a_walker_s_feet_reach_the_ground_and_do_not_sink():
    gait = gaits()[2]
    pose = retarget(gait.at(np.linspace(0, 1, 24)), bodies.body(NUMBER), bodies.rig())
    names = list(bodies.rig().names)
    toes = pose.heads[:, [names.index("LeftToeBase"), names.index("RightToeBase")], 2]
    assert toes.min() > -0.03
    assert (toes.min(1) < 0.12).all()


def test_bones_keep_their_lengths_and_rotations_are_rotations():
    pose = retarget(gaits()[0].joints[:8], bodies.body(NUMBER), bodies.rig())
    rest = bodies.body(NUMBER).heads
    for bone, parent in enumerate(bodies.rig().parents):
        if parent >= 0:
            length = np.linalg.norm(rest[bone] - rest[parent])
            found = np.linalg.norm(pose.heads[:, bone] - pose.heads[:, parent], axis=-1)
            assert found == pytest.approx(length, abs=1e-4)
    product = pose.rotations @ np.swapaxes(pose.rotations, -1, -2)
    assert product == pytest.approx(np.broadcast_to(np.eye(3), product.shape), abs=1e-6)


@pytest.mark.parametrize("seed", range(4))
def test_people_wear_what_they_should(seed: int):
    person = sample_person(np.random.default_rng(seed))
    parts = dress(person)
    for part in parts:
        assert np.isfinite(part.skin.positions).all()
        assert part.skin.weights.sum(1) == pytest.approx(1, abs=1e-4)
    shown = sum(len(part.skin.faces) for part in parts)
    assert shown > 0.8 * len(bodies.rig().faces)


@pytest.mark.parametrize(("heading", "axis", "sign"), [("left", 0, -1), ("away", 1, 1)])
def test_people_walk_where_the_scene_says(heading: str, axis: int, sign: int):
    scenes = (
        sample_scene(np.random.default_rng(seed), SceneConfig(events=("walk",)))
        for seed in range(100)
    )
    scene = next(scene for scene in scenes if scene.heading == heading)
    path = simulate(scene, seconds=3.0).joints[:, 0, g.ROOT]
    assert sign * (path[-1, axis] - path[0, axis]) > 1.0


def test_two_people_meet_and_stop():
    scene = sample_scene(np.random.default_rng(0), SceneConfig(events=("meet",)))
    joints = simulate(scene, seconds=4.0).joints[:, :, g.ROOT, :2]
    distance = np.linalg.norm(joints[:, 0] - joints[:, 1], axis=-1)
    assert distance[0] > 2.5
    assert 0.7 < distance[-1] < 1.3
    assert np.abs(np.diff(distance[-6:])).max() < 0.02
