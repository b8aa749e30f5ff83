"""Scenes, clips and prompts that are held out from training."""

from __future__ import annotations

import atexit
import dataclasses
import json
import zlib
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache

import numpy as np

from sorairo.video import Clip
from sorairo.world.registry import TABLETOP
from sorairo.world.tabletop.dynamics.sampling import sample_scene
from sorairo.world.tabletop.dynamics.simulate import Rollout, simulate
from sorairo.world.tabletop.language.caption_plan import TRAVELLING, plan_caption
from sorairo.world.tabletop.language.captions import held_out, write_caption
from sorairo.world.tabletop.rendering.renderer import Renderer
from sorairo.world.tabletop.rendering.styles import apply_style
from sorairo.world.tabletop.scene import CANVAS_WORLD, PLACES, Scene, SceneConfig

FIRST_SEED = 1_000_000_000  # training stays below
SIDE, FPS = TABLETOP.sizes[0][0], TABLETOP.fps
STILL = dataclasses.replace(CANVAS_WORLD, cameras=("still",))
ENDLESS = dataclasses.replace(STILL, events=("turntable", "swing", "toss"))  # never come to rest
TRIES = 2000
_look: ContextVar[str] = ContextVar("look", default="classic")


@contextmanager
def drawn_by(look: str) -> Iterator[None]:
    """Questions that are made until the block ends have scenes of this look, one of LOOKS."""
    token = _look.set(look)
    try:
        yield
    finally:
        _look.reset(token)


def drawn(scene: Scene, look: str | None = None) -> Scene:
    """The scene in a look; None: that of the questions that are being made.

    For "filament" a scene without a place gets one, always the same.
    """
    if (look or _look.get()) == "classic" or scene.place:
        return scene
    number = zlib.crc32(json.dumps(scene.to_json(), sort_keys=True).encode())
    return dataclasses.replace(scene, place=PLACES[number % len(PLACES)])


def scenes(count: int, config: SceneConfig = CANVAS_WORLD, *, skip: int = 0) -> list[Scene]:
    """`count` scenes of the held-out seeds after the first `skip`.

    Every suite has a range of `skip` of its own: those of capabilities below 20,000, those about
    the world from 20,000 on, in thousands. The next free one is 32,000.
    """
    seeds = range(FIRST_SEED + skip, FIRST_SEED + skip + count)
    return [drawn(sample_scene(np.random.default_rng(seed), config)) for seed in seeds]


def film(scene: Scene, seconds: float) -> Clip:
    """The true clip of a scene, at native size and rate."""
    return film_of(simulate(scene, seconds=seconds, fps=FPS))


def film_of(rollout: Rollout, *, frames: slice | None = None) -> Clip:
    pictures = _renderer().render(rollout, frames=frames)
    return Clip(frames=apply_style(rollout.scene.style, pictures), fps=rollout.fps)


def masks_of(rollout: Rollout) -> np.ndarray:
    """uint8 [F, SIDE, SIDE], 0 where no body is."""
    return _renderer().masks(rollout)


@cache
def _renderer() -> Renderer:
    renderer = Renderer(width=SIDE, height=SIDE)
    atexit.register(renderer.close)  # while OpenGL is still there
    return renderer


def prompt_of(
    scene: Scene, seed: int = 0, *, language: str = "en", saying: Collection[str] = ()
) -> str:
    """A prompt for a scene, in a wording that no caption of the training data has.

    It mentions everything that a judge can check: floor, light, camera, style and heading too. It
    mentions "relation" and "material" if they are in `saying`, and the relation only then.
    """
    for rng in _generators(seed):
        plan = plan_caption(scene, rng, "short")
        unsaid = "material" in saying and plan.actors[0].material is None
        if unsaid or ("relation" in saying) != (plan.relation is not None):
            continue
        complete = dataclasses.replace(
            plan,
            floor=scene.floor,
            light=None if scene.light == "day" else scene.light,
            camera=None if scene.camera == "still" else scene.camera,
            heading=scene.heading
            if scene.event in TRAVELLING and scene.heading != "none"
            else None,
        )
        text = write_caption(complete, rng, language, "short")
        if held_out(text):
            return text
    raise AssertionError(f"no held-out wording for {scene}")


def _generators(seed: int) -> Iterator[np.random.Generator]:
    for attempt in range(TRIES):
        yield np.random.default_rng((seed, 3, attempt))
