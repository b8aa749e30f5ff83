"""Renders of the scenes that prompts of M6b are about, to fit and to test its judge on."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import platformdirs

from sorairo.exam.lifelike_question import SIDE
from sorairo.exam.suites.lifelike.prompted_scenes import SECONDS, scene_of
from sorairo.video.atomic_write import whole_file
from sorairo.world.filament.stage import Camera
from sorairo.world.lifelike.filming.hours import HOURS
from sorairo.world.lifelike.filming.weather import settings
from sorairo.world.lifelike.places import PLACES
from sorairo.world.lifelike.renderer import Renderer
from sorairo.world.lifelike.scene import Scene
from sorairo.world.lifelike.simulate import simulate

FIT_SEED, REPORT_SEED = 7_800_000, 8_800_000  # training of models stays below
KEPT = Path(platformdirs.user_cache_dir("sorairo")) / "exam" / "scenes"


@dataclass(frozen=True, kw_only=True)
class Shown:
    """How many scenes of a task are rendered, and how each is filmed."""

    scenes: int
    frames: int = 6
    around: float = 0.0
    """From how far around the camera sees them, radians to either side; 0: as the question
    does."""


FIT_SCENES: Mapping[str, Shown] = {
    "place": Shown(scenes=108, frames=12, around=np.pi),
    "weather and hour": Shown(scenes=126, around=np.pi),
    "thing": Shown(scenes=195, frames=4, around=0.8),
    "colour": Shown(scenes=60, around=np.pi),
    "action": Shown(scenes=168),
}
REPORT_SCENES: Mapping[str, Shown] = {
    "place": Shown(scenes=18),
    "weather and hour": Shown(scenes=42),
    "thing": Shown(scenes=32, frames=1),
    "colour": Shown(scenes=36),
    "clothes": Shown(scenes=36),
    "action": Shown(scenes=42),
}


@dataclass(frozen=True, eq=False)
class SceneRender:
    """One scene and what is where in its frames."""

    task: str
    """A key of TASKS."""
    scene: Scene
    """What is shown."""
    frames: np.ndarray
    """uint8 [F, SIDE, SIDE, 3]."""
    things: np.ndarray
    """Where things are, bool [F, SIDE, SIDE]; nowhere in scenes with people."""


def scene_render(task: str, index: int, seed: int, shown: Shown) -> SceneRender:
    """The render of a scene of a task; it is kept in the user's cache."""
    scene = scene_of(task, index, seed)
    name = f"{task.replace(' ', '-')}-{seed}-{index}-{shown.frames}-{_drawn(scene)}"
    path = KEPT / f"{name}.npz"
    if path.exists():
        with np.load(path) as kept:
            return SceneRender(task, scene, kept["frames"], kept["things"])
    rollout = simulate(scene, seconds=SECONDS, fps=shown.frames / SECONDS)
    if shown.around:
        angles = np.random.default_rng((seed, index)).uniform(-1, 1, len(rollout)) * shown.around
        turned = [_around(*each) for each in zip(rollout.cameras, angles, strict=True)]
        rollout = dataclasses.replace(rollout, cameras=tuple(turned))
    with Renderer(width=SIDE, height=SIDE) as renderer:
        if scene.people:
            frames = renderer.film(rollout)
            things = np.zeros(frames.shape[:3], bool)
        else:
            frames, masks = renderer.film_and_masks(rollout)
            things = masks > 0
    path.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(path) as new:
        np.savez_compressed(new, frames=frames, things=things)
    return SceneRender(task, scene, frames, things)


def _drawn(scene: Scene) -> str:
    """Distinguishes renders of other scenes, and in other places, light and air."""
    hour = asdict(HOURS[scene.hour]) if scene.hour else None
    air = settings(scene.weather, scene.hour)
    text = json.dumps([scene.to_json(), asdict(PLACES[scene.place]), hour, air], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _around(camera: Camera, angle: float) -> Camera:
    """The camera moved around what it looks at."""
    target = np.asarray(camera.target)
    x, y, z = np.asarray(camera.position) - target
    cosine, sine = np.cos(angle), np.sin(angle)
    place = target + np.array([cosine * x + sine * y, cosine * y - sine * x, z])
    a, b, c = map(float, place)
    return dataclasses.replace(camera, position=(a, b, c))


def scene_renders(scenes: Mapping[str, Shown], seed: int) -> Iterator[SceneRender]:
    """The renders of the scenes of each task."""
    for task, shown in scenes.items():
        for index in range(shown.scenes):
            yield scene_render(task, index, seed, shown)
