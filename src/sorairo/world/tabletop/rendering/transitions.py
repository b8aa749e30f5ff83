"""Bridges: transitions from the end of one rollout to the beginning of another or the same one.

Bodies and camera move along cubic splines that fit the positions and speeds at both ends, while the
pictures of one scene fade into those of the other. This is smooth, but not physical.
"""

# pyright: reportAttributeAccessIssue=false
# (MuJoCo's bindings are compiled and have no stubs.)

from __future__ import annotations

import dataclasses
import math

import numpy as np
from scipy.spatial.transform import Rotation, Slerp

from sorairo.world.bindings import mujoco
from sorairo.world.bridges import Span, hermite, last_step, returning_seconds
from sorairo.world.tabletop.camera import SHOTS, Shot, pose_of
from sorairo.world.tabletop.dynamics.simulate import Rollout, simulate
from sorairo.world.tabletop.scene import Scene


def return_to_start(
    scene: Scene, span: Span, frames: int, fps: float, rng: np.random.Generator
) -> Rollout:
    """The end of a rollout, a bridge, and the beginning of the same rollout."""
    first, last = span
    rollout = simulate(scene, seconds=returning_seconds(span, frames, fps, rng), fps=fps)
    bridge = _between(rollout, rollout, rollout, last - first)
    return _joined(
        _frames(rollout, slice(-first, None)), bridge, _frames(rollout, slice(frames - last))
    )


def rollouts_across(one: Scene, other: Scene, span: Span, frames: int, fps: float) -> list[Rollout]:
    """A rollout continued into the bridge, and another that comes out of it."""
    first, last = span
    before = simulate(one, seconds=first / fps, fps=fps)
    after = simulate(other, seconds=(frames - last) / fps, fps=fps)
    return [
        _joined(before, _between(before, after, before, last - first)),
        _joined(_between(before, after, after, last - first), after),
    ]


def _between(before: Rollout, after: Rollout, model_of: Rollout, count: int) -> Rollout:
    """`count` frames from the end of one rollout to the beginning of another, with the bodies and
    props of one of them, `model_of`."""
    model = model_of.model
    qpos = np.empty((count, model.nq))
    for joint in range(model.njnt):
        place = int(model.jnt_qposadr[joint])
        if model.jnt_type[joint] == mujoco.mjtJoint.mjJNT_FREE:
            body = int(model.joint(joint).name.removeprefix("body"))
            qpos[:, place : place + 7] = _glide(before, after, model_of, body, count)
        else:
            qpos[:, place] = _hinge_angles(before, after, model_of, place, count)
    views = hermite(
        _views(before)[-1],
        _views(after)[0],
        (last_step(_views(before)), last_step(_views(after)[1::-1]) * -1),
        count,
    )
    poses = [pose_of(Shot(azimuth=azimuth, distance=distance)) for azimuth, distance in views]
    return dataclasses.replace(
        model_of,
        qpos=qpos,
        camera_positions=np.stack([position for position, _ in poses]),
        camera_rotations=np.stack([rotation for _, rotation in poses]),
    )


def _glide(before: Rollout, after: Rollout, model_of: Rollout, body: int, count: int) -> np.ndarray:
    """Positions and quaternions of a body, [count, 7], on its way to the same body of the other
    rollout; a body that the other lacks stays in place."""
    leaves, arrives = (body < len(each.scene.bodies) for each in (before, after))
    ends = [(before, -1) if leaves else (after, 0), (after, 0) if arrives else (before, -1)]
    here, there = (each.positions[frame, body] for each, frame in ends)
    steps = tuple(each.velocities[frame, body] / model_of.fps for each, frame in ends)
    places = hermite(here, there, steps if leaves and arrives else (0, 0), count)
    places[:, 2] = np.maximum(places[:, 2], min(here[2], there[2]))
    turns = Rotation.from_quat(
        [each.quaternions[frame, body] for each, frame in ends], scalar_first=True
    )
    t = np.arange(1, count + 1) / (count + 1)
    between = Slerp([0.0, 1.0], turns)(t * t * (3 - 2 * t))
    return np.concatenate([places, between.as_quat(scalar_first=True)], axis=1)


def _hinge_angles(
    before: Rollout, after: Rollout, model_of: Rollout, place: int, count: int
) -> np.ndarray:
    """Angles of a hinge, [count].

    Within one rollout on to its first angle, in as many turns as its speed makes; of a prop that
    the other scene lacks, slowing down to rest or speeding up from rest.
    """
    if before is after:
        here, there = before.qpos[-1, place], after.qpos[0, place]
        steps = (last_step(before.qpos[:, place]), -last_step(after.qpos[1::-1, place]))
        if model_of.scene.event == "turntable":
            meant = here + (count + 1) * (steps[0] + steps[1]) / 2
            there += 2 * math.pi * round((meant - there) / (2 * math.pi))
        return hermite(here, there, steps, count)
    angles = (model_of.qpos if model_of is before else model_of.qpos[1::-1])[:, place]
    left = (1 - np.arange(1, count + 1) / (count + 1)) * last_step(angles)
    coasted = angles[-1] + np.cumsum(left)
    return coasted if model_of is before else coasted[::-1]


def _views(rollout: Rollout) -> np.ndarray:
    """Azimuth and distance of the camera in each frame, [F, 2]."""
    shot = SHOTS[rollout.scene.camera]
    views = [shot(frame / rollout.fps) for frame in range(len(rollout))]
    return np.array([(each.azimuth, each.distance) for each in views])


RENDERED = ("qpos", "camera_positions", "camera_rotations")  # fields that a renderer reads


def _frames(rollout: Rollout, frames: slice) -> Rollout:
    """Some frames of a rollout; only what a renderer reads."""
    return dataclasses.replace(
        rollout, **{name: getattr(rollout, name)[frames] for name in RENDERED}
    )


def _joined(*parts: Rollout) -> Rollout:
    """Rollouts of one model joined in time; only what a renderer reads."""
    joined = {name: np.concatenate([getattr(part, name) for part in parts]) for name in RENDERED}
    return dataclasses.replace(parts[0], **joined)
