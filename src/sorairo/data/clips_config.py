"""The configuration of a set of rendered clips."""

from __future__ import annotations

from dataclasses import dataclass, field

from sorairo.world import registry
from sorairo.world.registry import TABLETOP
from sorairo.world.tabletop.scene import FIRST_LIGHT, SceneConfig

SQUARE = TABLETOP.sizes[0]


@dataclass(frozen=True, kw_only=True)
class ClipsConfig:
    """A set of clips of a world. Its digest names the folder of the clips."""

    scene: SceneConfig = FIRST_LIGHT
    """The scenes to draw from."""
    count: int = 3000
    """How many clips."""
    first_seed: int = 0
    """The seed of the first story; the next ones follow."""
    seconds: float = 61 / TABLETOP.fps
    """The length of a clip."""
    fps: float = TABLETOP.fps
    """Frames a second."""
    sizes: tuple[tuple[int, int], ...] = field(default=(*(SQUARE,) * 6, *TABLETOP.sizes[1:]))
    """(width, height), used in turn from shard to shard."""
    shard_clips: int = 40
    """Clips of a shard."""
    shots: int = 1
    """Clips in a row that are shots of one story: the same bodies, in other events, from other
    cameras."""
    twins: bool = False
    """Whether one thing is changed in each clip, compared with the same set without twins."""
    bridges: int = 0
    """If not 0, a story is two scenes in two clips: one leads from the first scene to the second,
    the other back to its own beginning. The bridge covers whole groups of this number of frames."""
    world: str = registry.DEFAULT
    """The world, by name."""
