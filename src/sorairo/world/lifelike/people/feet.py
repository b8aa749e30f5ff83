"""Feet that stand where they are put: plants on the ground, and the swings between them.

While a foot stands, its heel or its ball does not move at all; it rolls from the heel over the flat
sole to the ball. Swings take their shape from the gait.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sorairo.world.lifelike.assets.bodies import Body, Rig
from sorairo.world.lifelike.people.footfalls import SAMPLES, Footfall
from sorairo.world.lifelike.people.gaits import Gait
from sorairo.world.lifelike.people.travel import Travel

NEVER = 1e6  # seconds
SOLE = 0.01  # metres of shoe below a foot, of a person of 1.7 m
LAST_STEP = 0.28  # seconds from standing on one foot to standing on both
LOWEST_LIFT = 0.4  # of the gait's, of short steps
NARROWEST = 0.075  # metres from the middle to a foot, of a person of 1.7 m


@dataclass(frozen=True)
class Plant:
    """A foot on the ground."""

    begins: float
    """Seconds; -NEVER: it has always stood there."""
    ends: float
    """Seconds; NEVER: it stays."""
    place: tuple[float, float]
    """Of the ankle over the flat foot, metres."""
    yaw: float
    """Where the foot points, radians from +y to the right."""
    pace: float = 1.0
    """How much it rolls, as a share of the gait's angles."""


@dataclass(frozen=True, eq=False)
class FootShape:
    """The measures of a foot at rest, metres."""

    ankle: float
    """The height of the ankle over the sole of the shoe."""
    heel: float
    """From the ankle back to the end of the heel."""
    ball: float
    """From the ankle forward to the ball."""
    sole: float
    """How thick the shoe is below the foot."""


@dataclass(frozen=True, eq=False)
class FootTrack:
    """A foot over F frames."""

    ankles: np.ndarray
    """Metres, [F, 3]."""
    yaws: np.ndarray
    """Radians from +y to the right, [F]."""
    pitches: np.ndarray
    """Radians, positive with the toes up, [F]."""
    toes: np.ndarray
    """The same, of the toes alone, [F]."""
    planted: np.ndarray
    """Whether it stands on the ground, bool [F]."""


def foot_shape(body: Body, rig: Rig, side: str) -> FootShape:
    """Measures a foot ("Left" or "Right")."""
    names = list(rig.names)
    foot, toe = names.index(f"{side}Foot"), names.index(f"{side}ToeBase")
    ankle, ball = body.heads[foot].astype(float), body.heads[toe].astype(float)
    ahead = (ball - ankle)[:2]
    reach = float(np.linalg.norm(ahead))
    strongest = rig.bones[np.arange(len(rig.bones)), rig.weights.argmax(1)]
    on_foot = body.vertices[np.isin(strongest, (foot, toe))].astype(float)
    low = on_foot[on_foot[:, 2] < 0.6 * ankle[2]]
    back = float(-((low[:, :2] - ankle[:2]) @ ahead / reach).min())
    sole = SOLE * body.height / 1.7
    return FootShape(float(ankle[2]) + sole, back, reach, sole)


def walked(way: Travel, gait: Gait, side: int, narrowest: float) -> list[Plant]:
    """Where a foot (0 left, 1 right) stands on a way."""
    foot = gait.feet[side]
    sign = -1.0 if side == 0 else 1.0
    aside = sign * max(sign * foot.place[0], narrowest)
    last_phase = way.phases[-1]
    ends = float(way.times[np.argmax(way.phases >= last_phase - 1e-9)])
    stopped = ends < way.times[-1] - 0.1
    plants: list[Plant] = []
    first = int(np.ceil(way.phases[0] - foot.begins))
    for cycle in range(first, int(last_phase - foot.begins) + 2):
        begins, leaves = foot.begins + cycle, foot.begins + foot.share + cycle
        if begins > last_phase and not stopped:
            break
        middle = min(_time_of(way, foot.middle + cycle), ends)
        forward = foot.place[1]
        stays = leaves >= last_phase and stopped
        if stays:
            forward *= 0.0
        plants.append(_plant(way, middle, aside, forward))
        landing = _time_of(way, begins) if begins <= last_phase else ends + LAST_STEP
        leaving = NEVER if leaves >= last_phase else _time_of(way, leaves)
        plants[-1] = Plant(landing, leaving, plants[-1].place, plants[-1].yaw, plants[-1].pace)
        if stays:
            break
    return plants


def _time_of(way: Travel, phase: float) -> float:
    return float(np.interp(phase, way.phases, way.times))


def _plant(way: Travel, moment: float, aside: float, forward: float) -> Plant:
    when = np.array([moment])
    place, direction = way.at(when, way.places)[0], float(way.at(when, way.directions)[0])
    right = np.array([np.cos(direction), -np.sin(direction)])
    ahead = np.array([np.sin(direction), np.cos(direction)])
    x, y = place + aside * right + forward * ahead
    pace = float(np.clip(way.at(when, way.pace)[0], 0, 1))
    return Plant(-NEVER, NEVER, (float(x), float(y)), direction, pace)


def standing(place: np.ndarray, direction: float, side: int, apart: float) -> list[Plant]:
    """A foot that stays, `apart` metres from the middle."""
    sign = -1.0 if side == 0 else 1.0
    x, y = place + sign * apart * np.array([np.cos(direction), -np.sin(direction)])
    return [Plant(-NEVER, NEVER, (float(x), float(y)), direction, 0.0)]


def track(
    plants: list[Plant], times: np.ndarray, foot: Footfall, shape: FootShape, stance: float
) -> FootTrack:
    """A foot at the times [F]; `stance` is how long it usually stands, in seconds."""
    ankles, angles = np.zeros((len(times), 3)), np.zeros((len(times), 3))
    planted = np.zeros(len(times), bool)
    for index, time in enumerate(times):
        later = next((i for i, plant in enumerate(plants) if time <= plant.ends), len(plants) - 1)
        plant = plants[later]
        if time >= plant.begins or later == 0:
            ankles[index], angles[index] = _stood(plant, float(time), foot, shape, stance)
            planted[index] = True
        else:
            before = plants[later - 1]
            ankles[index], angles[index] = _swung(before, plant, time, foot, shape, stance)
    yaws, pitches, toes = angles.T
    return FootTrack(ankles, yaws, pitches, toes, planted)


def _stood(
    plant: Plant, time: float, foot: Footfall, shape: FootShape, stance: float
) -> tuple[np.ndarray, np.ndarray]:
    """The ankle [3], and yaw, pitch and pitch of the toes [3], of a foot on the ground."""
    length = plant.ends - plant.begins
    half = length / 2 if length < 4 * stance else stance / 2
    grid = np.linspace(0, 1, SAMPLES)
    pitch = float(np.interp((time - plant.begins) / half, grid, foot.landing))
    if plant.ends - time < half:
        pitch = float(np.interp(1 - (plant.ends - time) / half, grid, foot.leaving))
    pitch *= plant.pace
    pivot = -shape.heel if pitch > 0 else shape.ball
    forward = pivot - pivot * np.cos(pitch) - shape.ankle * np.sin(pitch)
    up = -pivot * np.sin(pitch) + shape.ankle * np.cos(pitch)
    ahead = np.array([np.sin(plant.yaw), np.cos(plant.yaw)])
    ankle = np.array([*(np.array(plant.place) + forward * ahead), up])
    return ankle, np.array([plant.yaw, pitch, max(pitch, 0.0)])


def _swung(
    before: Plant,
    after: Plant,
    time: float,
    foot: Footfall,
    shape: FootShape,
    stance: float,
) -> tuple[np.ndarray, np.ndarray]:
    """The same, of a foot in the air."""
    grid = np.linspace(0, 1, SAMPLES)
    share = (time - before.ends) / max(after.begins - before.ends, 1e-6)
    start, first = _stood(before, before.ends, foot, shape, stance)
    end, last = _stood(after, after.begins, foot, shape, stance)
    turn = (last[0] - first[0] + np.pi) % (2 * np.pi) - np.pi
    energy = max((before.pace + after.pace) / 2, LOWEST_LIFT)
    advance = np.interp(share, grid, foot.advance)
    ankle = start + (end - start) * [advance, advance, share]
    ankle[2] += energy * np.interp(share, grid, foot.lift)
    pitch = first[1] + (last[1] - first[1]) * share + energy * np.interp(share, grid, foot.swing)
    toes = pitch * min(1.0, 3 * share) if pitch < 0 else pitch
    yaw = first[0] + turn * share * share * (3 - 2 * share)
    lowest = min(-shape.heel * np.sin(pitch), shape.ball * np.sin(pitch), 0.0)
    clear = shape.ankle * np.cos(pitch) - lowest
    ankle[2] = max(ankle[2], clear)
    return ankle, np.array([yaw, pitch, toes])
