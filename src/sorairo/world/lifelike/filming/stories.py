"""Several scenes of one story, and scenes in which one thing is changed."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Mapping, Sequence

import numpy as np

from sorairo.world.lifelike.events.props import CARRIED, SEATS
from sorairo.world.lifelike.events.toppling import TOPPLING
from sorairo.world.lifelike.filming.shots import choice, draw_camera
from sorairo.world.lifelike.matter.bites import EDIBLE
from sorairo.world.lifelike.matter.water import FLOATING, SINKING
from sorairo.world.lifelike.people.appearance.looks import CLOTHES_COLORS
from sorairo.world.lifelike.places import PLACES
from sorairo.world.lifelike.sampling import (
    BALL_COLORS,
    WHOLE_WORLD,
    draw_cast,
    draw_place,
    sample_person,
    sample_scene,
)
from sorairo.world.lifelike.scene import FOLLOWED, Scene, SceneConfig, Thing
from sorairo.world.lifelike.thing_names import NAMES

# The things with names of events that not all of them suit.
ABLE: Mapping[str, Collection[str]] = {
    "sit": SEATS,
    "carry": CARRIED,
    "topple": TOPPLING,
    "bite": EDIBLE,
    "float": FLOATING,
    "sink": SINKING,
}
Change = Callable[[Scene, np.random.Generator, SceneConfig], Scene | None]


def sample_shots(
    rng: np.random.Generator, config: SceneConfig = WHOLE_WORLD, count: int = 1
) -> list[Scene]:
    """`count` scenes of one story: the same people and things in the same place and weather; each
    scene with another event than the one before, if there is one for them, and filmed anew.

    The first is the one that `sample_scene` draws.
    """
    scenes = [sample_scene(rng, config)]
    first = scenes[0]
    able = [name for name in dict.fromkeys(config.events) if _can_do(name, first, rng)]
    while len(scenes) < count:
        others = [name for name in able if name != scenes[-1].event]
        event = choice(rng, tuple(others or able or [first.event]))
        _, drawn, heading = _cast(event, first, rng)
        things = tuple(
            dataclasses.replace(new, kind=old.kind, color=old.color)
            for new, old in zip(drawn, first.things, strict=True)
        )
        scene = dataclasses.replace(
            first, event=event, things=things, heading=heading, seed=int(rng.integers(2**31))
        )
        scenes.append(draw_camera(rng, scene, config))
    return scenes


def changed(scene: Scene, rng: np.random.Generator, config: SceneConfig = WHOLE_WORLD) -> Scene:
    """The scene with one thing changed: the colour of a garment or of a thing, who or what it is
    about, where it happens, or the heading. The event stays the same, and so does the camera,
    which turns with who goes another way."""
    for index in rng.permutation(len(CHANGES)):
        other = CHANGES[int(index)](scene, rng, config)
        if other is not None:
            return other
    return scene


def _kinds(things: Sequence[Thing]) -> list[str]:
    return ["named" if thing.kind in NAMES else thing.kind for thing in things]


def _cast(event: str, scene: Scene, rng: np.random.Generator) -> tuple[int, tuple[Thing, ...], str]:
    """The number of people, the things and the heading of an event, with as many people and things
    as in a scene where the event allows it."""
    for _ in range(30):
        people, things, heading = draw_cast(rng, event)
        if len(people) == len(scene.people) and _kinds(things) == _kinds(scene.things):
            return len(people), things, heading
    return -1, (), "none"


def _can_do(event: str, scene: Scene, rng: np.random.Generator) -> bool:
    """Whether the people and things of a scene suit another event on the same ground."""
    if _cast(event, scene, rng)[0] < 0:
        return False
    only_here = SceneConfig(places=(scene.place,))
    return any(draw_place(rng, only_here, event) == (scene.place, scene.ground) for _ in range(12))


def _other_color(scene: Scene, rng: np.random.Generator, _: SceneConfig) -> Scene | None:
    if scene.people:
        person = scene.people[0]
        which = "top_color" if person.top == "dress" else choice(rng, ("top_color", "bottom_color"))
        worn = {person.top_color, person.bottom_color, *(each.top_color for each in scene.people)}
        color = choice(rng, tuple(name for name in CLOTHES_COLORS if name not in worn))
        dressed = dataclasses.replace(person, **{which: color})
        return dataclasses.replace(scene, people=(dressed, *scene.people[1:]))
    if scene.things[0].color in BALL_COLORS:
        color = choice(rng, tuple(c for c in BALL_COLORS if c != scene.things[0].color))
        return _with_thing(scene, color=color)
    return None


def _other_person(scene: Scene, rng: np.random.Generator, _: SceneConfig) -> Scene | None:
    """Someone else in the same clothes."""
    if not scene.people:
        return None
    person, taken = scene.people[0], {(each.sex, each.age) for each in scene.people}
    while True:
        drawn = sample_person(rng)
        grown = scene.event != "sit" or drawn.age != "child"  # whose feet would hang in the air
        if grown and (drawn.sex, drawn.age) not in taken:
            break
    names = ("top", "top_color", "bottom", "bottom_color", "shoe_color")
    clothes = {name: getattr(person, name) for name in names}
    if clothes["top"] == "dress" or clothes["bottom"] == "skirt":  # as `sample_person` has it
        drawn = dataclasses.replace(drawn, sex=person.sex)
        if (drawn.sex, drawn.age) in taken:
            return None
    other = dataclasses.replace(drawn, **clothes)
    return dataclasses.replace(scene, people=(other, *scene.people[1:]))


def _other_thing(scene: Scene, rng: np.random.Generator, _: SceneConfig) -> Scene | None:
    if not scene.things or scene.things[0].kind not in NAMES:
        return None
    shown = {thing.kind for thing in scene.things}
    able = [name for name in ABLE.get(scene.event, NAMES) if name in NAMES and name not in shown]
    return _with_thing(scene, kind=choice(rng, tuple(able)))


def _other_place(scene: Scene, rng: np.random.Generator, config: SceneConfig) -> Scene | None:
    for _ in range(20):
        place, ground = draw_place(rng, config, scene.event)
        weather = scene.weather == "clear" or PLACES[place].outdoors
        hour = not scene.hour or PLACES[place].daylight
        if place != scene.place and weather and hour:
            return dataclasses.replace(scene, place=place, ground=ground)
    return None


def _other_heading(scene: Scene, _: np.random.Generator, __: SceneConfig) -> Scene | None:
    opposite = {"left": "right", "right": "left", "towards": "away", "away": "towards"}
    if scene.heading not in opposite:
        return None
    shot = scene.shot
    if scene.event in FOLLOWED and shot.camera.startswith("pan"):  # turns with the subject
        shot = dataclasses.replace(shot, camera=f"pan_{opposite[scene.heading]}")
    return dataclasses.replace(scene, heading=opposite[scene.heading], shot=shot)


def _with_thing(scene: Scene, **fields: str) -> Scene:
    thing = dataclasses.replace(scene.things[0], **fields)
    return dataclasses.replace(scene, things=(thing, *scene.things[1:]))


CHANGES: tuple[Change, ...] = (
    _other_color,
    _other_person,
    _other_thing,
    _other_place,
    _other_heading,
)
