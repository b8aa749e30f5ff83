"""Bridges: transitions from the end of one scene to the beginning of another or of itself.

Where people stay in their place, they and the camera move along splines to where they began. All
else dissolves: one rollout goes on while it fades into the other.
"""

from __future__ import annotations

import dataclasses

import numpy as np
from scipy.spatial.transform import Rotation, Slerp

from sorairo.world.bridges import Span, hermite, last_step, returning_seconds
from sorairo.world.filament.stage import Camera
from sorairo.world.lifelike.people.retargeting import Pose
from sorairo.world.lifelike.scene import Scene
from sorairo.world.lifelike.simulate import Rollout, simulate

IN_PLACE = ("stand", "wave", "dance")  # events that lead back to their beginning


def rollouts_across(one: Scene, other: Scene, span: Span, frames: int, fps: float) -> list[Rollout]:
    """A rollout that goes on to the end of the bridge, and another that begins with it."""
    first, last = span
    return [
        simulate(one, seconds=last / fps, fps=fps),
        simulate(other, seconds=(frames - first) / fps, fps=fps),
    ]


def return_to_start(
    scene: Scene, span: Span, frames: int, fps: float, rng: np.random.Generator
) -> list[Rollout]:
    """The end of a rollout, a bridge, and the beginning of the same rollout: one rollout, or two
    that are cross-faded in the bridge."""
    first, last = span
    scene = dataclasses.replace(scene, cut=None)
    if scene.event in IN_PLACE:
        seconds = returning_seconds(span, frames, fps, rng)
        return [_returning(simulate(scene, seconds=seconds, fps=fps), span, frames)]
    take = simulate(scene, seconds=max(last, frames - first) / fps, fps=fps)
    return [_frames(take, np.arange(last)), _frames(take, np.arange(frames - first))]


def _returning(take: Rollout, span: Span, frames: int) -> Rollout:
    first, last = span
    count = last - first
    before, after = np.arange(len(take) - first, len(take)), np.arange(frames - last)
    held = _frames(take, np.concatenate([before, np.full(count, len(take) - 1), after]))
    views = np.array([[*c.position, *c.target, c.field, c.roll] for c in take.cameras])
    cameras = list(held.cameras)
    cameras[first:last] = [
        Camera(position=tuple(v[:3]), target=tuple(v[3:6]), field=v[6], roll=v[7])
        for v in _glide(views, count).tolist()
    ]
    held.joints[first:last] = _glide(take.joints, count)
    poses = []
    for pose, kept in zip(take.poses, held.poses, strict=True):
        kept.heads[first:last] = _glide(pose.heads, count)
        kept.rotations[first:last] = _turned(pose.rotations[-1], pose.rotations[0], count)
        poses.append(kept)
    return dataclasses.replace(held, cameras=tuple(cameras), poses=tuple(poses))


def _turned(start: np.ndarray, end: np.ndarray, count: int) -> np.ndarray:
    """`count` rotations of each bone between two [B, 3, 3], eased at their ends,
    [count, B, 3, 3]."""
    t = np.arange(1, count + 1) / (count + 1)
    eased = t * t * (3 - 2 * t)
    bones = [
        Slerp([0.0, 1.0], Rotation.from_matrix(np.stack(ends)))(eased).as_matrix()
        for ends in zip(start, end, strict=True)
    ]
    return np.stack(bones, 1)


def _glide(values: np.ndarray, count: int) -> np.ndarray:
    """`count` values on the way from the last one back to the first one, [count, ...]."""
    steps = (last_step(values), -last_step(values[1::-1]))
    return hermite(values[-1], values[0], steps, count)


def _frames(rollout: Rollout, indices: np.ndarray) -> Rollout:
    """Some frames of a rollout, for a renderer. Glass and matter keep all of theirs: other frames
    than the first ones are taken of rollouts without them alone."""
    fields: dict[str, object] = {}
    for field in dataclasses.fields(rollout):
        value = getattr(rollout, field.name)
        if isinstance(value, np.ndarray) and len(value) == len(rollout):
            fields[field.name] = value[indices]
    fields["cameras"] = tuple(rollout.cameras[index] for index in indices)
    fields["poses"] = tuple(
        Pose(pose.rotations[indices], pose.heads[indices]) for pose in rollout.poses
    )
    return dataclasses.replace(rollout, **fields)
