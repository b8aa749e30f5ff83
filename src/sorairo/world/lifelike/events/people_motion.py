"""Where people go and what they do."""

from __future__ import annotations

import numpy as np

from sorairo.world.lifelike.people import gaits as g
from sorairo.world.lifelike.people.actions import (
    dancing,
    distance_walked,
    placed,
    standing,
    walking,
    waving,
)
from sorairo.world.lifelike.people.gaits import Gait, gaits
from sorairo.world.lifelike.scene import Scene

FACING = {"left": -np.pi / 2, "right": np.pi / 2, "towards": np.pi, "away": 0.0}
NEVER = 1e6  # seconds
GAP = 0.55  # metres between someone's path and the middle, when two people pass
MEETING = 0.95  # metres between two people who meet


def people_motion(
    scene: Scene, times: np.ndarray, seconds: float, rng: np.random.Generator
) -> np.ndarray:
    """The joints of everyone in a scene, metres, [F, people, 31, 3]."""
    if not scene.people:
        return np.zeros((len(times), 0, g.NUM_JOINTS, 3))
    found = gaits()
    walkers = [found[int(rng.integers(1, len(found)))] for _ in scene.people]
    phases = rng.uniform(0, 1, len(scene.people))
    if scene.event in ("walk", "hide"):
        moved = [_walk(scene, times, seconds, walkers[0], phases[0], rng)]
    elif scene.event == "meet":
        moved = _meet(scene, times, seconds, walkers, phases)
    elif scene.event == "pass":
        moved = _pass(scene, times, seconds, walkers, phases)
    else:
        act = {"wave": waving, "dance": dancing}.get(scene.event, standing)
        facing = np.pi + rng.normal(0, 0.35)
        moved = [_in_place(act(times, walkers[0], phases[0]), facing)]
    return np.stack(moved, axis=1)


def _in_place(joints: np.ndarray, facing: float) -> np.ndarray:
    frames = len(joints)
    return placed(joints, np.zeros((frames, 2)), np.full(frames, facing))


def _walk(
    scene: Scene,
    times: np.ndarray,
    seconds: float,
    gait: Gait,
    phase: float,
    rng: np.random.Generator,
) -> np.ndarray:
    """Across the middle of the clip's length, through the origin."""
    slant = float(rng.normal(0, 0.12)) if scene.event == "walk" else 0.0
    facing = FACING[scene.heading] + slant
    distance = distance_walked(times, gait.speed, NEVER)
    halfway = gait.speed * seconds / 2
    if scene.event == "walk":
        halfway = min(halfway, 2.4)
    return _along(times, gait, phase, distance, NEVER, facing, -halfway, 0.0)


def _along(
    times: np.ndarray,
    gait: Gait,
    phase: float,
    distance: np.ndarray,
    stop: float,
    facing: float,
    start: float,
    aside: float,
) -> np.ndarray:
    """Someone who walks in the direction `facing` from `start` metres before the origin, `aside`
    metres to the right of it."""
    ahead = np.array([np.sin(facing), np.cos(facing)])
    right = np.array([np.cos(facing), -np.sin(facing)])
    positions = (start + distance)[:, None] * ahead + aside * right
    joints = walking(times, gait, phase, distance, stop)
    return placed(joints, positions, np.full(len(times), facing))


def _meet(
    scene: Scene, times: np.ndarray, seconds: float, walkers: list[Gait], phases: np.ndarray
) -> list[np.ndarray]:
    stop = 0.55 * seconds
    moved = []
    for index, (gait, phase) in enumerate(zip(walkers, phases, strict=True)):
        facing = FACING[scene.heading] + np.pi * index
        distance = distance_walked(times, gait.speed, stop)
        whole = float(distance_walked(np.array([stop]), gait.speed, stop)[0])
        start = -whole - MEETING / 2
        moved.append(_along(times, gait, phase, distance, stop, facing, start, 0.0))
    return moved


def _pass(
    scene: Scene, times: np.ndarray, seconds: float, walkers: list[Gait], phases: np.ndarray
) -> list[np.ndarray]:
    moved = []
    for index, (gait, phase) in enumerate(zip(walkers, phases, strict=True)):
        facing = FACING[scene.heading] + np.pi * index
        distance = distance_walked(times, gait.speed, NEVER)
        start = -gait.speed * seconds / 2
        moved.append(_along(times, gait, phase, distance, NEVER, facing, start, GAP))
    return moved
