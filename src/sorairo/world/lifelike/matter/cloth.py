"""A cloth that falls over a thing and drapes it, simulated by MuJoCo."""

# pyright: reportAttributeAccessIssue=false
# (MuJoCo's bindings are compiled and have no stubs.)

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sorairo.world.bindings import mujoco
from sorairo.world.lifelike.matter.motion import GRAVITY, MatterMotion, resting, xml_numbers
from sorairo.world.lifelike.scene import Scene
from sorairo.world.lifelike.thing_names import NAMES
from sorairo.world.lifelike.things import relief

GRID = 23  # vertices along each side
STEP = 0.004  # seconds
RADIUS = 0.012  # of a vertex in contacts, metres
MASS = 0.25  # kg a square metre
FALL_SPEED = 2.4  # m/s: of a cloth that lies flat in the air
SIDEWAYS = 0.12  # of the drag of a cloth that moves along itself
BALL_RADIUS = 0.3  # metres
BOX = (0.5, 0.42, 0.46)  # metres
DRAPED = ("apple", "hamburger", "cake", "present", "teddy bear", "mushroom", "snowman", "robot")


@dataclass(frozen=True, kw_only=True)
class Draped:
    """The thing under the cloth."""

    geom: str
    """MJCF of its collision shape."""
    asset: str
    """MJCF of a mesh that this needs."""
    height: float
    """Metres."""
    width: float
    """Metres."""


def drape(scene: Scene, times: np.ndarray, rng: np.random.Generator) -> MatterMotion:
    """The first thing, a cloth, falls over the second."""
    under = draped(scene.things[1].kind)
    side = float(rng.uniform(1.15, 1.35)) * (under.width + 1.3 * under.height)
    model = mujoco.MjModel.from_xml_string(_mjcf(under, side))
    data = mujoco.MjData(model)
    mujoco.mj_forward(model, data)
    flat = data.flexvert_xpos.copy()
    data.qpos[:] = (_start(rng, flat, side, under.height) - flat).reshape(-1)
    vertices = np.empty((len(times), GRID * GRID, 3))
    touched_at = None
    for frame, time in enumerate(times):
        while data.time < time - STEP / 2:
            data.qfrc_applied[:] = _drag(data.qvel.reshape(-1, 3), data.flexvert_xpos, side)
            mujoco.mj_step(model, data)
            if touched_at is None and data.ncon:
                touched_at = float(data.time)
        mujoco.mj_forward(model, data)
        vertices[frame] = data.flexvert_xpos
    positions, rotations = resting(len(times), 2)
    positions[:, 0] = vertices.mean(1)
    contacts = np.zeros(len(times), bool) if touched_at is None else times >= touched_at
    return MatterMotion(
        positions=positions,
        rotations=rotations,
        contacts=contacts,
        broken=np.zeros(len(times), bool),
        happened_at=touched_at,
        truth={"cloth": vertices},
    )


def draped(kind: str) -> Draped:
    """The thing of a kind under a cloth. Raises MissingExtraError."""
    if kind == "ball":
        geom = f'<geom type="sphere" size="{BALL_RADIUS}" pos="0 0 {BALL_RADIUS}" friction="0.7"/>'
        return Draped(geom=geom, asset="", height=2 * BALL_RADIUS, width=2 * BALL_RADIUS)
    if kind == "box":
        half = np.array(BOX) / 2
        place = xml_numbers(half * [0, 0, 1])
        geom = f'<geom type="box" size="{xml_numbers(half)}" pos="{place}" friction="0.7"/>'
        return Draped(geom=geom, asset="", height=BOX[2], width=max(BOX[:2]))
    vertices = relief(kind).geometry.positions
    return Draped(
        geom='<geom type="mesh" mesh="thing" friction="0.7"/>',
        asset=f'<mesh name="thing" vertex="{xml_numbers(vertices)}"/>',
        height=NAMES[kind].height,
        width=float(np.ptp(vertices[:, 0])),
    )


def _start(rng: np.random.Generator, flat: np.ndarray, side: float, height: float) -> np.ndarray:
    """Where the vertices [V, 3] of a flat cloth are at first: level but for a fold or two, above a
    thing of a height."""
    x, y = flat[:, 0] - flat[:, 0].mean(), flat[:, 1] - flat[:, 1].mean()
    phase = rng.uniform(0, 2 * np.pi, 2)
    wave = 0.03 * np.sin(3 * x / side * np.pi + phase[0]) * np.cos(2 * y / side * np.pi + phase[1])
    angle = float(rng.uniform(0, np.pi / 2))
    cosine, sine = np.cos(angle), np.sin(angle)
    shift = rng.normal(0, 0.04, 2)
    tilt = rng.normal(0, 0.08, 2)
    z = height + float(rng.uniform(0.7, 1.0)) + wave + tilt[0] * x + tilt[1] * y
    return np.stack([cosine * x - sine * y + shift[0], sine * x + cosine * y + shift[1], z], -1)


def _drag(speeds: np.ndarray, vertices: np.ndarray, side: float) -> np.ndarray:
    """The force of the air on the vertices, [3 V]; most of it across the cloth."""
    grid = vertices.reshape(GRID, GRID, 3)
    across = np.cross(np.gradient(grid, axis=0), np.gradient(grid, axis=1)).reshape(-1, 3)
    normals = across / np.maximum(np.linalg.norm(across, axis=1, keepdims=True), 1e-9)
    strength = MASS * side**2 / GRID**2 * GRAVITY / FALL_SPEED
    along = (speeds * normals).sum(1, keepdims=True) * normals
    return -strength * ((1 - SIDEWAYS) * along + SIDEWAYS * speeds).reshape(-1)


def _mjcf(under: Draped, side: float) -> str:
    spacing = side / (GRID - 1)
    return f"""
    <mujoco>
      <option timestep="{STEP}" integrator="implicitfast" solver="CG" iterations="20"
        tolerance="1e-5"/>
      <asset>{under.asset}</asset>
      <worldbody>
        <geom type="plane" size="20 20 0.1" friction="0.8"/>
        {under.geom}
        <flexcomp name="cloth" type="grid" dim="2" count="{GRID} {GRID} 1"
          spacing="{spacing:.5f} {spacing:.5f} 1" pos="0 0 3" mass="{MASS * side**2:.4f}"
          radius="{RADIUS}">
          <edge equality="true" damping="0.01"/>
          <contact selfcollide="none" solref="0.01 1"/>
        </flexcomp>
      </worldbody>
    </mujoco>"""
