"""A thing is pushed off a table: a vase breaks when it hits the ground, other things stay whole."""

# pyright: reportAttributeAccessIssue=false
# (MuJoCo's bindings are compiled and have no stubs.)

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sorairo.world.bindings import mujoco
from sorairo.world.lifelike.matter.motion import MatterMotion, resting, xml_numbers
from sorairo.world.lifelike.matter.table import TABLE_HEIGHT, TABLE_TOP
from sorairo.world.lifelike.matter.vessels import Piece, pieces, whole
from sorairo.world.lifelike.scene import Scene

STEP, FLIGHT_STEP = 0.002, 0.001  # seconds
BALL_RADIUS = 0.11  # metres
PUSH = {"ball": (0.6, 0.75)}  # m/s; others: FAST_PUSH
FAST_PUSH = (1.25, 1.6)
MASS = 0.6  # kg
BURST = 0.35  # m/s: how fast pieces part when a vessel breaks
KEPT = 0.45  # of its speed, by a piece
BREAKABLE = ("vase",)
UNBREAKABLE = ("ball", "bucket")
SOLREF = {"ball": "-100000 -70", "bucket": "0.01 0.5", "vase": "0.01 1"}


@dataclass(frozen=True, eq=False)
class _Flight:
    """The whole thing until it breaks."""

    positions: np.ndarray
    """Metres, [F, 3]."""
    rotations: np.ndarray
    """[F, 3, 3]."""
    fell_at: float | None
    """When it touched the ground, seconds."""
    speed: np.ndarray
    """Its velocity just before, m/s, and its angular velocity, rad/s, [6]."""
    pose: tuple[np.ndarray, np.ndarray]
    """Where it was, and how it was turned, then."""


def knocked_off(scene: Scene, times: np.ndarray, rng: np.random.Generator) -> MatterMotion:
    """The first thing is pushed off a table to the scene's heading."""
    kind = scene.things[0].kind
    sign = 1.0 if scene.heading == "right" else -1.0
    flight = _fly(kind, times, rng, sign)
    breaks = kind in BREAKABLE and flight.fell_at is not None
    frames = len(times)
    positions, rotations = resting(frames, 1)
    positions[:, 0], rotations[:, 0] = flight.positions, flight.rotations
    touched = np.zeros(frames, bool) if flight.fell_at is None else times >= flight.fell_at
    broken = touched if breaks else np.zeros(frames, bool)
    truth: dict[str, np.ndarray] = {}
    seed = int(rng.integers(2**31))
    if kind in BREAKABLE:
        parts = pieces(kind, np.random.default_rng(seed))
        places, turns = _scatter(parts, whole(kind).middle, flight, times, rng)
        truth = {"piece_positions": places, "piece_rotations": turns}
        positions[broken, 0] = places[broken].mean(1)
    return MatterMotion(
        positions=positions,
        rotations=rotations,
        contacts=touched,
        broken=broken,
        happened_at=flight.fell_at,
        truth=truth,
        shape={"seed": np.array(seed)},
    )


def start_height(kind: str) -> float:
    """Of the middle of a thing that stands on the ground, metres."""
    return BALL_RADIUS if kind == "ball" else float(whole(kind).middle[2])


def _fly(kind: str, times: np.ndarray, rng: np.random.Generator, sign: float) -> _Flight:
    start = np.array(
        [
            sign * (TABLE_TOP[0] / 2 - (0.14 if kind == "ball" else 0.28)),
            float(rng.uniform(-0.1, 0.05)),
            0.0,
        ]
    )
    start[2] = TABLE_HEIGHT + start_height(kind) + 0.001
    model = mujoco.MjModel.from_xml_string(_whole_mjcf(kind, start))
    data = mujoco.MjData(model)
    begins, push = float(rng.uniform(0.35, 0.7)), float(rng.uniform(*PUSH.get(kind, FAST_PUSH)))
    side = float(rng.normal(0, 0.12))
    positions, rotations = np.empty((len(times), 3)), np.empty((len(times), 3, 3))
    fell_at, speed, pose = None, np.zeros(6), (start, np.eye(3))
    pushed = False
    mujoco.mj_forward(model, data)
    for frame, time in enumerate(times):
        while data.time < time - FLIGHT_STEP / 2:
            if not pushed and data.time >= begins:
                data.qvel[:3] = (sign * push, side, 0)
                pushed = True
            before = data.qvel.copy(), (data.xpos[1].copy(), data.xmat[1].reshape(3, 3).copy())
            mujoco.mj_step(model, data)
            if fell_at is None and _on_ground(data):
                fell_at, (speed, pose) = float(data.time), before
        mujoco.mj_forward(model, data)
        positions[frame], rotations[frame] = data.xpos[1], data.xmat[1].reshape(3, 3)
    turn = pose[1]
    spin = turn @ speed[3:]  # MuJoCo gives it in the body's own frame
    return _Flight(positions, rotations, fell_at, np.concatenate([speed[:3], spin]), pose)


def _on_ground(data: mujoco.MjData) -> bool:
    return any(0 in (data.contact[i].geom1, data.contact[i].geom2) for i in range(data.ncon))


def _whole_mjcf(kind: str, start: np.ndarray) -> str:
    solref = f'solref="{SOLREF[kind]}"'
    rolling = 0.007 if kind == "ball" else 0.002
    if kind == "ball":
        asset, shape = "", f'type="sphere" size="{BALL_RADIUS}"'
    else:
        asset = f'<mesh name="whole" vertex="{xml_numbers(whole(kind).hull[::3])}"/>'
        shape = 'type="mesh" mesh="whole"'
    return f"""
    <mujoco>
      <option timestep="{FLIGHT_STEP}" integrator="implicitfast"/>
      <asset>{asset}</asset>
      <worldbody>
        <geom type="plane" size="20 20 0.1" friction="0.7"/>
        <geom type="box" size="{xml_numbers(np.array(TABLE_TOP) / 2)}"
          pos="0 0 {TABLE_HEIGHT - TABLE_TOP[2] / 2}" friction="0.25"/>
        <body pos="{xml_numbers(start)}"><freejoint/>
          <geom {shape} mass="{MASS}" friction="0.25 0.005 {rolling}" {solref} condim="6"/>
        </body>
      </worldbody>
    </mujoco>"""


def _scatter(
    parts: list[Piece],
    middle: np.ndarray,
    flight: _Flight,
    times: np.ndarray,
    rng: np.random.Generator,
) -> tuple[np.ndarray, np.ndarray]:
    """Middles [F, P, 3] and rotations [F, P, 3, 3] of the pieces: in the whole, whose middle is
    `middle`, until it breaks."""
    count = len(parts)
    shift = np.array([part.middle for part in parts]) - middle
    places = flight.positions[:, None] + np.einsum("fij,pj->fpi", flight.rotations, shift)
    turns = np.repeat(flight.rotations[:, None], count, axis=1)
    if flight.fell_at is None:
        return places, turns
    model = mujoco.MjModel.from_xml_string(_pieces_mjcf(parts))
    data = mujoco.MjData(model)
    place, turn = flight.pose
    arms = shift @ turn.T
    quaternion = np.empty(4)
    mujoco.mju_mat2Quat(quaternion, turn.reshape(-1))
    speeds = KEPT * (flight.speed[:3] + np.cross(flight.speed[3:], arms))
    outward = arms / np.maximum(np.linalg.norm(arms, axis=1, keepdims=True), 1e-6)
    speeds += BURST * outward * rng.uniform(0.4, 1.6, (count, 1))
    speeds[:, 2] = np.abs(speeds[:, 2]) * 0.35
    data.qpos[:] = np.concatenate([place + arms, np.tile(quaternion, (count, 1))], 1).reshape(-1)
    spins = rng.normal(0, 4.0, (count, 3))
    data.qvel[:] = np.concatenate([speeds, spins], 1).reshape(-1)
    data.time = flight.fell_at
    for frame, time in enumerate(times):
        if time < flight.fell_at:
            continue
        while data.time < time - STEP / 2:
            mujoco.mj_step(model, data)
        mujoco.mj_forward(model, data)
        places[frame], turns[frame] = data.xpos[1:], data.xmat[1:].reshape(-1, 3, 3)
    return places, turns


def _pieces_mjcf(parts: list[Piece]) -> str:
    """Pieces that touch the ground and the table, but not one another: they start joined."""
    area = np.array([len(part.hull) for part in parts], float)
    meshes, bodies = [], []
    for index, (part, share) in enumerate(zip(parts, area / area.sum(), strict=True)):
        meshes.append(f'<mesh name="p{index}" vertex="{xml_numbers(part.hull)}"/>')
        bodies.append(
            f'<body><freejoint/><geom type="mesh" mesh="p{index}" mass="{MASS * share:.5f}"'
            ' contype="2" conaffinity="1" friction="0.6 0.01 0.003" condim="6"/></body>'
        )
    return f"""
    <mujoco>
      <option timestep="{STEP}" integrator="implicitfast"/>
      <asset>{"".join(meshes)}</asset>
      <worldbody>
        <geom type="plane" size="20 20 0.1" contype="1" conaffinity="2" friction="0.7"/>
        <geom type="box" size="{xml_numbers(np.array(TABLE_TOP) / 2)}" contype="1"
          conaffinity="2" pos="0 0 {TABLE_HEIGHT - TABLE_TOP[2] / 2}"/>
        {"".join(bodies)}
      </worldbody>
    </mujoco>"""
