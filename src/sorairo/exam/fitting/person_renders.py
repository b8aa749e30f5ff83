"""Renders of people from around, with the parts of what they wear, to fit and to test judges on."""

from __future__ import annotations

import dataclasses
import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from tqdm import tqdm

from sorairo.exam.lifelike_question import SIDE
from sorairo.video.atomic_write import whole_file
from sorairo.world.filament.stage import Camera
from sorairo.world.lifelike.people.appearance.looks import Person
from sorairo.world.lifelike.renderer import Renderer
from sorairo.world.lifelike.sampling import sample_person, sample_scene
from sorairo.world.lifelike.scene import SceneConfig
from sorairo.world.lifelike.simulate import Rollout, simulate

FRAMES, SECONDS = 6, 4.0
ALONE = SceneConfig(
    events=("stand", "walk", "wave", "turn", "stop", "dance"), weathers=("clear",), cuts=0
)
FIELD = 38.0  # degrees
CLOSE, HEIGHTS, NEAR_HEIGHTS = 0.35, (0.42, 0.9), (0.7, 0.95)  # how often; of a picture's height
ASIDE, UP, OFF = 1.1, (-2.0, 20.0), 0.12  # radians around, degrees up, of the distance off centre


@dataclass(frozen=True, eq=False)
class PersonRenders:
    """People in groups of three: someone, the same one with the colours of top and bottom
    exchanged, and somebody else, each in FRAMES frames in one place."""

    frames: np.ndarray
    """uint8 [people, FRAMES, SIDE, SIDE, 3]."""
    parts: np.ndarray
    """Which part is where, as `Renderer.parts`, uint8 [people, FRAMES, SIDE, SIDE]."""
    people: tuple[Person, ...]
    """Who they are."""

    def save(self, path: Path) -> None:
        """Writes them to an npz file."""
        people = json.dumps([asdict(person) for person in self.people])
        with whole_file(path) as new:
            np.savez(new, frames=self.frames, parts=self.parts, people=people)

    @classmethod
    def load(cls, path: Path) -> PersonRenders:
        """Reads what `save` wrote."""
        with np.load(path) as kept:
            people = tuple(Person(**each) for each in json.loads(str(kept["people"])))
            return cls(kept["frames"], kept["parts"], people)


def person_renders(groups: int, seed: int) -> PersonRenders:
    """The people of `groups` groups from a seed on."""
    frames, parts, people = [], [], []
    with Renderer(width=SIDE, height=SIDE) as renderer:
        for number in tqdm(range(seed, seed + groups)):
            rng = np.random.default_rng(number)
            scene = sample_scene(rng, ALONE)
            while len(scene.people) != 1:
                scene = sample_scene(rng, ALONE)
            for person in _group(scene.people[0], rng):
                dressed = dataclasses.replace(scene, people=(person,))
                rollout = simulate(dressed, seconds=SECONDS, fps=FRAMES / SECONDS)
                rollout = dataclasses.replace(rollout, cameras=_around(rollout, rng))
                frames.append(renderer.film(rollout))
                parts.append(renderer.parts(rollout))
                people.append(person)
    return PersonRenders(np.stack(frames), np.stack(parts), tuple(people))


def kept_person_renders(groups: int, seed: int, folder: Path) -> PersonRenders:
    """Those of `person_renders`, which are kept in a folder for the next time."""
    path = folder / f"people-{seed}-{groups}.npz"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        person_renders(groups, seed).save(path)
    return PersonRenders.load(path)


def _group(person: Person, rng: np.random.Generator) -> tuple[Person, Person, Person]:
    exchanged = dataclasses.replace(
        person, top_color=person.bottom_color, bottom_color=person.top_color
    )
    while True:
        other = sample_person(rng)
        if other.top_color != person.top_color and other.hair_color != person.hair_color:
            return person, exchanged, other


def _around(rollout: Rollout, rng: np.random.Generator) -> tuple[Camera, ...]:
    """A camera for each frame that sees the person from somewhere in front of the scene, whole or
    the upper half."""
    return tuple(_camera(joints[0], rng) for joints in rollout.joints)


def _camera(joints: np.ndarray, rng: np.random.Generator) -> Camera:
    close = rng.random() < CLOSE
    low, high = joints.min(0), joints.max(0)
    if close:
        low = low + np.array([0, 0, 0.5]) * (high - low)
    middle, tall = (low + high) / 2, float((high - low)[2]) * 1.15
    share = rng.uniform(*(NEAR_HEIGHTS if close else HEIGHTS))
    distance = tall / (share * 2 * np.tan(np.radians(FIELD / 2)))
    angle, up = rng.uniform(-ASIDE, ASIDE), np.radians(rng.uniform(*UP))
    away = np.array([np.sin(angle) * np.cos(up), -np.cos(angle) * np.cos(up), np.sin(up)])
    aim = middle + rng.uniform(-OFF, OFF, 3) * distance * np.array([1, 0, 0.6])
    place = middle + distance * away
    place[2] = max(place[2], 0.15)
    x, y, z = map(float, place)
    across, deep, high = map(float, aim)
    return Camera(position=(x, y, z), target=(across, deep, high), field=FIELD)
