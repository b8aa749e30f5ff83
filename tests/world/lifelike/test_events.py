"""What happens in the lifelike world keeps to physics, and to the words for it."""

from __future__ import annotations

import numpy as np
import pytest

from sorairo.world.lifelike import glass
from sorairo.world.lifelike.events.rigid_motion import DROP_RADIUS, GRAVITY, RESTITUTION
from sorairo.world.lifelike.events.toppling import LYING
from sorairo.world.lifelike.sampling import sample_scene
from sorairo.world.lifelike.scene import SceneConfig
from sorairo.world.lifelike.simulate import Rollout, simulate
from sorairo.world.lifelike.things import relief


def rollout(event: str, seed: int, *, seconds: float = 3.0, fps: float = 48.0) -> Rollout:
    scene = sample_scene(np.random.default_rng(seed), SceneConfig(events=(event,)))
    return simulate(scene, seconds=seconds, fps=fps)


@pytest.mark.parametrize("seed", range(3))
def test_a_pane_breaks_when_the_ball_touches_it_and_not_before(seed: int):
    run = rollout("shatter", seed)
    assert run.glass is not None
    assert run.glass.broken_at is not None
    first = int(run.broken.argmax())
    shards = run.glass.positions[:, :-1]
    assert np.abs(shards[:first] - shards[0]).max() < 5e-3
    assert shards[-1, :, 2].mean() < 0.5 * shards[0, :, 2].mean()  # they lie on the ground
    ball = run.positions[first - 1 : first + 1, 0, 1]  # it comes through the plane y = 0
    assert ball.min() < glass.BALL_RADIUS + 0.12


@pytest.mark.parametrize("seed", range(2))
def test_a_pane_that_is_not_hit_stays_whole(seed: int):
    run = rollout("miss", seed, seconds=2.0)
    assert run.glass is not None
    assert not run.broken.any()
    shards = run.glass.positions[:, :-1]
    assert np.abs(shards - shards[0]).max() < 5e-3


@pytest.mark.parametrize("event", ["shatter", "miss"])
def test_a_thrown_ball_touches_the_pane_or_the_ground(event: str):
    run = rollout(event, 0, seconds=2.0)
    first, height = int(run.contacts.argmax()), run.positions[:, 0, 2]
    assert run.contacts.any()
    if event == "shatter":
        assert first == int(run.broken.argmax())
    else:
        assert height[first - 1 : first + 1].min() < 2 * glass.BALL_RADIUS
    assert (height[:first] > glass.BALL_RADIUS - 0.02).all()  # a step of the simulation at most


def test_a_ball_falls_and_bounces_as_gravity_and_restitution_say():
    run = rollout("drop", 1, seconds=2.0, fps=960.0)
    height = run.positions[:, 0, 2]
    fallen = height[0] - DROP_RADIUS
    impact = int(run.contacts.argmax())
    assert impact / 960 == pytest.approx(np.sqrt(2 * fallen / GRAVITY), rel=0.01)
    second = impact + 1 + int(run.contacts[impact + 1 :].argmax())
    bounced = height[impact:second].max() - DROP_RADIUS
    assert bounced == pytest.approx(RESTITUTION**2 * fallen, rel=0.02)


@pytest.mark.parametrize("seed", range(4))
def test_things_fall_over_to_the_side_that_the_scene_says_and_lie_on_the_ground(seed: int):
    run = rollout("topple", seed, seconds=4.0)
    up = run.rotations[:, 0] @ [0.0, 0.0, 1.0]
    assert up[0, 2] == pytest.approx(1)
    tilt = np.degrees(np.arccos(up[-1, 2]))
    assert LYING[0] < tilt < LYING[1]
    assert (up[-1, 0] > 0) == (run.scene.heading == "right")
    vertices = relief(run.scene.things[0].kind).geometry.positions
    for frame in range(0, len(run), 12):
        lowest = (vertices @ run.rotations[frame, 0].T + run.positions[frame, 0])[:, 2].min()
        assert lowest == pytest.approx(0, abs=0.01)


def test_a_rolling_ball_turns_as_far_as_it_goes():
    run = rollout("track", 2)
    moved = run.positions[-1, 0, 0] - run.positions[0, 0, 0]
    assert (moved > 0) == (run.scene.heading == "right")


def test_simulation_is_deterministic():
    first, second = rollout("shatter", 4, fps=12.0), rollout("shatter", 4, fps=12.0)
    assert (first.positions == second.positions).all()
    assert first.cameras == second.cameras
