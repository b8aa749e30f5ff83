"""People: gaits repeat, feet stay on the ground, and clothes cover what they should."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from sorairo.world.lifelike.assets import bodies
from sorairo.world.lifelike.people import gaits as g
from sorairo.world.lifelike.people.appearance.dressing import PARTS, dress
from sorairo.world.lifelike.people.appearance.hems import SLEEVES, with_hems
from sorairo.world.lifelike.people.appearance.looks import Person
from sorairo.world.lifelike.people.appearance.measures import Measures
from sorairo.world.lifelike.people.feet import foot_shape
from sorairo.world.lifelike.people.gaits import gaits
from sorairo.world.lifelike.renderer import Renderer
from sorairo.world.lifelike.sampling import sample_person, sample_scene
from sorairo.world.lifelike.scene import Scene, SceneConfig
from sorairo.world.lifelike.simulate import Rollout, simulate


def body_of(person: Person) -> bodies.Body:
    return bodies.body(bodies.key(person.sex, person.age, person.build, person.variant))


def test_a_gait_repeats_without_a_jump():
    for gait in gaits():
        steps = np.linalg.norm(np.diff(gait.joints, axis=0), axis=-1).max()
        seam = np.linalg.norm(gait.joints[0] - gait.joints[-1], axis=-1).max()
        assert seam < 1.5 * steps
        assert 0.5 < gait.speed < 2.5


def sole_points(scene: Scene, rollout: Rollout, person: int) -> np.ndarray:
    """The end of the heel and the ball of both feet, on the ground below the shoe,
    [F, side, heel and ball, 3]."""
    body, rig, pose = body_of(scene.people[person]), bodies.rig(), rollout.poses[person]
    names, points = list(rig.names), []
    for side in ("Left", "Right"):
        foot, toe = names.index(f"{side}Foot"), names.index(f"{side}ToeBase")
        shape = foot_shape(body, rig, side)
        ankle = body.heads[foot]
        forward = (body.heads[toe] - ankle) * [1, 1, 0] / shape.ball
        ground = ankle * [1, 1, 0] - [0, 0, shape.sole]
        points += [
            pose.heads[:, foot] + pose.rotations[:, foot] @ (place - ankle)
            for place in (ground - shape.heel * forward, ground + shape.ball * forward)
        ]
    return np.stack(points, 1).reshape(-1, 2, 2, 3)


@pytest.mark.parametrize("event", ["walk", "run", "stop", "turn", "meet", "dance", "sit", "door"])
def test_feet_stand_on_the_ground_and_do_not_slide(event: str):
    scene = sample_scene(np.random.default_rng(1), SceneConfig(events=(event,)))
    rollout = simulate(scene, seconds=3.0, fps=48.0)
    for person in range(len(scene.people)):
        points = sole_points(scene, rollout, person)
        planted = rollout.planted[:, person]
        lowest = points[..., 2].min(-1)
        assert lowest.min() > -0.03
        assert lowest[planted].max() < 0.03
        speeds = np.linalg.norm(np.diff(points, axis=0), axis=-1).min(-1) * 48
        still = planted[1:] & planted[:-1]
        assert np.percentile(speeds[still], 95) < 0.05  # the heel or the ball stands still
        assert still.any(1).mean() > (0.5 if event == "run" else 0.9)


def test_runners_fly_between_their_steps_and_walkers_never():
    for event, least, most in (("run", 0.2, 0.5), ("walk", 0.0, 0.0)):
        scene = sample_scene(np.random.default_rng(2), SceneConfig(events=(event,)))
        rollout = simulate(scene, seconds=2.0, fps=48.0)
        lowest = sole_points(scene, rollout, 0)[..., 2].min((1, 2))
        assert least <= (lowest > 0.03).mean() <= most


def test_bones_keep_their_lengths_and_rotations_are_rotations():
    scene = sample_scene(np.random.default_rng(2), SceneConfig(events=("turn",)))
    pose = simulate(scene, seconds=1.0).poses[0]
    rest = body_of(scene.people[0]).heads
    for bone, parent in enumerate(bodies.rig().parents):
        if parent >= 0:
            length = np.linalg.norm(rest[bone] - rest[parent])
            found = np.linalg.norm(pose.heads[:, bone] - pose.heads[:, parent], axis=-1)
            assert found == pytest.approx(length, abs=1e-4)
    product = pose.rotations @ np.swapaxes(pose.rotations, -1, -2)
    assert product == pytest.approx(np.broadcast_to(np.eye(3), product.shape), abs=1e-6)


def test_children_are_smaller_than_adults_and_no_toddlers():
    for sex in bodies.SEXES:
        for variant in range(bodies.VARIANTS):
            child, adult = (
                bodies.body(bodies.key(sex, age, "average", variant)).height
                for age in ("child", "young")
            )
            assert 1.1 < child < 1.45
            assert adult > 1.45


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


def test_hems_are_straight():
    """Where sleeves end, no vertex of the sleeve is beyond the line."""
    person = dataclasses.replace(
        sample_person(np.random.default_rng(0)), top="t-shirt", bottom="shorts"
    )
    plain = Measures(body_of(person), bodies.rig())
    sewn = with_hems(person, body_of(person), bodies.rig())
    for m, exact in ((plain, False), (sewn, True)):
        arm, on_arm = m.along("LeftArm", "LeftForeArm", "LeftHand"), m.on("LeftArm", "LeftForeArm")
        corners = (arm - SLEEVES["t-shirt"])[m.rig.faces]
        inside = on_arm[m.rig.faces].all(1)
        crossed = inside & (corners.min(1) < -1e-3) & (corners.max(1) > 1e-3)
        assert crossed.any() != exact
    assert np.ptp(sewn.vertices, axis=0) == pytest.approx(np.ptp(plain.vertices, axis=0))


def test_the_parts_of_a_person_are_told_apart_and_cover_the_person():
    person = Person(sex="woman", age="young", build="average", hair="long", bottom="skirt")
    scene = Scene(place="hall", ground="tiles", event="stand", people=(person,))
    rollout = simulate(scene, seconds=1.0, fps=1.0)
    with Renderer(width=64, height=64) as renderer:
        (parts,), (mask,) = renderer.parts(rollout), renderer.masks(rollout)
    np.testing.assert_array_equal(parts > 0, mask == 1)
    assert set(np.unique(parts)) == {0, *range(1, len(PARTS) + 1)}
    rows = {name: np.nonzero(parts == 1 + PARTS.index(name))[0].mean() for name in PARTS}
    assert rows["hair"] < rows["top"] < rows["bottom"] < rows["shoes"]
