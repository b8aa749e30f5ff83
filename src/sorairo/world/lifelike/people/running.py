"""Running, made from the posture of a walker: no recording of it is free to use.

Feet push back at the runner's speed while they stand and are drawn up behind while they swing; in
between both are off the ground, and the hips fly as gravity has it. Measures are those of easy
running (Novacheck, "The biomechanics of running", 1998).
"""

from __future__ import annotations

import numpy as np

from sorairo.world.lifelike.people import gaits as g
from sorairo.world.lifelike.people.footfalls import SAMPLES, Footfall
from sorairo.world.lifelike.people.gaits import Gait

SECONDS, SPEED = 0.70, 2.9  # of a cycle; metres a second; of someone whose hips are 1 m high
STANCE = 0.34  # of a cycle: less than a half, so that there is flight
SINK = 0.045  # metres that the hips sink in the middle of a stance
STOOP = 0.09  # metres that the hips of a runner are lower than those of a walker
LEAN = np.radians(9.0)
GRAVITY = 9.81
FRAMES = 36
_HIGHEST_FOOT = 0.30  # metres, of the ankle in a swing
_ARM_SWING = np.radians(32.0)
_ELBOW = np.radians(95.0)


def running(walk: Gait, strength: float) -> Gait:
    """A runner with the posture of a walker; `strength` from 0 (jogging) to 1 (fast)."""
    size = walk.hip_height
    phase = np.arange(FRAMES) / FRAMES
    seconds = SECONDS * size**0.5 * (1.04 - 0.1 * strength)
    speed = SPEED * size**0.5 * (0.85 + 0.4 * strength)
    even = (walk.joints + g.mirror_image(walk.joints)) / 2
    joints = np.repeat(even.mean(0)[None], FRAMES, axis=0)
    joints[..., 1] -= joints[:, g.ROOT, None, 1]
    joints = _leaning(joints)
    _swing_arms(joints, phase, 0.8 + 0.5 * strength)
    joints[..., 2] += (_heights(phase, seconds) - STOOP * size)[:, None]
    feet = tuple(_foot(begins, side, size, strength) for begins, side in ((0.0, -1), (0.5, 1)))
    return Gait(joints, seconds, speed * seconds, (feet[0], feet[1]))


def _heights(phase: np.ndarray, seconds: float) -> np.ndarray:
    """How the hips rise and sink: on a parabola in flight, as on a spring on the ground, [F]."""
    within = phase % 0.5  # since a foot landed
    flight = 0.5 - STANCE
    aloft = np.clip(within - STANCE, 0, flight) * seconds
    up = GRAVITY * aloft * (flight * seconds - aloft) / 2
    down = SINK * np.sin(np.pi * np.clip(within / STANCE, 0, 1))
    return np.where(within < STANCE, -down, up)


def _foot(begins: float, side: int, size: float, strength: float) -> Footfall:
    share = np.linspace(0, 1, SAMPLES)
    lift = size * (_HIGHEST_FOOT + 0.18 * strength) * np.sin(np.pi * share**0.8)
    advance = share - 0.09 * np.sin(2 * np.pi * share)
    swing = -np.radians(48 + 20 * strength) * np.sin(np.pi * share) * (1 - share) ** 0.5
    return Footfall(
        begins=begins,
        share=STANCE,
        place=(side * 0.05 * size, -0.07 * size),
        landing=np.radians(12) * np.clip(1 - 2.5 * share, 0, 1),
        leaving=-np.radians(50) * np.clip((share - 0.25) / 0.75, 0, 1) ** 1.5,
        advance=advance,
        lift=lift,
        swing=swing,
    )


def _leaning(joints: np.ndarray) -> np.ndarray:
    """The trunk turned forward about the hips, the head less; [F, 31, 3]."""
    above = [joint for joint in range(g.NUM_JOINTS) if joint > g.RIGHT_TOES]
    root = joints[:, g.ROOT, None]
    offset = joints[:, above] - root
    angle = np.full(len(above), LEAN)
    y = offset[..., 1] * np.cos(angle) + offset[..., 2] * np.sin(angle)
    z = offset[..., 2] * np.cos(angle) - offset[..., 1] * np.sin(angle)
    turned = joints.copy()
    turned[:, above] = root + np.stack([offset[..., 0], y, z], -1)
    return turned


def _swing_arms(joints: np.ndarray, phase: np.ndarray, wide: float) -> None:
    """Bends the elbows and swings each arm with the opposite leg; turns the shoulders along."""
    turn = np.radians(11.0) * wide * np.cos(2 * np.pi * (phase - STANCE / 2 - 0.12))
    for shoulder, side in ((g.LEFT_SHOULDER, -1.0), (g.RIGHT_SHOULDER, 1.0)):
        # The left foot is in front when it lands (phase 0), and the left arm behind.
        swing = side * _ARM_SWING * wide * np.cos(2 * np.pi * phase) - np.radians(18)
        upper = np.linalg.norm(joints[0, shoulder + 1] - joints[0, shoulder])
        fore = [
            np.linalg.norm(joints[0, shoulder + k] - joints[0, shoulder + 1]) for k in range(2, 6)
        ]
        joints[:, shoulder, 1] += side * -0.16 * np.sin(turn)
        aside = 0.22 * side
        down = np.stack([np.full_like(swing, aside), np.sin(swing), -np.cos(swing)], -1)
        down /= np.linalg.norm(down, axis=-1, keepdims=True)
        bent = swing + _ELBOW
        ahead = np.stack([np.full_like(bent, -0.3 * side), np.sin(bent), -np.cos(bent)], -1)
        ahead /= np.linalg.norm(ahead, axis=-1, keepdims=True)
        joints[:, shoulder + 1] = joints[:, shoulder] + upper * down
        for index, length in enumerate(fore):
            joints[:, shoulder + 2 + index] = joints[:, shoulder + 1] + length * ahead
