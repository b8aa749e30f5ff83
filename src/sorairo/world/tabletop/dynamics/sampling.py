"""Draws random scenes from the part of the world that a SceneConfig describes."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TypeVar

import numpy as np

from sorairo.world.tabletop.dynamics.combinations import is_shown
from sorairo.world.tabletop.dynamics.events import (
    EVENT_MAKERS,
    Event,
    EventDraw,
    place_bystanders,
)
from sorairo.world.tabletop.dynamics.visibility import largest_occlusion, smallest_gap
from sorairo.world.tabletop.scene import CLASHES, Body, Scene, SceneConfig

WHOLE_WORLD = SceneConfig()
ORIGIN = (0.0, 0.0, 0.0)
MAX_DRAWS = 5000  # scenes drawn until one is of a shown combination
MAX_PLACEMENTS, MAX_OCCLUSION = 20, 0.5  # placements drawn until no body hides more of another
T = TypeVar("T")


def choose(rng: np.random.Generator, options: Sequence[T]) -> T:
    """One of the options, all equally likely."""
    return options[int(rng.integers(len(options)))]


def sample_scene(rng: np.random.Generator, config: SceneConfig = WHOLE_WORLD) -> Scene:
    """A random scene of the configured part of the world. Equal generators give equal scenes.

    Raises ValueError if no configured event suits the shapes and numbers of bodies, if no
    combination is shown, and if there is no room for the bodies at this distance.
    """
    for _ in range(MAX_DRAWS):
        if is_shown(config, scene := _any_scene(rng, config)):
            return scene
    raise ValueError(f"templates={config.templates} leaves nothing that could be drawn")


def _any_scene(rng: np.random.Generator, config: SceneConfig) -> Scene:
    """A random scene, whether or not its combination is shown."""
    name = choose(rng, possible_events(config))
    event = EVENT_MAKERS[name]
    floor, light = choose(rng, config.floors), choose(rng, config.lights)
    count = _count(rng, config, event)
    unclear = CLASHES.get(floor, ()) + CLASHES.get(light, ())
    colors = [color for color in config.colors if color not in unclear] or list(config.colors)
    draw = EventDraw(rng=rng, bodies=_unplaced_bodies(rng, config, event, count, colors))
    bodies, heading = _place(event, draw, config.apart)
    camera = choose(rng, config.cameras)
    # Drawn last, and only if there is a choice, so that older seeds keep their scenes.
    style = choose(rng, config.styles) if len(config.styles) > 1 else next(iter(config.styles))
    return Scene(
        bodies=bodies,
        event=name,
        heading=heading,
        floor=floor,
        light=light,
        camera=camera,
        style=style,
        place=choose(rng, config.places) if config.places else "",
    )


def sample_shots(
    rng: np.random.Generator, config: SceneConfig = WHOLE_WORLD, count: int = 1
) -> list[Scene]:
    """`count` scenes of one story: the same bodies, floor, light and style; each scene with
    another event than the one before (if there is one), and a heading and a camera of its own.

    The first is the one that `sample_scene` draws. Raises ValueError as that does.
    """
    scenes = [sample_scene(rng, config)]
    still = {"position": ORIGIN, "velocity": ORIGIN, "spin": ORIGIN}
    bodies = tuple(dataclasses.replace(body, **still) for body in scenes[0].bodies)
    able = [
        name
        for name in config.events
        if _can_do(EVENT_MAKERS[name], bodies)
        and is_shown(config, dataclasses.replace(scenes[0], event=name))
    ]
    while len(scenes) < count:
        name = choose(rng, [each for each in able if each != scenes[-1].event] or able)
        placed, heading = _place(
            EVENT_MAKERS[name], EventDraw(rng=rng, bodies=bodies), config.apart
        )
        scene = dataclasses.replace(scenes[0], event=name, bodies=placed, heading=heading)
        scenes.append(dataclasses.replace(scene, camera=choose(rng, config.cameras)))
    return scenes


def _can_do(event: Event, bodies: Sequence[Body]) -> bool:
    """Whether an event has room for all bodies and the first of them have shapes for it."""
    fit = all(body.shape in event.shapes for body in bodies[: event.bodies])
    return fit and event.bodies <= len(bodies) <= event.max_bodies


def possible_events(config: SceneConfig) -> list[str]:
    """The events of a config that suit its shapes and numbers of bodies."""
    names = [
        name
        for name in config.events
        if EVENT_MAKERS[name].bodies <= config.max_bodies
        and config.min_bodies <= EVENT_MAKERS[name].max_bodies
        and set(EVENT_MAKERS[name].shapes) & set(config.shapes)
    ]
    if not names:
        raise ValueError(
            f"none of the events {', '.join(config.events)} can be done by "
            f"{config.min_bodies} to {config.max_bodies} bodies of shape {', '.join(config.shapes)}"
        )
    return names


def _count(rng: np.random.Generator, config: SceneConfig, event: Event) -> int:
    """The number of bodies; half of the scenes have the fewest possible."""
    low = max(config.min_bodies, event.bodies)
    high = min(config.max_bodies, event.max_bodies)
    if low == high or rng.random() < 0.5:
        return low
    return int(rng.integers(low + 1, high + 1))


def _place(event: Event, draw: EventDraw, apart: float) -> tuple[tuple[Body, ...], str]:
    """The bodies in places where each is visible at the start, and the heading of the first one.

    Until they are `apart`, only their places are drawn again, so that scenes which are hard to
    place are as frequent as others.
    """
    tries = MAX_DRAWS if apart else MAX_PLACEMENTS
    for attempt in range(tries):
        actors, heading = event.act(draw)
        others = EventDraw(rng=draw.rng, bodies=draw.bodies[len(actors) :])
        bodies = (*actors, *place_bystanders(others, event))
        clear = largest_occlusion(bodies) < MAX_OCCLUSION and (
            not apart or smallest_gap(bodies) > apart
        )
        if clear or (not apart and attempt == tries - 1):
            return bodies, heading
    raise ValueError(f"apart={apart:g} leaves no room for {len(draw.bodies)} bodies")


def _unplaced_bodies(
    rng: np.random.Generator,
    config: SceneConfig,
    event: Event,
    count: int,
    colors: Sequence[str],
) -> tuple[Body, ...]:
    """`count` bodies without a place; colours repeat only when all have been used."""
    order = rng.permutation(len(colors))
    able = [shape for shape in config.shapes if shape in event.shapes]
    bodies = tuple(
        Body(
            shape=choose(rng, able if index < event.bodies else config.shapes),
            color=colors[int(order[index % len(colors)])],
            size=choose(rng, config.sizes),
            material=choose(rng, config.materials),
            position=ORIGIN,
        )
        for index in range(count)
    )
    fraction = event.same_look if config.same_look is None else config.same_look
    same_look = fraction and count > 1 and rng.random() < fraction
    return bodies[:1] * count if same_look else bodies
