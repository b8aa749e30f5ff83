"""Scenes of the lifelike world whose prompts assert something that a judge can see: one task for
each kind of assertion, its values in turn."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from sorairo.world.lifelike.places import PLACES
from sorairo.world.lifelike.sampling import sample_scene
from sorairo.world.lifelike.scene import HOURS, WEATHERS, Scene, SceneConfig
from sorairo.world.lifelike.thing_names import NAMES

DAYLIGHT = tuple(name for name, place in PLACES.items() if place.daylight)
LIT = tuple(name for name in PLACES if name != "night")  # where colours can be told apart
AIRS = (*WEATHERS[1:], *HOURS[1:])  # what a prompt says of weather and time of day
ACTIONS = (
    "walk left", "walk right", "walk towards", "walk away", "stand", "wave", "dance",
)  # fmt: skip
ALONE = ("walk", "stand", "wave", "dance")
PLAIN = SceneConfig(
    cameras=("still",),
    framings=("whole",),
    angles=("eye",),
    weathers=("clear",),
    hours=("",),
    cuts=0.0,
)
SECONDS = 2.0


@dataclass(frozen=True, kw_only=True)
class Task:
    """One kind of assertion, and the scenes that have it."""

    values: tuple[str, ...]
    """What is asked for, in turn; "" where the scenes differ by chance."""
    config: Callable[[str], SceneConfig]
    """The part of the world that has a value."""
    takes: Callable[[Scene, str], bool]
    """Whether a scene has it."""


def action_of(scene: Scene) -> str:
    """What the first person does, one of ACTIONS."""
    return f"{scene.event} {scene.heading}" if scene.event == "walk" else scene.event


def scene_of(name: str, index: int, seed: int) -> Scene:
    """The scene of a task with a number, of a seed; the values of the task in turn."""
    task = TASKS[name]
    value = task.values[index % len(task.values)]
    rng, config = np.random.default_rng((seed, *name.encode(), index)), task.config(value)
    while not task.takes(scene := sample_scene(rng, config), value):
        pass
    return scene


def _plain(**changed: tuple[str, ...]) -> SceneConfig:
    return dataclasses.replace(PLAIN, **changed)


def _in_air(air: str) -> SceneConfig:
    said = {"weathers": (air,)} if air in WEATHERS else {"hours": (air,)}
    return _plain(events=ALONE, places=DAYLIGHT, **said)


def _alone(scene: Scene) -> bool:
    return len(scene.people) == 1


def _in_two_garments(scene: Scene, _value: str) -> bool:
    """Whether top and bottom are seen apart: a coat hides much of what is below it."""
    return _alone(scene) and scene.people[0].top not in ("dress", "coat")


TASKS: Mapping[str, Task] = {
    "place": Task(
        values=tuple(PLACES),
        config=lambda place: _plain(events=ALONE, places=(place,)),
        takes=lambda scene, _: _alone(scene),
    ),
    "weather and hour": Task(values=AIRS, config=_in_air, takes=lambda scene, _: _alone(scene)),
    "thing": Task(
        values=tuple(NAMES),
        config=lambda _: _plain(events=("stand",), places=LIT),
        takes=lambda scene, name: [thing.kind for thing in scene.things] == [name],
    ),
    "colour": Task(
        values=("",),
        config=lambda _: _plain(events=ALONE, places=LIT),
        takes=lambda scene, _: _alone(scene),
    ),
    "clothes": Task(
        values=("",), config=lambda _: _plain(events=ALONE, places=LIT), takes=_in_two_garments
    ),
    "action": Task(
        values=ACTIONS,
        config=lambda action: _plain(events=(action.split()[0],), places=LIT),
        takes=lambda scene, action: _alone(scene) and action_of(scene) == action,
    ),
}
"""The tasks by their names."""
