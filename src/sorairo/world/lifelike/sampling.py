"""Draws scenes."""

from __future__ import annotations

import numpy as np

from sorairo.world.lifelike.assets.bodies import AGES, BUILDS, SEXES, VARIANTS
from sorairo.world.lifelike.events.props import CARRIED, SEATS
from sorairo.world.lifelike.events.toppling import TOPPLING
from sorairo.world.lifelike.filming.shots import choice, draw_camera
from sorairo.world.lifelike.matter.registry import MATTER
from sorairo.world.lifelike.people.appearance.looks import CLOTHES_COLORS, Person
from sorairo.world.lifelike.places import PLACES
from sorairo.world.lifelike.scene import SOFT_GROUNDS, Scene, SceneConfig, Thing
from sorairo.world.lifelike.thing_names import NAMES

WHOLE_WORLD = SceneConfig()
BALL_COLORS = ("red", "orange", "yellow", "green", "blue", "purple", "pink", "white", "black")
DOOR_COLORS = ("red", "green", "blue", "brown", "black", "orange", "purple")
HAIR_OF_AGE = {
    "child": ("black", "brown", "blond", "red"),
    "young": ("black", "brown", "blond", "red"),
    "middle-aged": ("black", "brown", "blond", "grey"),
    "old": ("grey", "white", "white"),
}
SKINS_OF_HAIR = {
    "blond": ("pale", "light", "light", "tan"),
    "red": ("pale", "light"),
    "grey": ("pale", "light", "tan", "brown", "dark"),
    "white": ("pale", "light", "tan", "brown", "dark"),
    "brown": ("pale", "light", "tan", "brown"),
    "black": ("light", "tan", "brown", "dark"),
}


def sample_scene(rng: np.random.Generator, config: SceneConfig = WHOLE_WORLD) -> Scene:
    """A scene of a part of the world."""
    event = choice(rng, config.events)
    place, ground = draw_place(rng, config, event)
    weather = choice(rng, config.weathers) if PLACES[place].outdoors else "clear"
    hour = choice(rng, config.hours) if PLACES[place].daylight and weather == "clear" else ""
    people, things, heading = draw_cast(rng, event)
    scene = Scene(
        place=place,
        ground=ground,
        event=event,
        people=people,
        things=things,
        heading=heading,
        weather=weather,
        hour=hour,
        turn=int(rng.integers(512)),
        seed=int(rng.integers(2**31)),
    )
    return draw_camera(rng, scene, config)


def draw_place(rng: np.random.Generator, config: SceneConfig, event: str) -> tuple[str, str]:
    """A place and a ground on which an event can happen."""
    allowed = config.places or tuple(PLACES)
    if event == "track":
        fitting = [name for name in allowed if set(PLACES[name].grounds) & set(SOFT_GROUNDS)]
        name = choice(rng, tuple(fitting or ("beach", "snowfield")))
        grounds = tuple(g for g in PLACES[name].grounds if g in SOFT_GROUNDS)
        return name, choice(rng, grounds)
    name = choice(rng, allowed)
    return name, choice(rng, PLACES[name].grounds)


def draw_cast(
    rng: np.random.Generator, event: str
) -> tuple[tuple[Person, ...], tuple[Thing, ...], str]:
    """The people, the things and the heading of an event."""
    heading = choice(rng, ("left", "right"))
    if event in ("walk", "run"):
        return (sample_person(rng),), (), choice(rng, ("left", "right", "towards", "away"))
    if event in ("stop", "turn"):
        return (sample_person(rng),), (), heading
    if event == "sit":
        person = sample_person(rng)
        while person.age == "child":  # whose feet would hang in the air
            person = sample_person(rng)
        return (person,), (Thing(kind=choice(rng, SEATS)),), "none"
    if event == "carry":
        return (sample_person(rng),), (Thing(kind=choice(rng, CARRIED)),), heading
    if event == "door":
        wall = choice(rng, ("white", "grey", "yellow"))
        things = (
            Thing(kind="door", color=choice(rng, DOOR_COLORS)),
            Thing(kind="doorway", color=wall),
        )
        return (sample_person(rng),), things, choice(rng, ("towards", "away"))
    if event in ("wave", "dance"):
        return (sample_person(rng),), (), "none"
    if event in ("meet", "pass"):
        first = sample_person(rng)
        return (first, _unlike(rng, first)), (), heading
    if event == "hide":
        wall = Thing(kind="wall", color=choice(rng, tuple(CLOTHES_COLORS)))
        return (sample_person(rng),), (wall,), heading
    if event == "stand":
        if rng.random() < 0.35:
            return (sample_person(rng),), (), "none"
        count = int(rng.integers(1, 4))
        kinds = rng.choice(list(NAMES), count, replace=False)
        return (), tuple(_named(rng, str(kind), i, count) for i, kind in enumerate(kinds)), "none"
    if event == "topple":
        return (), (_named(rng, choice(rng, TOPPLING), 0, 1),), heading
    if event in MATTER:
        sideways = event in ("smash", "survive")
        return (), MATTER[event].cast(rng), heading if sideways else "none"
    ball = Thing(kind="ball", color=choice(rng, BALL_COLORS))
    if event in ("shatter", "miss"):
        return (), (ball, Thing(kind="pane")), heading
    return (), (ball,), heading if event == "track" else "none"


def _named(rng: np.random.Generator, kind: str, index: int, count: int) -> Thing:
    spread = 1.5
    x = (index - (count - 1) / 2) * spread + float(rng.normal(0, 0.12))
    y = float(rng.uniform(-0.3, 0.5))
    return Thing(kind=kind, position=(x, y), turn=float(rng.normal(0, 0.35)))


def sample_person(rng: np.random.Generator) -> Person:
    """How a person looks."""
    sex, age = choice(rng, SEXES), choice(rng, ("child", "young", "young", "middle-aged", "old"))
    hair_color = choice(rng, HAIR_OF_AGE[age])
    if sex == "woman":
        top = choice(rng, ("t-shirt", "sweater", "coat", "dress", "dress"))
        bottom = choice(rng, ("trousers", "skirt", "shorts"))
        hair = choice(rng, ("long", "long", "short"))
    else:
        top = choice(rng, ("t-shirt", "t-shirt", "sweater", "coat"))
        bottom = choice(rng, ("trousers", "trousers", "shorts"))
        hair = choice(rng, ("short", "short", "short", "bald" if age != "child" else "short"))
    if top == "coat":
        bottom = "trousers"
    colors = rng.choice(list(CLOTHES_COLORS), 2, replace=False)
    return Person(
        sex=sex,
        age=age,
        build=choice(rng, tuple(BUILDS)) if age != "child" else "average",
        variant=int(rng.integers(VARIANTS)),
        skin=choice(rng, SKINS_OF_HAIR[hair_color]),
        hair=hair,
        hair_color=hair_color,
        top=top,
        top_color=str(colors[0]),
        bottom=bottom,
        bottom_color=str(colors[1]),
        shoe_color=choice(rng, ("black", "brown", "white", "red")),
    )


def _unlike(rng: np.random.Generator, other: Person) -> Person:
    """A person whose caption differs from another's."""
    while True:
        person = sample_person(rng)
        if (person.sex, person.age) != (other.sex, other.age) and (
            person.top_color != other.top_color
        ):
            return person


assert set(HAIR_OF_AGE) == set(AGES)
