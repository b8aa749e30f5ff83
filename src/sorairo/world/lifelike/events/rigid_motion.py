"""How things move: balls, panes of glass, and what tips over."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sorairo.world.filament.geometry import about_y, about_z
from sorairo.world.lifelike import glass
from sorairo.world.lifelike.events.toppling import toppling
from sorairo.world.lifelike.glass import GlassRun
from sorairo.world.lifelike.scene import Scene
from sorairo.world.lifelike.thing_names import NAMES

GRAVITY = 9.81  # m/s^2
DROP_RADIUS, TRACK_RADIUS = 0.22, 0.28  # metres
RESTITUTION = 0.72
WALL = (1.5, 0.14, 2.1)  # metres
WALL_PLACE = -0.75  # y, metres: in front of who hides


@dataclass(frozen=True, kw_only=True)
class ThingsMotion:
    """Where things are; as the fields of `simulate.Rollout`."""

    positions: np.ndarray
    rotations: np.ndarray
    broken: np.ndarray
    contacts: np.ndarray
    glass: GlassRun | None = None


@dataclass(frozen=True, kw_only=True)
class Framing:
    """Where the camera of an event stands."""

    distance: float
    """From its target, metres."""
    height: float
    """Above the ground, metres."""
    target: tuple[float, float, float]
    """What it looks at."""


def framing(scene: Scene) -> Framing:
    """The camera's place for an event, before it is varied."""
    if scene.people:
        wide = 4.6 if scene.event in ("meet", "pass", "hide") else 3.9
        wide = 6.2 if scene.event in ("run", "door") else wide
        short = all(person.age == "child" for person in scene.people)
        middle = 0.62 if short else 0.9
        return Framing(
            distance=wide * (0.75 if short and scene.event != "door" else 1),
            height=1.35,
            target=(0, 0, middle),
        )
    if scene.event in ("shatter", "miss"):
        return Framing(distance=3.6, height=1.2, target=(0.0, 0.0, 0.65))
    if scene.event == "track":
        return Framing(distance=3.4, height=1.7, target=(0.0, 0.0, 0.15))
    if scene.event == "drop":
        return Framing(distance=3.8, height=1.2, target=(0.0, 0.0, 0.75))
    tallest = max(NAMES[thing.kind].height for thing in scene.things)
    wide = max(tallest, 1.25 * len(scene.things))
    return Framing(
        distance=1.1 + 1.75 * wide, height=0.35 + 0.75 * tallest, target=(0, 0, tallest / 2)
    )


def things_motion(scene: Scene, times: np.ndarray, rng: np.random.Generator) -> ThingsMotion:
    """The motion of the things of a scene."""
    frames, count = len(times), len(scene.things)
    positions = np.zeros((frames, count, 3))
    rotations = np.tile(np.eye(3), (frames, count, 1, 1))
    contacts = np.zeros(frames, bool)
    for index, thing in enumerate(scene.things):
        positions[:, index, :2] = thing.position
        rotations[:, index] = about_z(np.full(frames, thing.turn))
    never = np.zeros(frames, bool)
    if scene.event == "hide":
        positions[:, 0] = (0.0, WALL_PLACE, 0.0)
    elif scene.event == "topple":
        positions[:, 0], rotations[:, 0] = toppling(scene, times, rng)
    elif scene.event == "drop":
        positions[:, 0], contacts = _bouncing(times, rng)
    elif scene.event == "track":
        positions[:, 0], rotations[:, 0] = _rolling(scene, times, rng)
        contacts[:] = True
    elif scene.event in ("shatter", "miss"):
        return _glass(scene, times, rng)
    return ThingsMotion(positions=positions, rotations=rotations, broken=never, contacts=contacts)


def _bouncing(times: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """A ball that falls and bounces: its middle [F, 3], and the frames after an impact [F]."""
    height, x = float(rng.uniform(1.4, 2.0)), float(rng.normal(0, 0.3))
    drift = float(rng.normal(0, 0.12))
    rest, moment, speed = DROP_RADIUS, 0.0, 0.0
    z = height
    places, touched = [], []
    step = 1 / 960
    for time in times:
        impact = False
        while moment < time - step / 2:
            moment += step
            speed -= GRAVITY * step
            z += speed * step
            if z < rest:
                z, impact = rest, True
                speed = -RESTITUTION * speed if speed < -0.25 else 0.0
        places.append((x + drift * time, 0.0, z))
        touched.append(impact)
    return np.array(places), np.array(touched)


def _rolling(
    scene: Scene, times: np.ndarray, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """A ball that rolls across and slows down: its middle [F, 3] and its turn [F, 3, 3]."""
    sign = 1.0 if scene.heading == "right" else -1.0
    speed, slowing = float(rng.uniform(1.0, 1.5)), float(rng.uniform(0.15, 0.3))
    moving = np.minimum(times, speed / slowing)
    distance = speed * moving - slowing * moving**2 / 2
    bend = float(rng.normal(0, 0.06))
    start = -sign * float(rng.uniform(1.0, 1.5))
    x = start + sign * distance
    y = float(rng.uniform(-0.3, 0.4)) + bend * distance
    middle = np.stack([x, y, np.full_like(x, TRACK_RADIUS * 0.82)], -1)
    return middle, about_y(sign * distance / TRACK_RADIUS)


def _glass(scene: Scene, times: np.ndarray, rng: np.random.Generator) -> ThingsMotion:
    """A ball that is thrown at a pane from the side of the camera, or past it."""
    sign = 1.0 if scene.heading == "right" else -1.0
    begins = float(rng.uniform(0.25, 0.55))  # seconds until the ball is at the pane
    if scene.event == "shatter":
        goal = np.array([rng.uniform(-0.35, 0.35), 0.0, rng.uniform(0.45, 0.9)])
        speed = np.array([sign * 2.0, float(rng.uniform(3.5, 5.0)), 0.0])
    else:
        goal = np.array([sign * 0.2, -0.75, rng.uniform(0.5, 0.8)])
        speed = np.array([sign * float(rng.uniform(2.4, 3.2)), 0.0, 0.0])
    speed[2] = GRAVITY * begins / 2
    start = goal - speed * begins + np.array([0, 0, GRAVITY * begins**2 / 2])
    run = glass.run_glass(rng, times, start, speed)
    ball = run.positions[:, -1]
    positions = np.stack([ball, np.zeros_like(ball)], 1)
    rotations = np.stack([run.rotations[:, -1], np.tile(np.eye(3), (len(times), 1, 1))], 1)
    return ThingsMotion(
        positions=positions, rotations=rotations, broken=run.broken, contacts=run.touched, glass=run
    )
