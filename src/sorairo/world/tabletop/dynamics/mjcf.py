"""Builds the MuJoCo model of a scene: geometry, mass, friction and restitution.

Colours and textures are set by `rendering`.
"""

# pyright: reportAttributeAccessIssue=false
# (MuJoCo's bindings are compiled and have no stubs.)

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from sorairo.world.bindings import mujoco
from sorairo.world.tabletop.scene import COLORS, SIZES, Body, Scene

STEP = 1 / 480  # seconds; a bounce lasts 31 ms, fifteen steps
PIVOT_HEIGHT = 11.5  # metres, of the bar that a swing hangs from
DISC_RADIUS, DISC_HEIGHT = 5.6, 0.4
SCREEN_HALF_WIDTH, SCREEN_HEIGHT, SCREEN_Y = 2.7, 6.6, -3.0
CONTACT_STIFFNESS = 1e4  # 1/s^2: a bounce is half a period of a 16 Hz spring
GRIP = 0.6  # friction of rolling bodies; with less, rolling resistance makes them skid
CATCH = 0.3  # restitution of a body that is thrown up repeatedly, as if nearly caught
PROP_COLOR = (0.42, 0.38, 0.36, 1.0)
SCREEN_COLOR = (0.60, 0.55, 0.50, 1.0)


@dataclass(frozen=True, kw_only=True)
class Material:
    """How a body behaves in contact."""

    density: float
    """kg/m^3."""
    restitution: float
    """Speed after a bounce / speed before."""
    sliding: float
    """Friction coefficient."""
    rolling: float
    """Rolling resistance as a lever arm, metres per metre of size."""


BEHAVIOUR = {
    "rubber": Material(density=200.0, restitution=0.75, sliding=0.12, rolling=0.09),
    "wood": Material(density=500.0, restitution=0.4, sliding=0.10, rolling=0.08),
    "metal": Material(density=2000.0, restitution=0.2, sliding=0.08, rolling=0.07),
}

# Geom type, and its size parameters as multiples of the half height.
GEOMETRY: dict[str, tuple[mujoco.mjtGeom, tuple[float, ...]]] = {
    "sphere": (mujoco.mjtGeom.mjGEOM_SPHERE, (1.0,)),
    "box": (mujoco.mjtGeom.mjGEOM_BOX, (0.85, 0.85, 1.0)),
    "cylinder": (mujoco.mjtGeom.mjGEOM_CYLINDER, (0.82, 1.0)),
    "capsule": (mujoco.mjtGeom.mjGEOM_CAPSULE, (0.62, 0.68)),
}


def geom_size(body: Body) -> list[float]:
    """The three MuJoCo size parameters of a body's geom, metres."""
    size = [SIZES[body.size] * factor for factor in GEOMETRY[body.shape][1]]
    return size + [0.0] * (3 - len(size))


def half_spans(body: Body) -> np.ndarray:
    """Half the extent of the body along world x, y, z in its orientation, metres, [3]."""
    matrix = np.empty(9)
    mujoco.mju_quat2Mat(matrix, np.asarray(body.quaternion, dtype=float))
    rotation = matrix.reshape(3, 3)
    size = np.asarray(geom_size(body))
    axis = np.abs(rotation[:, 2])
    match body.shape:
        case "sphere":
            return np.full(3, size[0])
        case "box":
            return np.abs(rotation) @ size
        case "cylinder":
            return size[0] * np.sqrt(np.maximum(1 - axis**2, 0)) + size[1] * axis
        case "capsule":
            return size[0] + size[1] * axis
    raise AssertionError(body.shape)


def solref(restitution: float) -> list[float]:
    """MuJoCo's direct (negative) stiffness and damping of a contact with this restitution.

    A damped spring that separates when its force would pull has
    e = exp(-z / sqrt(1 - z^2) * atan2(2 z sqrt(1 - z^2), 2 z^2 - 1)) (Schwager and Poeschel 2007).
    """

    def bounce(z: float) -> float:
        root = math.sqrt(1 - z * z)
        return math.exp(-z / root * math.atan2(2 * z * root, 2 * z * z - 1))

    low, high = 1e-4, 0.99
    for _ in range(40):
        middle = (low + high) / 2
        low, high = (middle, high) if bounce(middle) > restitution else (low, middle)
    return [-CONTACT_STIFFNESS, -2 * low * math.sqrt(CONTACT_STIFFNESS)]


def mass(body: Body) -> float:
    """The mass of a body in kilograms."""
    r, h, depth = (*geom_size(body),)
    volume = {
        "sphere": 4 / 3 * math.pi * r**3,
        "box": 8 * r * h * depth,
        "cylinder": 2 * math.pi * r**2 * h,
        "capsule": math.pi * r**2 * (2 * h + 4 / 3 * r),
    }[body.shape]
    return BEHAVIOUR[body.material].density * volume


def friction(body: Body) -> float:
    """Friction coefficient on the floor: GRIP for spheres and bodies that start out rolling."""
    vx, vy, vz = body.velocity
    starts_rolling = any(body.spin) and (vx or vy) and not vz
    grips = body.shape == "sphere" or starts_rolling
    return GRIP if grips else BEHAVIOUR[body.material].sliding


def is_carried(scene: Scene, index: int) -> bool:
    """Whether a body is fixed to the swing or the turntable instead of moving freely."""
    return scene.event == "turntable" or (scene.event == "swing" and index == 0)


def restitution(scene: Scene, index: int) -> float:
    """The restitution of a body: that of its material, or CATCH if it is thrown repeatedly."""
    caught = scene.event == "toss" and index == 0
    return CATCH if caught else BEHAVIOUR[scene.bodies[index].material].restitution


def build_model(scene: Scene) -> mujoco.MjModel:
    """A model at the scene's starting state (its `qpos0`; velocities are set by `simulate`).

    Geoms are named: "floor", then the event's props, then "body0", "body1", ...
    """
    spec = mujoco.MjSpec()
    spec.option.timestep = STEP
    # With implicit integration, bodies at rest jump (seen with several cylinders).
    spec.option.integrator = mujoco.mjtIntegrator.mjINT_EULER
    # With several contacts for one pair, box against cylinder exploded one time in 80. (Before
    # MuJoCo 4 they were off by default, without a flag.)
    spec.option.disableflags |= getattr(mujoco.mjtDisableBit, "mjDSBL_MULTICCD", 0)
    spec.option.cone = mujoco.mjtCone.mjCONE_ELLIPTIC
    spec.worldbody.add_geom(
        name="floor", type=mujoco.mjtGeom.mjGEOM_PLANE, size=[0, 0, 1], condim=6
    )
    carrier = None
    if scene.event == "hide":
        _add_screen(spec)
    elif scene.event == "turntable":
        carrier = _add_turntable(spec)
    elif scene.event == "swing":
        carrier = _add_swing(spec, scene.bodies[0])
    for index, body in enumerate(scene.bodies):
        name = f"body{index}"
        parent = carrier if carrier is not None and is_carried(scene, index) else spec.worldbody
        frame = parent.add_body(name=name, pos=body.position, quat=body.quaternion)
        if parent is spec.worldbody:
            frame.add_freejoint(name=name)
        _add_body_geom(frame, name, body, restitution(scene, index))
    return spec.compile()


def _add_body_geom(frame: mujoco.MjsBody, name: str, body: Body, bounce: float) -> None:
    material = BEHAVIOUR[body.material]
    frame.add_geom(
        name=name,
        type=GEOMETRY[body.shape][0],
        size=geom_size(body),
        rgba=[*COLORS[body.color], 1.0],
        density=material.density,
        condim=6,
        priority=1,
        friction=[friction(body), 0.05, material.rolling * SIZES[body.size]],
        solref=solref(bounce),
        solimp=[0.99, 0.99, 0.001, 0.5, 2],
    )


def _add_screen(spec: mujoco.MjSpec) -> None:
    spec.worldbody.add_geom(
        name="screen",
        type=mujoco.mjtGeom.mjGEOM_BOX,
        size=[SCREEN_HALF_WIDTH, 0.15, SCREEN_HEIGHT / 2],
        pos=[0, SCREEN_Y, SCREEN_HEIGHT / 2],
        rgba=SCREEN_COLOR,
    )


def _add_turntable(spec: mujoco.MjSpec) -> mujoco.MjsBody:
    """A disc with a frictionless bearing, to which the bodies are fixed."""
    disc = spec.worldbody.add_body(name="disc")
    disc.add_joint(name="prop", type=mujoco.mjtJoint.mjJNT_HINGE, axis=[0, 0, 1])
    disc.add_geom(
        name="disc",
        type=mujoco.mjtGeom.mjGEOM_CYLINDER,
        size=[DISC_RADIUS, DISC_HEIGHT / 2, 0],
        pos=[0, 0, DISC_HEIGHT / 2],
        rgba=PROP_COLOR,
        contype=0,
        conaffinity=0,
    )
    return disc


def _add_swing(spec: mujoco.MjSpec, body: Body) -> mujoco.MjsBody:
    """Two posts with a bar and an undamped hinge in it; a light rod carries the first body."""
    still = {"contype": 0, "conaffinity": 0, "rgba": PROP_COLOR}
    capsule = mujoco.mjtGeom.mjGEOM_CAPSULE
    bar = [-8.2, 0, PIVOT_HEIGHT, 8.2, 0, PIVOT_HEIGHT]
    spec.worldbody.add_geom(name="bar", type=capsule, fromto=bar, size=[0.22, 0, 0], **still)
    for name, x in (("left post", -8.2), ("right post", 8.2)):
        post = [x, 0, 0, x, 0, PIVOT_HEIGHT]
        spec.worldbody.add_geom(name=name, type=capsule, fromto=post, size=[0.22, 0, 0], **still)
    arm = spec.worldbody.add_body(name="arm")
    pivot = [0, 0, PIVOT_HEIGHT]
    arm.add_joint(name="prop", type=mujoco.mjtJoint.mjJNT_HINGE, axis=[0, 1, 0], pos=pivot)
    rod = [*pivot, *body.position]
    arm.add_geom(name="rod", type=capsule, fromto=rod, size=[0.12, 0, 0], density=1.0, **still)
    return arm
