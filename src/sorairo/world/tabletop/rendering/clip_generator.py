"""Training clips of the table-top, from seeds."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sorairo.world.clips import ClipMaker
from sorairo.world.protocol import Sample
from sorairo.world.registry import TABLETOP
from sorairo.world.tabletop.dynamics.mutations import mutate
from sorairo.world.tabletop.dynamics.sampling import WHOLE_WORLD, sample_shots
from sorairo.world.tabletop.dynamics.simulate import Rollout, simulate
from sorairo.world.tabletop.rendering.renderer import Renderer
from sorairo.world.tabletop.rendering.transitions import return_to_start, rollouts_across
from sorairo.world.tabletop.scene import Scene, SceneConfig

CLIPS: ClipMaker[Scene, SceneConfig, Rollout] = ClipMaker(
    story=sample_shots,
    changed=mutate,
    simulate=lambda scene, seconds, fps: simulate(scene, seconds=seconds, fps=fps),
    renderer=lambda width, height: Renderer(width=width, height=height),
    across=rollouts_across,
    back=lambda *given: [return_to_start(*given)],
)


def make_clips(
    *,
    seeds: Iterable[int],
    config: SceneConfig = WHOLE_WORLD,
    seconds: float = 5.0,
    fps: float = TABLETOP.fps,
    width: int = 128,
    height: int = 128,
) -> Iterator[Sample[Scene]]:
    """One clip for each seed."""
    return CLIPS.clips(seeds=seeds, part=config, seconds=seconds, fps=fps, size=(width, height))
