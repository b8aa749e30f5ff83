"""Evaluation prompts: one object over colour x shape x floor, in held-out wordings."""

from __future__ import annotations

import dataclasses
import itertools
from dataclasses import dataclass

import numpy as np

from sorairo.world.tabletop.dynamics.sampling import sample_scene
from sorairo.world.tabletop.language.caption_plan import TRAVELLING, plan_caption
from sorairo.world.tabletop.language.captions import HELD_OUT, held_out, write_caption
from sorairo.world.tabletop.scene import Scene, SceneConfig

MAX_DRAWS = 100 * HELD_OUT  # a wording is held out with probability 1 / HELD_OUT


@dataclass(frozen=True, kw_only=True)
class Claim:
    """A prompt for evaluation."""

    prompt: str
    scene: Scene
    """A scene that the prompt is true of, to render for comparison."""

    @property
    def target(self) -> Target:
        """What a clip of the prompt must show."""
        return target_of(self.scene)


@dataclass(frozen=True, kw_only=True)
class Target:
    """What a clip must show: one object with these properties."""

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
    """`n` prompts about one body each; equal generators give the same scenes in each language.

    The combinations of colour, shape and floor come in random order, each once before any comes
    again; the event is drawn from those that the shape can do. Each prompt mentions colour, shape,
    event, floor and heading, and `captions.held_out(prompt)` is true.
    """
    kinds = list(itertools.product(config.colors, config.shapes, config.floors))
    order = [i for _ in range(-(-n // len(kinds))) for i in rng.permutation(len(kinds))][:n]
    claims = []
    for index, seed in zip(order, rng.integers(2**63, size=n), strict=True):
        color, shape, floor = kinds[index]
        one = dataclasses.replace(
            config, colors=(color,), shapes=(shape,), floors=(floor,), min_bodies=1, max_bodies=1
        )
        scene = sample_scene(np.random.default_rng(seed), one)
        claims.append(Claim(prompt=_held_out_prompt(scene, int(seed), language), scene=scene))
    return claims


def _held_out_prompt(scene: Scene, seed: int, language: str) -> str:
    rng = np.random.default_rng((seed, 1))
    directed = scene.event in TRAVELLING and scene.heading != "none"
    for _ in range(MAX_DRAWS):
        plan = plan_caption(scene, rng, "short")
        complete = plan.floor is not None and (plan.heading is not None or not directed)
        prompt = write_caption(plan, rng, language, "short") if complete else ""
        if prompt and held_out(prompt):
            return prompt
    raise AssertionError(f"no held-out wording for {scene}")
