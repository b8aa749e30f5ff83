"""People who use things: they sit down, carry something, and go through a door."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sorairo.world.filament.geometry import about_z
from sorairo.world.lifelike.assets import bodies
from sorairo.world.lifelike.assets.furniture import MODELS
from sorairo.world.lifelike.events.props import DOOR, HANDLE
from sorairo.world.lifelike.events.ways import FACING, ahead, eased, straight
from sorairo.world.lifelike.people.actions import placed, standing, walking
from sorairo.world.lifelike.people.arms import hands, with_hands
from sorairo.world.lifelike.people.performer import Act, Performer
from sorairo.world.lifelike.people.sitting import sitting, thigh_length
from sorairo.world.lifelike.people.travel import (
    Travel,
    moments,
    stepping_to_rest,
    stopping,
    travel,
)
from sorairo.world.lifelike.scene import Scene
from sorairo.world.lifelike.thing_names import NAMES
from sorairo.world.lifelike.things import relief

SITTING_DOWN = 1.25  # seconds
WALKED_UP = 0.42  # of the clip, until someone stands before their seat
OPENING = 0.9  # seconds in which a door is pushed open
OPEN = np.radians(98.0)
PUSHES_FROM = 0.68  # metres before a door, of a person of 1.7 m
CAREFUL = 0.42  # of the pace, at a door
HELD_AHEAD, HELD_UP = 0.30, 0.02  # metres from the chest, of a person of 1.7 m


@dataclass(frozen=True, kw_only=True)
class Use:
    """What someone did, and where the things went."""

    act: Act
    positions: dict[int, np.ndarray]
    """Of things by their number, [F, 3]."""
    rotations: dict[int, np.ndarray]
    """Of things by their number, [F, 3, 3]."""
    door_angles: np.ndarray | None = None
    """How far a door is open, radians, [F]."""


def sit(
    scene: Scene, times: np.ndarray, seconds: float, someone: Performer, rng: np.random.Generator
) -> Use:
    """Stands before a seat, or walks up to it, and sits down."""
    facing = float(np.pi + rng.uniform(0.2, 0.9) * rng.choice([-1, 1]))
    front, thigh = ahead(facing), thigh_length(someone)
    feet = (0.88 * thigh) * front  # where they stand, seen from where the hips will be
    if rng.random() < 0.5:
        begins = float(rng.uniform(0.3, 0.9))
        joints = standing(times, someone.gait, someone.phase)
        joints = placed(joints, np.tile(feet, (len(times), 1)), np.full(len(times), facing))
        plants = someone.stance(feet, facing)
    else:
        way = _beside(seconds, someone, facing, float(rng.choice([-1, 1])))
        way = way.moved(feet - way.places[-1])
        joints = walking(times, someone.gait, way, someone.phase)
        plants = someone.steps(way)
        begins = WALKED_UP * seconds + 0.4
    model = MODELS[scene.things[0].kind]
    share = np.clip((times - begins) / SITTING_DOWN, 0, 1)
    act = sitting(someone, times, joints, plants, share, front, model.seat)
    middle = -max(model.seat_front - 0.9 * thigh, 0.0) * front  # knees stay before the edge
    positions = {0: np.tile([*middle, 0.0], (len(times), 1))}
    return Use(act=act, positions=positions, rotations={0: _turned(facing, len(times))})


def _beside(seconds: float, someone: Performer, facing: float, side: float) -> Travel:
    """A way along a seat that ends with a turn to where its front looks."""
    moves = moments(seconds)
    stop = WALKED_UP * seconds
    turned = eased((moves - stop + 1.1) / 1.0)
    directions = facing + side * np.pi / 2 * (1 - turned)
    way = travel(someone.gait, moves, stopping(moves, stop), directions, someone.phase)
    return stepping_to_rest(way, someone.gait, 0 if side > 0 else 1)


def _turned(facing: float, frames: int) -> np.ndarray:
    """Rotations of a thing whose front, at -y, comes to look in a direction, [F, 3, 3]."""
    return about_z(np.full(frames, np.pi - facing))


def carry(
    scene: Scene, times: np.ndarray, seconds: float, someone: Performer, rng: np.random.Generator
) -> Use:
    """Walks past with a thing in the arms."""
    facing = FACING[scene.heading] + float(rng.normal(0, 0.1))
    way = straight(someone, seconds, facing)
    way = way.moved(-min(someone.gait.speed * seconds / 2, 2.2) * ahead(facing))
    act = someone.walk(times, way)
    rig = bodies.rig()
    chest = act.pose.heads[:, list(rig.names).index("Spine1")]
    kind = scene.things[0].kind
    half = float(np.ptp(relief(kind).geometry.positions[:, 0])) / 2
    apart = min(half + 0.02, 0.24 * someone.scale)
    forward, right = np.array([*ahead(facing), 0.0]), np.array([*ahead(facing + np.pi / 2), 0.0])
    middle = chest + someone.scale * (HELD_AHEAD * forward + [0, 0, HELD_UP])
    goals = np.stack([middle - apart * right, middle + apart * right], 1)
    outward = np.tile([-0.7 * right, 0.7 * right], (len(times), 1, 1))
    pose = with_hands(act.pose, goals, np.ones((len(times), 2)), outward, someone.body, rig)
    held = hands(pose, someone.body, rig).mean(1)
    grip = 0.06 * someone.scale * forward  # from the wrists to the palms
    bottom = held + grip - [0, 0, 0.45 * NAMES[kind].height]
    turned = _turned(_towards_the_camera(facing), len(times))
    return Use(act=Act(pose, act.feet), positions={0: bottom}, rotations={0: turned})


def _towards_the_camera(facing: float) -> float:
    """The direction in which someone holds a picture: ahead, but turned to the camera."""
    away = (np.pi - facing + np.pi) % (2 * np.pi) - np.pi
    return facing + float(np.clip(away, -0.9, 0.9))


def go_through_door(
    scene: Scene, times: np.ndarray, seconds: float, someone: Performer, rng: np.random.Generator
) -> Use:
    """Walks up to a door, pushes it open and walks through."""
    facing = FACING[scene.heading] + float(rng.uniform(-0.4, 0.4))
    moves = moments(seconds)
    near = seconds * float(rng.uniform(0.5, 0.6))  # when they are at the door
    slow = np.exp(-(((moves - near + 0.45) / 0.75) ** 2))
    way = travel(
        someone.gait,
        moves,
        1 - (1 - CAREFUL) * slow,
        np.full(len(moves), facing),
        someone.phase,
    )
    at_door = int(np.argmin(np.abs(moves - near)))
    way = way.moved(-way.places[at_door])
    act = someone.walk(times, way)
    before = -(way.places @ ahead(facing))
    begins = float(moves[np.argmax(before < PUSHES_FROM * someone.scale)])
    side = float(rng.choice([-1, 1]))  # of the hinge, as the person sees it
    angles = OPEN * eased((times - begins) / OPENING)
    hinge = side * DOOR[0] / 2 * ahead(facing + np.pi / 2)
    # The leaf reaches from the hinge to the other side, and turns ahead of the person.
    closed = np.arctan2(*(-side * ahead(facing + np.pi / 2))[::-1])
    leaf = about_z(closed + side * -angles)
    positions = {
        0: np.tile([*hinge, 0.0], (len(times), 1)),
        1: np.zeros((len(times), 3)),
    }
    pushed = _pushing(act, times, begins, leaf, hinge, facing, side, someone)
    return Use(
        act=pushed,
        positions=positions,
        rotations={0: leaf, 1: _turned(facing, len(times))},
        door_angles=angles,
    )


def _pushing(
    act: Act,
    times: np.ndarray,
    begins: float,
    leaf: np.ndarray,
    hinge: np.ndarray,
    facing: float,
    side: float,
    someone: Performer,
) -> Act:
    """A hand on the handle until the door is half open."""
    handle = leaf @ np.array([DOOR[0] - HANDLE[0], 0.0, HANDLE[1]]) + [*hinge, 0.0]
    handle = handle - 0.11 * someone.scale * np.array([*ahead(facing), 0.0])  # wrist to palm
    arm = 0 if side > 0 else 1  # the one that is farther from the hinge
    share = eased((times - begins + 0.45) / 0.45) * (1 - eased((times - begins - 0.45) / 0.4))
    goals, blends = np.zeros((len(times), 2, 3)), np.zeros((len(times), 2))
    goals[:, arm], blends[:, arm] = handle, share
    right = np.array([*ahead(facing + np.pi / 2), 0.0])
    outward = np.tile([-0.4 * right, 0.4 * right], (len(times), 1, 1))
    pose = with_hands(act.pose, goals, blends, outward, someone.body, bodies.rig())
    return Act(pose, act.feet)


USES = {"sit": sit, "carry": carry, "door": go_through_door}
