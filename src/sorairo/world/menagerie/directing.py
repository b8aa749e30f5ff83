"""Who goes where: the ways of the animals of a scene."""

from __future__ import annotations

import numpy as np

from sorairo.world.menagerie.animals import cast
from sorairo.world.menagerie.performance import Part, Performance, perform
from sorairo.world.menagerie.scene import Creature, Scene

# Radians from the negative y axis, counter-clockwise: an animal at 0 looks at the camera.
TOWARD = {"left": -np.pi / 2, "right": np.pi / 2, "towards": 0.0, "away": np.pi}
STANDING = ("stand", "eat")
OPPOSITE = {"left": "right", "right": "left", "towards": "away", "away": "towards"}


def direct(
    scene: Scene, times: np.ndarray, seconds: float, rng: np.random.Generator
) -> tuple[Performance, ...]:
    """The ways of the animals, in their order."""
    performances = []
    for index, creature in enumerate(scene.animals):
        tempo = float(rng.uniform(0.9, 1.12))
        parts = _parts(scene, creature, index, seconds, rng)
        sway = float(rng.normal(0, 0.12))
        heading = TOWARD[_heading(scene, index)] + sway
        if scene.event in STANDING:
            heading += float(rng.uniform(-0.6, 0.6)) + index * float(rng.uniform(0.3, 1.0))
        if scene.event == "chase":  # the hunter comes nearer, but not too near
            heading -= sway
        trial = perform(creature, parts, times, start=np.zeros(2), heading=heading, tempo=tempo)
        start = _start(scene, index, trial, rng)
        performances.append(
            perform(creature, parts, times, start=start, heading=heading, tempo=tempo)
        )
    return tuple(performances)


def _heading(scene: Scene, index: int) -> str:
    if scene.event == "pass" and index == 1:
        return OPPOSITE[scene.heading]
    return scene.heading


def _parts(
    scene: Scene, creature: Creature, index: int, seconds: float, rng: np.random.Generator
) -> tuple[Part, ...]:
    offset = float(rng.random())
    idle = int(rng.integers(len(cast.animal(creature.kind, creature.coat).animations["idle"])))
    stand = Part(action="idle", number=idle, offset=offset)
    walk = Part(action="walk", offset=offset)
    middle = float(rng.uniform(0.35, 0.55)) * seconds
    if scene.event == "stop" and index == 0:
        return walk, Part(action="idle", number=idle, begins=middle)
    if scene.event == "leave" and index == 0:
        return stand, Part(action="walk", offset=offset, begins=middle * 0.6)
    if scene.event == "eat":
        return (Part(action="eat", offset=offset),)
    if scene.event in ("run", "chase"):
        return (Part(action="run", offset=offset),)
    return (stand,) if scene.event == "stand" else (walk,)


def _start(scene: Scene, index: int, trial: Performance, rng: np.random.Generator) -> np.ndarray:
    """Where an animal starts: its way is centred, beside, behind or before that of the first."""
    creatures = scene.animals
    along = np.array([np.sin(trial.headings[0]), -np.cos(trial.headings[0])])
    beside = np.array([-along[1], along[0]])
    half = (trial.places[-1, :2] - trial.places[0, :2]) / 2
    size = max(cast.length(one.kind, one.coat) for one in creatures)
    if scene.event == "pass":
        return (0.55 if index else -0.55) * size * np.array([0.0, 1.0]) - half
    if scene.event in ("follow", "chase"):
        gap = 0.55 * sum(cast.length(one.kind, one.coat) for one in creatures) + 0.3
        front = index == (1 if scene.event == "chase" else 0)
        return (gap / 2 if front else -gap / 2) * along - half
    if index == 0:
        return np.zeros(2) - half
    jitter = rng.uniform(-0.3, 0.3, 2) * size
    side = 1.0 if index == 1 else -1.0
    if scene.event in STANDING:
        return side * np.array([0.95, 0.5]) * size + jitter
    return side * 0.75 * size * beside * np.array([1.0, 1.0]) + 0.6 * jitter - half
