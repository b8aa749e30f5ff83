"""Clips with their masks, made one after another: the input of training."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from sorairo.world.tabletop.dynamics.mutations import changed
from sorairo.world.tabletop.dynamics.sampling import WHOLE_WORLD, sample_scene, sample_shots
from sorairo.world.tabletop.dynamics.simulate import Rollout, simulate
from sorairo.world.tabletop.rendering.renderer import Renderer
from sorairo.world.tabletop.rendering.styles import apply_style
from sorairo.world.tabletop.rendering.transitions import (
    Span,
    across,
    back_again,
    bridge_span,
    cross_faded,
)
from sorairo.world.tabletop.scene import Scene, SceneConfig


@dataclass(frozen=True, kw_only=True)
class Sample:
    """frames uint8 [F, H, W, 3]; masks uint8 [F, H, W], 0 where no body is, i + 1 on body i.
    Between the two frames of `bridge` the clip leads from its scene to another, or back."""

    frames: np.ndarray
    masks: np.ndarray
    scene: Scene
    bridge: Span | None = None


def make_clips(
    *,
    seeds: Iterable[int],
    config: SceneConfig = WHOLE_WORLD,
    seconds: float = 5.0,
    fps: float = 12.0,
    width: int = 128,
    height: int = 128,
    shots: int = 1,
    twins: bool = False,
) -> Iterator[Sample]:
    """`shots` clips a seed, those of one story. They do not depend on the seeds around it. `twins`
    are the same clips with one thing changed in each (see `changes`)."""
    with Renderer(width=width, height=height) as renderer:
        for seed in seeds:
            for shot, scene in enumerate(sample_shots(np.random.default_rng(seed), config, shots)):
                if twins:
                    scene = changed(scene, np.random.default_rng((seed, shot)), config)
                rollout = simulate(scene, seconds=seconds, fps=fps)
                frames, masks = film(renderer, rollout), renderer.masks(rollout)
                yield Sample(frames=frames, masks=masks, scene=scene)


def make_bridges(
    *,
    seeds: Iterable[int],
    config: SceneConfig = WHOLE_WORLD,
    seconds: float = 5.0,
    fps: float = 12.0,
    width: int = 128,
    height: int = 128,
    group: int = 4,
) -> Iterator[Sample]:
    """Two clips a seed, which show two scenes: one in which the first becomes the second, and one
    in which the second comes back to its own beginning. Bridges lie between whole groups of
    frames."""
    frames = round(seconds * fps)
    with Renderer(width=width, height=height) as renderer:
        for seed in seeds:
            rng = np.random.default_rng(seed)
            one, other = (sample_scene(rng, config) for _ in range(2))
            span = bridge_span(rng, frames, group)
            rollouts = across(one, other, span, frames, fps)
            before, after = (film(renderer, each) for each in rollouts)
            there, then = (renderer.masks(each) for each in rollouts)
            yield Sample(
                frames=cross_faded(before, after, span),
                masks=_either(there, then, span),
                scene=one,
                bridge=span,
            )
            span = bridge_span(rng, frames, group)
            rollout = back_again(other, span, frames, fps, rng)
            yield Sample(
                frames=film(renderer, rollout),
                masks=renderer.masks(rollout),
                scene=other,
                bridge=span,
            )


def _either(before: np.ndarray, after: np.ndarray, span: Span) -> np.ndarray:
    """Masks of a clip that is two in its bridge."""
    first, last = span
    both = np.maximum(before[first:], after[: last - first])
    return np.concatenate([before[:first], both, after[last - first :]])


def film(renderer: Renderer, rollout: Rollout) -> np.ndarray:
    """The pictures of a rollout in the style of its scene, uint8 [F, H, W, 3]."""
    return apply_style(rollout.scene.style, renderer.render(rollout))
