"""Generates clips with their masks, from seeds: the training data of models."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from sorairo.world.protocol import Sample
from sorairo.world.registry import TABLETOP
from sorairo.world.tabletop.dynamics.mutations import mutate
from sorairo.world.tabletop.dynamics.sampling import WHOLE_WORLD, sample_scene, sample_shots
from sorairo.world.tabletop.dynamics.simulate import simulate
from sorairo.world.tabletop.rendering.renderer import Renderer
from sorairo.world.tabletop.rendering.transitions import (
    Span,
    bridge_span,
    cross_fade,
    return_to_start,
    rollouts_across,
)
from sorairo.world.tabletop.scene import Scene, SceneConfig


def make_clips(
    *,
    seeds: Iterable[int],
    config: SceneConfig = WHOLE_WORLD,
    seconds: float = 5.0,
    fps: float = TABLETOP.fps,
    width: int = 128,
    height: int = 128,
    shots: int = 1,
    twins: bool = False,
) -> Iterator[Sample[Scene]]:
    """`shots` clips of one story for each seed. A seed's clips do not depend on the other seeds.

    With `twins` the same clips, each with one thing changed (see `dynamics.mutations`).
    """
    with Renderer(width=width, height=height) as renderer:
        for seed in seeds:
            for shot, scene in enumerate(sample_shots(np.random.default_rng(seed), config, shots)):
                if twins:
                    scene = mutate(scene, np.random.default_rng((seed, shot)), config)
                rollout = simulate(scene, seconds=seconds, fps=fps)
                frames, masks = renderer.film(rollout), renderer.masks(rollout)
                yield Sample(frames=frames, masks=masks, scene=scene, truth=rollout.truth())


def make_bridges(
    *,
    seeds: Iterable[int],
    config: SceneConfig = WHOLE_WORLD,
    seconds: float = 5.0,
    fps: float = TABLETOP.fps,
    width: int = 128,
    height: int = 128,
    group: int = 4,
) -> Iterator[Sample[Scene]]:
    """Two clips for each seed: one in which a scene becomes another, and one in which the other
    returns to its own beginning. Bridges cover whole groups of frames."""
    frames = round(seconds * fps)
    with Renderer(width=width, height=height) as renderer:
        for seed in seeds:
            rng = np.random.default_rng(seed)
            one, other = (sample_scene(rng, config) for _ in range(2))
            span = bridge_span(rng, frames, group)
            rollouts = rollouts_across(one, other, span, frames, fps)
            before, after = (renderer.film(each) for each in rollouts)
            there, then = (renderer.masks(each) for each in rollouts)
            yield Sample(
                frames=cross_fade(before, after, span),
                masks=_either(there, then, span),
                scene=one,
                bridge=span,
            )
            span = bridge_span(rng, frames, group)
            rollout = return_to_start(other, span, frames, fps, rng)
            yield Sample(
                frames=renderer.film(rollout),
                masks=renderer.masks(rollout),
                scene=other,
                bridge=span,
            )


def _either(before: np.ndarray, after: np.ndarray, span: Span) -> np.ndarray:
    """Masks of two clips that are cross-faded in a bridge."""
    first, last = span
    both = np.maximum(before[first:], after[: last - first])
    return np.concatenate([before[:first], both, after[last - first :]])
