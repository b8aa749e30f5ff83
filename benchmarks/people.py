"""Measures whether people of the lifelike world are people to a model that has seen real ones.

    python benchmarks/people.py [-n 48] [--size 128] [--json FILE] [--sheet FILE]

Draws n scenes with one person each and films four moments of each from directions all around, at
distances at which the person is a fifth to nine tenths of the picture's height. BlazePose
(Bazarevsky et al., 2020; `@mediapipe/pose`, Apache-2.0) looks at the square around the person, as
its own detector would cut it out, and says whether a person is present. Printed is the share of
frames in which it says so with 1/2 or more, by direction, size, action and looks, and as a control
the same of squares of that size beside the people. The sheet shows the frames in which it sees
none.

Needs `pip install 'sorairo[people,judge]'`, and npm.
"""

from __future__ import annotations

import argparse
import dataclasses
import json
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from sorairo.exam.perception.real_people import CROP, BlazePose, cut_out, square
from sorairo.world.filament.stage import Camera
from sorairo.world.lifelike.people import gaits as g
from sorairo.world.lifelike.sampling import sample_scene
from sorairo.world.lifelike.scene import SceneConfig
from sorairo.world.lifelike.simulate import simulate
from sorairo.world.lifelike.world import WORLD

EVENTS = ("walk", "run", "stop", "turn", "stand", "wave", "dance", "sit", "carry")
FIELD = 38.0  # degrees
SHARES = (0.2, 0.9)  # of the picture's height
SECONDS, MOMENTS = 4.0, 4


@dataclass(frozen=True)
class Seen:
    """One frame, and what the model said."""

    presence: float
    yaw: float
    """From where it is seen, degrees: 0 from the front, 90 from the person's left."""
    height: float
    """The person's, as a share of the picture's."""
    event: str
    looks: tuple[str, ...]
    picture: np.ndarray
    beside: float | None
    """What the model said of a square without the person; None where there is none."""


def cut_out_beside(frame: np.ndarray, mask: np.ndarray, side: float) -> np.ndarray | None:
    """A square of the same size without anybody; None where the picture has none."""
    for left in np.linspace(0, mask.shape[1] - side, 9):
        for top in np.linspace(0, len(mask) - side, 5):
            window = mask[int(top) : int(top + side) + 1, int(left) : int(left + side) + 1]
            if side <= len(mask) and not window.any():
                return square(frame, float(left), float(top), side)
    return None


def look_at(seed: int, size: int, judge: BlazePose) -> list[Seen]:
    """The frames of one scene."""
    rng = np.random.default_rng(seed)
    while True:
        scene = sample_scene(rng, SceneConfig(events=EVENTS))
        if len(scene.people) == 1:
            break
    rollout = simulate(scene, seconds=SECONDS, fps=MOMENTS / SECONDS)
    yaws = rng.uniform(0, 360) + np.arange(len(rollout)) * 360 / len(rollout)
    cameras = tuple(
        _camera(joints[0], float(yaw), rng)
        for joints, yaw in zip(rollout.joints, yaws, strict=True)
    )
    rollout = dataclasses.replace(rollout, cameras=cameras)
    with WORLD.renderer(size, size) as renderer:
        frames, masks = renderer.film(rollout), renderer.masks(rollout)
    person = scene.people[0]
    clothes = person.top if person.top == "dress" else f"{person.top}, {person.bottom}"
    looks = (f"{person.age} {person.sex}", person.build, clothes, f"{person.hair} hair")
    seen = []
    for frame, mask, yaw in zip(frames, masks, yaws, strict=True):
        height = float((mask == 1).any(1).mean())
        if height < SHARES[0]:
            continue
        picture = cut_out(frame, mask == 1)
        presence = judge.presence(picture)
        side = CROP * max(np.ptp(np.flatnonzero((mask == 1).any(axis))) for axis in (0, 1))
        empty = cut_out_beside(frame, mask == 1, float(side))
        beside = None if empty is None else judge.presence(empty)
        seen.append(Seen(presence, float(yaw % 360), height, scene.event, looks, picture, beside))
    return seen


def _camera(joints: np.ndarray, yaw: float, rng: np.random.Generator) -> Camera:
    """A camera that sees someone from a direction relative to theirs, degrees."""
    across = joints[g.RIGHT_HIP] - joints[g.LEFT_HIP]
    facing = np.arctan2(-across[1], across[0])  # from +y to the right
    angle = facing + np.radians(yaw)
    middle = (joints.max(0) + joints.min(0)) / 2
    tall = float(np.ptp(joints[:, 2])) * 1.1
    reach = tall / (rng.uniform(*SHARES) * 2 * np.tan(np.radians(FIELD / 2)))
    up = np.radians(rng.uniform(-2, 16))
    offset = reach * np.array([np.sin(angle) * np.cos(up), np.cos(angle) * np.cos(up), np.sin(up)])
    x, y, z = middle + offset
    place, target = (float(x), float(y), max(float(z), 0.15)), middle
    return Camera(position=place, target=tuple(map(float, target)), field=FIELD)


def table(seen: list[Seen]) -> dict[str, dict[str, tuple[float, int]]]:
    """The share of frames with a person and the number of frames, by kind and value."""
    found: dict[str, dict[str, list[bool]]] = defaultdict(lambda: defaultdict(list))
    for frame in seen:
        present = frame.presence >= 0.5
        side = ("front", "left", "back", "right")[round(frame.yaw / 90) % 4]
        height = next(limit for limit in (0.3, 0.45, 0.7, 1.01) if frame.height < limit)
        found["all"]["people"].append(present)
        if frame.beside is not None:
            found["all"]["nobody (control)"].append(frame.beside >= 0.5)
        found["seen from"][side].append(present)
        found["height"][f"below {height:.2f}"].append(present)
        found["event"][frame.event].append(present)
        for look in frame.looks:
            found["looks"][look].append(present)
    return {
        kind: {value: (float(np.mean(flags)), len(flags)) for value, flags in sorted(rows.items())}
        for kind, rows in found.items()
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("-n", type=int, default=48, help="scenes")
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--size", type=int, default=128, help="pixels of a side")
    parser.add_argument("--json", type=Path, help="write the table")
    parser.add_argument("--sheet", type=Path, help="write the frames without a person")
    options = parser.parse_args()
    judge = BlazePose()
    seen = []
    for seed in range(options.first, options.first + options.n):
        seen += look_at(seed, options.size, judge)
    rows = table(seen)
    for kind, values in rows.items():
        for value, (share, count) in values.items():
            print(f"{kind:10} {value:28} {share:7.1%} of {count}")
    if options.json:
        options.json.write_text(json.dumps({"size": options.size, **rows}, indent=1) + "\n")
    missed = sorted((s for s in seen if s.presence < 0.5), key=lambda s: s.presence)[:32]
    if options.sheet and missed:
        for frame in missed:
            print(
                f"{frame.presence:.3f} {frame.yaw:4.0f} {frame.height:.2f}",
                frame.event,
                *frame.looks,
            )
        blank = np.zeros_like(missed[0].picture)
        pictures = [frame.picture for frame in missed] + [blank] * (-len(missed) % 8)
        lines = [np.concatenate(pictures[i : i + 8], 1) for i in range(0, len(pictures), 8)]
        Image.fromarray(np.concatenate(lines)).save(options.sheet)


if __name__ == "__main__":
    main()
