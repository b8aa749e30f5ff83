"""A pane of glass that breaks when a ball hits it, and only then, simulated by MuJoCo."""

# pyright: reportAttributeAccessIssue=false
# (MuJoCo's bindings are compiled and have no stubs.)

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.spatial import Voronoi

from sorairo.world.bindings import mujoco

PANE = (1.5, 1.3)  # width and height, metres
THICKNESS = 0.03  # metres
SHARDS = 34
BALL_RADIUS, BALL_MASS = 0.14, 1.5
STEP = 0.0025  # seconds
LIFT = 0.02  # metres between the ground and the pane


@dataclass(frozen=True, eq=False)
class GlassRun:
    """A pane and a ball over time."""

    outlines: tuple[np.ndarray, ...]
    """The shards, [N, 2] in the plane of x and z, about their own middles."""
    positions: np.ndarray
    """Middles of the shards, then of the ball, metres, [F, SHARDS + 1, 3]."""
    rotations: np.ndarray
    """[F, SHARDS + 1, 3, 3]."""
    broken_at: float | None
    """The time of the impact in seconds; None: the pane stays whole."""
    broken: np.ndarray
    """Whether the pane is broken, bool [F]."""
    touched: np.ndarray
    """Whether the ball touched glass or the ground since the frame before, bool [F]."""


def run_glass(
    rng: np.random.Generator, times: np.ndarray, start: np.ndarray, velocity: np.ndarray
) -> GlassRun:
    """A ball that starts with a velocity, beside a pane in the plane y = 0 about x = 0.

    Args:
        rng: Decides how the pane breaks.
        times: Of the frames, seconds, [F].
        start: The middle of the ball at time 0, [3].
        velocity: Of the ball, m/s, [3].
    """
    outlines, middles = _shards(rng)
    model = mujoco.MjModel.from_xml_string(_mjcf(outlines, middles, start))
    data = mujoco.MjData(model)
    data.qvel[-6:-3] = velocity
    ball = model.body("ball").id
    count = len(outlines)
    positions = np.empty((len(times), count + 1, 3))
    rotations = np.empty((len(times), count + 1, 3, 3))
    broken_at = None
    touched = np.zeros(len(times), bool)
    whole = data.qpos[:-7].copy()
    mujoco.mj_forward(model, data)
    for frame, time in enumerate(times):
        while data.time < time - STEP / 2:
            mujoco.mj_step(model, data)
            touching = _touching(model, data, ball)
            touched[frame] |= bool(touching)
            if broken_at is None and touching - {0}:  # 0 is the ground
                broken_at = float(data.time)
            if broken_at is None:  # the frame holds the pane still
                data.qpos[:-7], data.qvel[:-6] = whole, 0
        mujoco.mj_forward(model, data)
        for index in range(count + 1):
            positions[frame, index] = data.xpos[index + 1]
            rotations[frame, index] = data.xmat[index + 1].reshape(3, 3)
    broken = np.zeros(len(times), bool) if broken_at is None else times >= broken_at
    return GlassRun(tuple(outlines), positions, rotations, broken_at, broken, touched)


def _touching(model: mujoco.MjModel, data: mujoco.MjData, ball: int) -> set[int]:
    """The bodies that the ball touches."""
    found = set()
    for index in range(data.ncon):
        contact = data.contact[index]
        pair = {int(model.geom_bodyid[contact.geom1]), int(model.geom_bodyid[contact.geom2])}
        if ball in pair:
            found |= pair - {ball}
    return found


def _shards(rng: np.random.Generator) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Convex pieces of the pane about their middles [N, 2], and the middles, both in x and z."""
    width, height = PANE
    seeds = rng.uniform((-width / 2, 0), (width / 2, height), (SHARDS, 2))
    mirrored = [seeds]
    for axis, edge in ((0, -width / 2), (0, width / 2), (1, 0.0), (1, height)):
        flipped = seeds.copy()
        flipped[:, axis] = 2 * edge - flipped[:, axis]
        mirrored.append(flipped)
    cells = Voronoi(np.concatenate(mirrored))
    outlines, middles = [], []
    for index in range(SHARDS):
        corners = cells.vertices[cells.regions[cells.point_region[index]]]
        middle = corners.mean(0)
        around = np.arctan2(*(corners - middle).T[::-1])
        outlines.append((corners - middle)[np.argsort(around)] * 0.985)
        middles.append(middle + np.array([0, LIFT]))
    return outlines, middles


def _mjcf(outlines: list[np.ndarray], middles: list[np.ndarray], start: np.ndarray) -> str:
    def numbers(values: np.ndarray) -> str:
        return " ".join(f"{value:.5f}" for value in np.asarray(values).reshape(-1))

    meshes, bodies = [], []
    for index, (outline, middle) in enumerate(zip(outlines, middles, strict=True)):
        corners = [np.insert(outline, 1, side * THICKNESS / 2, axis=1) for side in (-1, 1)]
        meshes.append(f'<mesh name="s{index}" vertex="{numbers(np.concatenate(corners))}"/>')
        bodies.append(
            f'<body name="s{index}" pos="{middle[0]:.5f} 0 {middle[1]:.5f}"><freejoint/>'
            f'<geom type="mesh" mesh="s{index}" mass="0.08" friction="0.6"/></body>'
        )
    return f"""
    <mujoco>
      <option timestep="{STEP}" integrator="implicitfast"/>
      <asset>{"".join(meshes)}</asset>
      <worldbody>
        <geom type="plane" size="20 20 0.1" friction="0.8"/>
        {"".join(bodies)}
        <body name="ball" pos="{numbers(start)}"><freejoint/>
          <geom type="sphere" size="{BALL_RADIUS}" mass="{BALL_MASS}" solref="-2000 -20"/>
        </body>
      </worldbody>
    </mujoco>"""
