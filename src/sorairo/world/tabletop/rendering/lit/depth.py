"""Depth and normals by casting rays at the bodies: exact, and without a graphics driver."""

# pyright: reportAttributeAccessIssue=false
# (MuJoCo's bindings are compiled and have no stubs.)

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sorairo.world.bindings import mujoco
from sorairo.world.tabletop.camera import vertical_field
from sorairo.world.tabletop.dynamics.simulate import Rollout
from sorairo.world.tabletop.scene import FAR, FLOOR_RADIUS


def depth_of(rollout: Rollout, indices: range, *, width: int, height: int) -> np.ndarray:
    """Metres along the camera's axis at the middle of each pixel, float32 [F, height, width]; FAR
    beyond the floor."""
    hits = [
        np.where(there, distance, FAR)
        for distance, _, there in _hits(rollout, indices, width, height)
    ]
    return np.array(hits, np.float32).reshape(-1, height, width)


def normals_of(rollout: Rollout, indices: range, *, width: int, height: int) -> np.ndarray:
    """Unit vectors on the surfaces at the middle of each pixel, on the camera's side, in the axes
    of the world, float32 [F, height, width, 3]; zeros beyond the floor."""
    hits = [
        normals * there[:, None] for _, normals, there in _hits(rollout, indices, width, height)
    ]
    return np.array(hits, np.float32).reshape(-1, height, width, 3)


def _hits(
    rollout: Rollout, indices: range, width: int, height: int
) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Of each frame, for each pixel: the distance along the axis, the normal on the camera's side,
    and whether a body, a prop or the floor is hit."""
    rays = pixel_rays(width, height)
    model, data = rollout.model, mujoco.MjData(rollout.model)
    for index in indices:
        data.qpos[:] = rollout.qpos[index]
        mujoco.mj_kinematics(model, data)
        position = rollout.camera_positions[index]
        toward = rays @ rollout.camera_rotations[index].T
        distance, geoms, normals = _cast(model, data, position, toward)
        places = position + distance[:, None] * toward
        on_floor = np.linalg.norm(places[:, :2], axis=1) < FLOOR_RADIUS
        away = (normals * toward).sum(1) > 0
        normals[away] *= -1
        yield distance, normals, (geoms > 0) | ((geoms == 0) & on_floor)


def pixel_rays(width: int, height: int) -> np.ndarray:
    """Through the middle of each pixel, one metre along the axis: (right, up, backward), [n, 3]."""
    half = np.tan(np.radians(vertical_field(width, height)) / 2)
    right = (2 * (np.arange(width) + 0.5) / width - 1) * half * width / height
    up = (1 - 2 * (np.arange(height) + 0.5) / height) * half
    x, y = np.meshgrid(right, up)
    return np.stack([x, y, -np.ones_like(x)], -1).reshape(-1, 3)


def _cast(
    model: mujoco.MjModel, data: mujoco.MjData, origin: np.ndarray, toward: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """For each ray: how many times its length it goes until it hits a geom, which, or -1, and the
    unit normal there."""
    count = len(toward)
    geoms, distances = np.full(count, -1, np.int32), np.full(count, -1.0)
    normals = np.zeros(3 * count)
    mujoco.mj_multiRay(
        m=model,
        d=data,
        pnt=np.ascontiguousarray(origin, float),
        vec=np.ascontiguousarray(toward, float).reshape(-1),
        geomgroup=None,
        flg_static=1,
        bodyexclude=-1,
        geomid=geoms,
        dist=distances,
        normal=normals,
        nray=count,
        cutoff=mujoco.mjMAXVAL,
    )
    return distances, geoms, normals.reshape(-1, 3)
