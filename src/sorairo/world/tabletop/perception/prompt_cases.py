"""Evaluation prompts: single objects over colour x shape x floor, in wordings no caption has."""

from __future__ import annotations

import dataclasses
import itertools
from dataclasses import dataclass

import numpy as np

from sorairo.world.tabletop.dynamics.sampling import sample_scene
from sorairo.world.tabletop.language.caption_plan import TRAVELLING, tell
from sorairo.world.tabletop.language.captions import HELD_OUT, held_out, put_in_words
from sorairo.world.tabletop.scene import Scene, SceneConfig

TRIES = 100 * HELD_OUT  # a wording is free with chance 1 / HELD_OUT: all fail with chance 1e-46


@dataclass(frozen=True, kw_only=True)
class Claim:
    """A prompt, and a scene of which all it says is true (to render for comparison)."""

    prompt: str
    scene: Scene

    @property
    def target(self) -> Target:
        return target_of(self.scene)


@dataclass(frozen=True, kw_only=True)
class Target:
    """What a clip of a claim must show: one object of this looks, doing this."""

    shape: str
    color: str
    event: str
    heading: str
    floor: str


def target_of(scene: Scene) -> Target:
    """What a clip of a scene of one body must show."""
    body = scene.bodies[0]
    return Target(
        shape=body.shape,
        color=body.color,
        event=scene.event,
        heading=scene.heading if scene.event in TRAVELLING else "none",
        floor=scene.floor,
    )


def claims_prompts(
    config: SceneConfig, n: int, rng: np.random.Generator, language: str = "en"
) -> list[Claim]:
    """`n` claims of one body each; generators of equal state give the same scenes in each language.

    Colour x shape x floor is gone through in a random order, again and again until there are `n`;
    the event is drawn from those that the shape can do. Each prompt says colour, shape, event,
    floor and heading, and `captions.held_out(prompt)` is true.
    """
    looks = list(itertools.product(config.colors, config.shapes, config.floors))
    order = [i for _ in range(-(-n // len(looks))) for i in rng.permutation(len(looks))][:n]
    claims = []
    for index, seed in zip(order, rng.integers(2**63, size=n), strict=True):
        color, shape, floor = looks[index]
        one = dataclasses.replace(
            config, colors=(color,), shapes=(shape,), floors=(floor,), min_bodies=1, max_bodies=1
        )
        scene = sample_scene(np.random.default_rng(seed), one)
        claims.append(Claim(prompt=_held_out_prompt(scene, int(seed), language), scene=scene))
    return claims


def _held_out_prompt(scene: Scene, seed: int, language: str) -> str:
    rng = np.random.default_rng((seed, 1))
    directed = scene.event in TRAVELLING and scene.heading != "none"
    for _ in range(TRIES):
        telling = tell(scene, rng, "short")
        told = telling.floor is not None and (telling.heading is not None or not directed)
        prompt = put_in_words(telling, rng, language, "short") if told else ""
        if prompt and held_out(prompt):
            return prompt
    raise AssertionError(f"no held-out wording for {scene}")
