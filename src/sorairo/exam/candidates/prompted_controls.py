"""Wrong answers to M6b: clips of scenes that are not what the prompt says."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping

import numpy as np

from sorairo.exam.lifelike_question import LifelikeQuestion, LifelikeTruth
from sorairo.exam.question import Answer
from sorairo.exam.suites.lifelike.prompted import task_of
from sorairo.exam.suites.lifelike.prompted_scenes import (
    ACTIONS,
    AIRS,
    TASKS,
    action_of,
    scene_of,
)
from sorairo.world.lifelike.people.appearance.looks import CLOTHES_COLORS, Person
from sorairo.world.lifelike.places import PLACES
from sorairo.world.lifelike.scene import WEATHERS, Scene, Thing
from sorairo.world.lifelike.thing_names import NAMES

SEED = 9_000_000  # of scenes that no question has


def other_prompt(question: LifelikeQuestion, _truth: LifelikeTruth) -> Answer:
    """The clip of another prompt: the next task, of other scenes."""
    names = list(TASKS)
    name = names[(names.index(task_of(question)) + 1) % len(names)]
    return _filmed(question, scene_of(name, question.seed, SEED))


def wrong_in_what_is_asked(question: LifelikeQuestion, _truth: LifelikeTruth) -> Answer:
    """The scene with nothing changed but what the task is about: another place, weather or hour,
    thing or action; other or exchanged colours."""
    rng = np.random.default_rng((question.seed, 6))
    return _filmed(question, WRONG[task_of(question)](question.scene, rng))


def thing_for_person(question: LifelikeQuestion, _truth: LifelikeTruth) -> Answer:
    """A crate where somebody should be, and another thing where a thing should be."""
    kind = "crate" if question.scene.people else _other(question.scene.things[0].kind, NAMES)
    things = (Thing(kind=kind),)
    scene = dataclasses.replace(
        question.scene, event="stand", people=(), things=things, heading="none"
    )
    return _filmed(question, scene)


def _filmed(question: LifelikeQuestion, scene: Scene) -> Answer:
    return [LifelikeTruth(dataclasses.replace(question, scene=scene)).clip]


def _other(value: str, values: Mapping[str, object] | tuple[str, ...]) -> str:
    """The value half-way around a table."""
    names = list(values)
    return names[(names.index(value) + len(names) // 2) % len(names)]


def _elsewhere(scene: Scene, _rng: np.random.Generator) -> Scene:
    place = _other(scene.place, PLACES)
    return dataclasses.replace(scene, place=place, ground=PLACES[place].grounds[0])


def _other_air(scene: Scene, _rng: np.random.Generator) -> Scene:
    air = _other(scene.hour or scene.weather, AIRS)
    if air in WEATHERS:
        return dataclasses.replace(scene, weather=air, hour="")
    return dataclasses.replace(scene, weather="clear", hour=air)


def _other_thing(scene: Scene, _rng: np.random.Generator) -> Scene:
    (thing,) = scene.things
    return dataclasses.replace(
        scene, things=(dataclasses.replace(thing, kind=_other(thing.kind, NAMES)),)
    )


def _recolored(scene: Scene, rng: np.random.Generator) -> Scene:
    (person,) = scene.people
    taken = (person.top_color, person.bottom_color)
    colors = rng.choice([color for color in CLOTHES_COLORS if color not in taken], 2, replace=False)
    return _with(scene, _dressed(person, str(colors[0]), str(colors[1])))


def _exchanged(scene: Scene, _rng: np.random.Generator) -> Scene:
    (person,) = scene.people
    return _with(scene, _dressed(person, person.bottom_color, person.top_color))


def _dressed(person: Person, top: str, bottom: str) -> Person:
    return dataclasses.replace(person, top_color=top, bottom_color=bottom)


def _with(scene: Scene, person: Person) -> Scene:
    return dataclasses.replace(scene, people=(person,))


def _other_action(scene: Scene, _rng: np.random.Generator) -> Scene:
    event, _, heading = _other(action_of(scene), ACTIONS).partition(" ")
    return dataclasses.replace(scene, event=event, heading=heading or "none")


WRONG: Mapping[str, Callable[[Scene, np.random.Generator], Scene]] = {
    "place": _elsewhere,
    "weather and hour": _other_air,
    "thing": _other_thing,
    "colour": _recolored,
    "clothes": _exchanged,
    "action": _other_action,
}
"""Task -> the scene with what the task is about made wrong."""
