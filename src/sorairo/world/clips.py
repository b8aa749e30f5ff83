"""Training clips of any world, from seeds: shots of one story, twins, and clips with bridges."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import numpy as np

from sorairo.world.bridges import Span, bridge_span, cross_fade, either
from sorairo.world.protocol import Renderer, Rollout, Sample, Scene, Size
from sorairo.world.renderers import JointRenderer

SceneT = TypeVar("SceneT", bound=Scene)
RolloutT = TypeVar("RolloutT", bound=Rollout)
PartT = TypeVar("PartT")


@dataclass(frozen=True, kw_only=True)
class ClipMaker(Generic[SceneT, PartT, RolloutT]):
    """What a world provides so that training clips can be made of it.

    A bridge is one rollout, or two rollouts that are cross-faded: one that goes on to the bridge's
    end, and one that begins with the bridge.
    """

    story: Callable[[np.random.Generator, PartT, int], Sequence[SceneT]]
    """A number of scenes of one story, drawn from a part of the world; the first one is that of
    `World.sample_scene`."""
    simulate: Callable[[SceneT, float, float], RolloutT]
    """Runs a scene for a number of seconds at a number of frames per second."""
    renderer: Callable[[int, int], Any]
    """A `Renderer[RolloutT]` of a width and a height."""
    changed: Callable[[SceneT, np.random.Generator, PartT], SceneT] | None = None
    """A scene with one thing changed. None: there are no twins."""
    across: Callable[[SceneT, SceneT, Span, int, float], Sequence[RolloutT]] | None = None
    """The rollouts in which one scene becomes another; with the number of frames and the frames per
    second. None: there are no bridges."""
    back: Callable[[SceneT, Span, int, float, np.random.Generator], Sequence[RolloutT]] | None = (
        None
    )
    """The rollouts in which the end of a scene leads back to its own beginning. None: there are no
    bridges."""

    def clips(
        self,
        *,
        seeds: Iterable[int],
        part: PartT,
        seconds: float,
        fps: float,
        size: Size,
        shots: int = 1,
        twins: bool = False,
    ) -> Iterator[Sample[SceneT]]:
        """`shots` clips of one story for each seed. A seed's clips do not depend on the others.

        With `twins` the same clips, each with one thing changed. Raises ValueError for what the
        world does not offer.
        """
        if twins and self.changed is None:
            raise ValueError("This world makes no twins: leave 'twins' out.")
        with self.renderer(*size) as renderer:
            for seed in seeds:
                for shot, scene in enumerate(self.story(np.random.default_rng(seed), part, shots)):
                    if twins and self.changed is not None:
                        scene = self.changed(scene, np.random.default_rng((seed, shot)), part)
                    rollout = self.simulate(scene, seconds, fps)
                    frames, masks = _drawn(renderer, rollout)
                    truth = rollout.truth()
                    yield Sample(frames=frames, masks=masks, scene=scene, truth=truth)

    def bridges(
        self,
        *,
        seeds: Iterable[int],
        part: PartT,
        seconds: float,
        fps: float,
        size: Size,
        group: int,
    ) -> Iterator[Sample[SceneT]]:
        """Two clips for each seed: one in which a scene becomes another, and one in which the other
        returns to its own beginning. Bridges cover whole groups of frames. Raises ValueError
        where the world has none."""
        if self.across is None or self.back is None:
            raise ValueError("This world makes no bridges: set 'bridges' to 0.")
        frames = round(seconds * fps)
        with self.renderer(*size) as renderer:
            for seed in seeds:
                rng = np.random.default_rng(seed)
                one, other = (self.story(rng, part, 1)[0] for _ in range(2))
                span = bridge_span(rng, frames, group)
                yield _bridged(renderer, one, span, self.across(one, other, span, frames, fps))
                span = bridge_span(rng, frames, group)
                yield _bridged(renderer, other, span, self.back(other, span, frames, fps, rng))

    def samples(
        self,
        *,
        seeds: Iterable[int],
        part: PartT,
        seconds: float,
        fps: float,
        size: Size,
        shots: int = 1,
        twins: bool = False,
        bridges: int = 0,
    ) -> Iterator[Sample[SceneT]]:
        """As `World.samples`."""
        if bridges:
            return self.bridges(
                seeds=seeds, part=part, seconds=seconds, fps=fps, size=size, group=bridges
            )
        return self.clips(
            seeds=seeds, part=part, seconds=seconds, fps=fps, size=size, shots=shots, twins=twins
        )


def _drawn(renderer: Renderer[RolloutT], rollout: RolloutT) -> tuple[np.ndarray, np.ndarray]:
    """Pictures and masks."""
    if isinstance(renderer, JointRenderer):
        return renderer.film_and_masks(rollout)
    return renderer.film(rollout), renderer.masks(rollout)


def _bridged(
    renderer: Renderer[RolloutT], scene: SceneT, span: Span, rollouts: Sequence[RolloutT]
) -> Sample[SceneT]:
    pictures, masks = zip(*(_drawn(renderer, each) for each in rollouts), strict=True)
    whole = len(rollouts) == 1
    return Sample(
        frames=pictures[0] if whole else cross_fade(pictures[0], pictures[1], span),
        masks=masks[0] if whole else either(masks[0], masks[1], span),
        scene=scene,
        bridge=span,
    )
