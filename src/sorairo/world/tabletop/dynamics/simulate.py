"""Simulates a scene: the true state for each frame."""

# pyright: reportAttributeAccessIssue=false
# (MuJoCo's bindings are compiled and have no stubs.)

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from sorairo.world.bindings import mujoco
from sorairo.world.registry import TABLETOP
from sorairo.world.tabletop.camera import camera_pose
from sorairo.world.tabletop.dynamics.mjcf import STEP, build_model, is_carried
from sorairo.world.tabletop.dynamics.placement import GRAVITY
from sorairo.world.tabletop.dynamics.repeated_throws import Thrower
from sorairo.world.tabletop.scene import Scene

TRUTH = (
    "positions", "quaternions", "velocities", "spins", "contacts",
    "camera_positions", "camera_rotations",
)  # fmt: skip
CONTACT_STRIDE = 4  # simulation steps between checks of contacts; a bounce lasts about fifteen


@dataclass(frozen=True, kw_only=True)
class Rollout:
    """The ground truth of a clip of F frames with n bodies, in world axes; frame 0 is the state at
    time 0."""

    scene: Scene
    fps: float
    """Frames per second."""
    positions: np.ndarray
    """Centres, metres, [F, n, 3]."""
    quaternions: np.ndarray
    """Orientations (w, x, y, z), [F, n, 4]."""
    velocities: np.ndarray
    """m/s, [F, n, 3]."""
    spins: np.ndarray
    """Angular velocities, rad/s, [F, n, 3]."""
    contacts: np.ndarray
    """Whether body i touched body j, or anything else (last column), at any time since the frame
    before, bool [F, n, n + 1]."""
    camera_positions: np.ndarray
    """Metres, [F, 3]."""
    camera_rotations: np.ndarray
    """Columns: right, up, backward, [F, 3, 3]."""
    qpos: np.ndarray = field(repr=False)
    """MuJoCo's generalised positions, [F, model.nq]."""
    model: mujoco.MjModel = field(repr=False, compare=False)
    """The MuJoCo model of the scene."""

    def __len__(self) -> int:
        return len(self.qpos)

    def truth(self) -> dict[str, np.ndarray]:
        """The fields above that describe bodies and camera, by name."""
        return {name: getattr(self, name) for name in TRUTH}


def simulate(
    scene: Scene,
    *,
    seconds: float,
    fps: float = TABLETOP.fps,
    gravity: float = GRAVITY,
    friction: float = 1.0,
) -> Rollout:
    """Simulates a scene for round(seconds * fps) frames, at least one. Deterministic.

    `gravity` is in m/s^2; `friction` multiplies the usual friction.
    """
    model = build_model(scene)
    model.opt.gravity[:] = 0.0, 0.0, -gravity
    model.geom_friction *= friction
    frames = max(1, round(seconds * fps))
    states, contacts, qpos = _run(scene, model, frames, fps)
    poses = [camera_pose(scene.camera, frame / fps) for frame in range(frames)]
    return Rollout(
        scene=scene,
        fps=fps,
        positions=states[..., :3],
        quaternions=states[..., 3:7],
        velocities=states[..., 7:10],
        spins=states[..., 10:],
        contacts=contacts,
        camera_positions=np.stack([position for position, _ in poses]),
        camera_rotations=np.stack([rotation for _, rotation in poses]),
        qpos=qpos,
        model=model,
    )


def _run(
    scene: Scene, model: mujoco.MjModel, frames: int, fps: float
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Steps the model: states [frames, n, 13], contacts [frames, n, n + 1] and qpos."""
    data, bodies = mujoco.MjData(model), len(scene.bodies)
    _set_velocities(data, scene)
    mujoco.mj_forward(model, data)
    states = np.empty((frames, bodies, 13))
    contacts = np.zeros((frames, bodies, bodies + 1), dtype=bool)
    qpos = np.empty((frames, model.nq))
    body_of = _bodies_of_geoms(model, bodies)
    thrower = Thrower(scene, data) if scene.event == "toss" else None
    done = 0
    for frame in range(frames):
        until = round(frame / fps / STEP)
        _mark_contacts(data, body_of, contacts[frame])
        while done < until:
            stride = min(CONTACT_STRIDE - done % CONTACT_STRIDE, until - done)
            mujoco.mj_step(model, data, nstep=stride)
            _mark_contacts(data, body_of, contacts[frame])
            done += stride
            if thrower and done % CONTACT_STRIDE == 0:  # at the same times for every frame rate
                thrower.update(done * STEP)
        mujoco.mj_forward(model, data)
        qpos[frame] = data.qpos
        states[frame] = [_state(model, data, i) for i in range(bodies)]
    if scene.event == "turntable":
        contacts[:, :, -1] = True  # the bodies are fixed on the disc
    return states, contacts, qpos


def _set_velocities(data: mujoco.MjData, scene: Scene) -> None:
    if scene.event == "turntable":
        data.joint("prop").qvel[0] = scene.bodies[0].spin[2]
    for index, body in enumerate(scene.bodies):
        if is_carried(scene, index) or (scene.event == "toss" and index == 0):
            continue  # starts at rest
        # A free joint's angular velocity is in the body's own axes.
        local, inverse = np.empty(3), np.empty(4)
        mujoco.mju_negQuat(inverse, np.asarray(body.quaternion, dtype=float))
        mujoco.mju_rotVecQuat(local, np.asarray(body.spin, dtype=float), inverse)
        data.joint(f"body{index}").qvel[:] = [*body.velocity, *local]


def _state(model: mujoco.MjModel, data: mujoco.MjData, index: int) -> np.ndarray:
    body = data.body(f"body{index}")
    velocity = np.empty(6)
    kind = mujoco.mjtObj.mjOBJ_XBODY
    mujoco.mj_objectVelocity(model, data, kind, body.id, velocity, 0)
    return np.concatenate([body.xpos, body.xquat, velocity[3:], velocity[:3]])


def _bodies_of_geoms(model: mujoco.MjModel, bodies: int) -> np.ndarray:
    """For each geom the index of its body in the scene, or `bodies` for anything else, [geoms]."""
    owner = np.full(model.ngeom, bodies)
    for index in range(bodies):
        owner[model.geom(f"body{index}").id] = index
    return owner


def _mark_contacts(data: mujoco.MjData, body_of: np.ndarray, into: np.ndarray) -> None:
    if data.ncon == 0:
        return
    for one, other in body_of[data.contact.geom]:
        if one < len(into):
            into[one, other] = True
        if other < len(into):
            into[other, one] = True
