"""Walking, from motion capture: cycles that repeat without a seam.

The CMU Graphics Lab Motion Capture Database, as `envpool-assets` carries it: the positions of 31
joints at 33 frames a second.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from functools import cache

import numpy as np

from sorairo.packages import folder_of
from sorairo.world.lifelike.assets.packages import MOTIONS
from sorairo.world.lifelike.people.footfalls import Footfall, footfall

NUM_JOINTS = 31
# Joints of the recordings; each is the end of the bone that bears the name in the CMU skeleton.
LEFT_HIP, LEFT_KNEE, LEFT_ANKLE, LEFT_TOES = 1, 2, 3, 4
ROOT, RIGHT_HIP, RIGHT_KNEE, RIGHT_ANKLE, RIGHT_TOES = 5, 6, 7, 8, 9
LOWER_BACK, UPPER_BACK, THORAX, LOWER_NECK, UPPER_NECK, HEAD = 11, 12, 13, 14, 15, 16
LEFT_SHOULDER, LEFT_ELBOW, LEFT_WRIST, LEFT_HAND, LEFT_FINGERS = 18, 19, 20, 21, 22
RIGHT_SHOULDER, RIGHT_ELBOW, RIGHT_WRIST, RIGHT_HAND, RIGHT_FINGERS = 25, 26, 27, 28, 29

SHORTEST, LONGEST = 0.8, 1.7  # seconds of a cycle of two steps
WORST_SEAM = 0.05  # metres, the mean distance of joints between the ends of a cycle
SHORTEST_STANCE = 0.55  # of a cycle; of walks in which a foot stands for less, too little was seen
# The joints of the left side, and those of the right side that correspond to them.
LEFT_SIDE = (1, 2, 3, 4, *range(17, 24))
RIGHT_SIDE = (6, 7, 8, 9, *range(24, 31))
_MAGIC = b"EPMOCAP1"


@dataclass(frozen=True, eq=False)
class Gait:
    """A cycle of two steps, walked towards +y."""

    joints: np.ndarray
    """Positions relative to the walker's place on the ground, metres, float [N, 31, 3]."""
    seconds: float
    """Length of the cycle."""
    stride: float
    """Metres walked in a cycle."""
    feet: tuple[Footfall, Footfall]
    """How the left and the right foot meet the ground."""

    @property
    def speed(self) -> float:
        """Metres a second."""
        return self.stride / self.seconds

    def at(self, phase: np.ndarray) -> np.ndarray:
        """The joints at phases [F], in cycles, [F, 31, 3]."""
        place = np.asarray(phase) % 1.0 * len(self.joints)
        first = np.floor(place).astype(int) % len(self.joints)
        share = (place - np.floor(place))[:, None, None]
        following = (first + 1) % len(self.joints)
        return self.joints[first] * (1 - share) + self.joints[following] * share

    @property
    def hip_height(self) -> float:
        """Of the walker when upright, metres."""
        return float(np.percentile(self.joints[:, ROOT, 2], 90))

    def scaled(self, scale: float) -> Gait:
        """The gait of someone `scale` times as tall: lengths grow with it, times with its root
        (equal Froude numbers; Alexander, "Optimization and gaits in the locomotion of
        vertebrates", 1989)."""
        return Gait(
            self.joints * scale,
            self.seconds * scale**0.5,
            self.stride * scale,
            (self.feet[0].scaled(scale), self.feet[1].scaled(scale)),
        )

    def mirrored(self) -> Gait:
        """The gait with left and right exchanged."""
        joints = mirror_image(self.joints)
        left, right = self.feet
        return Gait(joints, self.seconds, self.stride, (right.mirrored(), left.mirrored()))


def mirror_image(joints: np.ndarray) -> np.ndarray:
    """Joints [F, 31, 3] with left and right exchanged."""
    turned = joints * [-1.0, 1.0, 1.0]
    turned[:, [*LEFT_SIDE, *RIGHT_SIDE]] = turned[:, [*RIGHT_SIDE, *LEFT_SIDE]]
    return turned


@cache
def gaits() -> tuple[Gait, ...]:
    """All cycles that repeat well and their mirror images, the slowest first. Raises
    MissingExtraError."""
    content = (folder_of(MOTIONS) / "mocap_2020.bin").read_bytes()
    cycles = [gait for clip in _recordings(content) if (gait := _cycle(*clip)) is not None]
    good = [c for c in cycles if min(foot.share for foot in c.feet) >= SHORTEST_STANCE]
    return tuple(sorted((*good, *(c.mirrored() for c in good)), key=lambda gait: gait.speed))


def _recordings(content: bytes) -> list[tuple[float, np.ndarray]]:
    """The seconds between frames and the joints [F, 31, 3] of each recording."""
    assert content[:8] == _MAGIC, "not a motion file"
    place = 8

    def numbers(form: str) -> tuple:
        nonlocal place
        values = struct.unpack_from(form, content, place)
        place += struct.calcsize(form)
        return values

    def skip_name() -> str:
        nonlocal place
        (length,) = numbers("<I")
        place += length
        return content[place - length : place].decode()

    clips = []
    for _ in range(numbers("<I")[0]):
        skip_name()
        frames, step, arrays = numbers("<IdI")
        for _ in range(arrays):
            name = skip_name()
            (width,) = numbers("<I")
            values = np.frombuffer(content, "<f4", frames * width, place)
            place += 4 * frames * width
            if name == "body_positions":
                clips.append((step, values.reshape(frames, NUM_JOINTS, 3).astype(float)))
    return clips


def _cycle(step: float, joints: np.ndarray) -> Gait | None:
    """The cycle of a recording that repeats best."""
    path = joints[:, ROOT, :2]
    travelled = path[-1] - path[0]
    angle = np.arctan2(travelled[0], travelled[1])
    turned = _turn(joints, angle)
    path = turned[:, ROOT, :2]
    velocity = np.polyfit(np.arange(len(path)) * step, path, 1)[0]
    if velocity[1] < 0.3:
        return None
    moving = np.concatenate(
        [np.arange(len(path))[:, None] * step * velocity, np.zeros((len(path), 1))], 1
    )
    local = turned - turned[0, ROOT] * [1, 1, 0] - moving[:, None]
    local[..., 2] -= np.percentile(local[:, [LEFT_TOES, RIGHT_TOES], 2].min(1), 10)
    best: tuple[float, int, int] | None = None
    margin = 2
    for length in range(round(SHORTEST / step), round(LONGEST / step)):
        for start in range(margin, len(local) - length - margin):
            window = slice(start - margin, start + margin + 1)
            later = slice(start + length - margin, start + length + margin + 1)
            seam = np.linalg.norm(local[window] - local[later], axis=-1).mean()
            if best is None or seam < best[0]:
                best = seam, start, length
    if best is None or best[0] > WORST_SEAM:
        return None
    _, start, length = best
    cycle = local[start : start + length].copy()
    drift = (local[start + length] - local[start]) * (np.arange(length) / length)[:, None, None]
    cycle -= drift
    cycle[..., :2] -= cycle[:, ROOT, :2].mean(0)
    speed, seconds = float(velocity[1]), length * step
    feet = [
        footfall(cycle[:, ankle], cycle[:, toes], speed, seconds)
        for ankle, toes in ((LEFT_ANKLE, LEFT_TOES), (RIGHT_ANKLE, RIGHT_TOES))
    ]
    return Gait(cycle, seconds, speed * seconds, (feet[0], feet[1]))


def _turn(joints: np.ndarray, angle: float) -> np.ndarray:
    """Joints turned about the vertical axis so that the direction `angle` becomes +y."""
    cosine, sine = np.cos(angle), np.sin(angle)
    x, y, z = np.moveaxis(joints, -1, 0)
    return np.stack([cosine * x - sine * y, sine * x + cosine * y, z], -1)
