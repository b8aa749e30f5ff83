"""People use things: seats bear them, what they carry stays in their hands, and doors open because
someone comes."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from sorairo.world.lifelike.assets.furniture import MODELS, furniture
from sorairo.world.lifelike.events.people_motion import people_motion
from sorairo.world.lifelike.events.props import CARRIED, DOOR, SEATS
from sorairo.world.lifelike.events.rigid_motion import things_motion
from sorairo.world.lifelike.people import gaits as g
from sorairo.world.lifelike.people.gaits import gaits
from sorairo.world.lifelike.people.performer import performer
from sorairo.world.lifelike.people.sitting import underside
from sorairo.world.lifelike.sampling import sample_scene
from sorairo.world.lifelike.scene import Scene, SceneConfig
from sorairo.world.lifelike.simulate import Rollout, simulate
from sorairo.world.lifelike.thing_names import NAMES


def acted(event: str, seed: int, fps: float = 24.0) -> tuple[Scene, Rollout]:
    scene = sample_scene(np.random.default_rng(seed), SceneConfig(events=(event,)))
    return scene, simulate(scene, seconds=4.0, fps=fps)


@pytest.mark.parametrize("seed", range(4))
def test_people_sit_on_their_seat(seed: int):
    scene, rollout = acted("sit", seed)
    person, seat = scene.people[0], MODELS[scene.things[0].kind].seat
    pose = rollout.poses[0]
    assert pose.heads[0, 0, 2] > pose.heads[-1, 0, 2] + 0.15  # the hips have come down
    someone = performer(person, gaits()[0], 0.0)
    assert underside(someone, pose, len(rollout) - 1) == pytest.approx(seat, abs=0.03)
    hips = rollout.joints[-1, 0, g.ROOT, :2]
    place = rollout.positions[-1, 0, :2]
    assert np.linalg.norm(place - hips) < 0.3
    still = np.linalg.norm(np.diff(rollout.joints[-12:, 0, g.ROOT], axis=0), axis=-1)
    assert still.max() < 0.01


@pytest.mark.parametrize("seed", range(3))
def test_what_is_carried_stays_in_the_hands(seed: int):
    scene, rollout = acted("carry", seed)
    hands = rollout.joints[:, 0, [g.LEFT_WRIST, g.RIGHT_WRIST]]
    height = NAMES[scene.things[0].kind].height
    held = rollout.positions[:, 0] + [0, 0, 0.45 * height] - hands.mean(1)
    assert np.ptp(held, axis=0).max() < 0.01
    assert np.linalg.norm(held, axis=-1).max() < 0.12
    moved = rollout.positions[-1, 0, 0] - rollout.positions[0, 0, 0]
    assert moved * (1 if scene.heading == "right" else -1) > 1.0


@pytest.mark.parametrize("seed", range(4))
def test_a_door_opens_when_someone_is_there_and_not_before(seed: int):
    scene, rollout = acted("door", seed)
    leaf = rollout.rotations[:, 0, :, 0]  # from the hinge to the free edge
    angles = np.degrees(np.arccos(np.clip(leaf @ leaf[0], -1, 1)))
    away = np.linalg.norm(rollout.joints[:, 0, g.ROOT, :2], axis=-1)  # from the middle of the door
    passes = int(away.argmin())
    before = np.arange(len(away)) <= passes
    assert angles[before & (away > 1.1)].max() < 0.1
    assert angles[passes] > 70
    assert np.degrees(rollout.door_angles) == pytest.approx(angles, abs=0.1)
    side = rollout.joints[:, 0, g.ROOT, 1]
    assert (side[0] > 0) == (scene.heading == "towards")
    assert side[0] * side[-1] < 0  # they are through
    # Nobody walks through the leaf.
    edge = rollout.positions[:, 0] + DOOR[0] * leaf
    hinge, body = rollout.positions[:, 0, :2], rollout.joints[:, 0, g.ROOT, :2]
    along = edge[:, :2] - hinge
    share = np.clip(((body - hinge) * along).sum(-1) / (along**2).sum(-1), 0, 1)
    gap = np.linalg.norm(hinge + share[:, None] * along - body, axis=-1)
    assert gap.min() > 0.12


def test_a_door_stays_shut_without_anybody():
    scene, _ = acted("door", 0, fps=2.0)
    alone, rng = dataclasses.replace(scene, people=()), np.random.default_rng(0)
    times = np.arange(0, 4, 0.5)
    assert people_motion(alone, times, 4.0, rng).door_angles is None
    turns = things_motion(alone, times, rng).rotations
    assert (turns == turns[0]).all()


@pytest.mark.parametrize("event", ["run", "sit", "carry", "door"])
def test_equal_scenes_move_equally(event: str):
    (_, first), (_, second) = acted(event, 3, fps=6.0), acted(event, 3, fps=6.0)
    assert (first.joints == second.joints).all()
    assert (first.positions == second.positions).all()


def test_a_hand_pushes_the_door():
    _, rollout = acted("door", 1)
    leaf = rollout.rotations[:, 0]
    opening = int(np.argmax(np.abs(leaf - leaf[0]).max((1, 2)) > 0.05))
    hands = (
        rollout.joints[opening, 0, [g.LEFT_WRIST, g.RIGHT_WRIST]] - rollout.positions[opening, 0]
    )
    across = np.abs(hands @ leaf[opening][:, 1])  # from the plane of the leaf
    assert across.min() < 0.3


@pytest.mark.parametrize("kind", ["chair", "crate"])
def test_furniture_has_the_size_that_it_says_and_stands_on_the_ground(kind: str):
    shape = furniture(kind).geometry
    assert np.ptp(shape.positions, axis=0) == pytest.approx(MODELS[kind].size, rel=1e-6)
    assert shape.positions[:, 2].min() == pytest.approx(0, abs=1e-9)
    assert NAMES[kind].height == pytest.approx(MODELS[kind].size[2], abs=1e-6)
    assert ((shape.uv >= 0) & (shape.uv <= 1)).all()


def test_seats_and_what_is_carried_have_names():
    assert set(SEATS) | set(CARRIED) <= set(NAMES)
