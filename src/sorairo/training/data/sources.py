"""The sources of training latents: sets of clips, some of them restyled, downscaled or
procedural."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from sorairo.config import check_range
from sorairo.data.clips_config import ClipsConfig
from sorairo.data.rendered_shards import Shard, render_shard, shard_at, shard_count
from sorairo.errors import ConfigError
from sorairo.nn.pixels import to_frames, to_video
from sorairo.training.data.crops import shrink
from sorairo.training.data.dead_leaves import dead_leaves
from sorairo.world.protocol import Scene
from sorairo.world.tabletop.rendering.styles import STYLES, apply_style
from sorairo.world.tabletop.scene import Scene as TabletopScene

LEAVES_CLIPS = 25  # of a shard of dead leaves
TWIN_STYLED = 0.3  # share of the twins that differ by a style


@dataclass(frozen=True, kw_only=True)
class LatentSource:
    """A set of clips, and what is done to them before they are encoded."""

    clips: ClipsConfig
    """The clips."""
    styled: float = 0.0
    """Share of the stories that are put in a style."""
    pictures: int = 0
    """How many frames of each clip are encoded alone as well."""
    alone: bool = False
    """Whether every frame is encoded alone, as a picture."""
    shrink: float = 1.0
    """By which factor frames are made smaller."""
    stride: int = 1
    """Takes every n-th frame."""
    leaves: int = 0
    """If not 0, this number of clips of dead leaves replaces the world's clips."""
    count: int | None = None
    """Takes only the first clips; None: all."""
    twins: ClipsConfig | None = None
    """The same clips with one thing changed. A share of them is replaced by the clip itself in a
    style."""

    def __post_init__(self) -> None:
        """Raises ConfigError for a number that no source can have."""
        where = "Of a source of clips, "
        check_range(self, where, "count stride", 1)
        check_range(self, where, "pictures leaves", 0)
        check_range(self, where, "shrink", 1)
        check_range(self, where, "styled", 0, 1)

    @property
    def fps(self) -> float:
        """Frames a second, of those that are encoded."""
        return self.clips.fps / self.stride


def clips_of(source: LatentSource) -> list[tuple[ClipsConfig, int | None]]:
    """The sets of clips that a source needs, and how many of each (None: all)."""
    if source.leaves:
        return []
    return [(each, source.count) for each in (source.clips, source.twins) if each]


def clips_shown(sources: Iterable[LatentSource]) -> list[ClipsConfig]:
    """The sets of clips that sources show, each once; without any, that of the first source."""
    given = list(sources)
    shown = [source for source in given if not source.leaves] or given[:1]
    return list(dict.fromkeys(source.clips for source in shown))


def shard_names(source: LatentSource) -> list[str]:
    """The names of a source's shards."""
    if source.leaves:
        return [f"shard-{index:05d}" for index in range(-(-source.leaves // LEAVES_CLIPS))]
    count = shard_count(source.clips, source.count)
    return [shard_at(source.clips, index).path.name for index in range(count)]


def source_frames(
    rng: np.random.Generator, source: LatentSource, shard: Shard, unit: int
) -> tuple[np.ndarray, list[Scene]]:
    """Frames and scenes of a shard as the source shows them. Sides are multiples of `unit`
    pixels."""
    frames = smaller(np.array(shard.frames[:, :: source.stride]), source.shrink, unit)
    return _styled(rng, frames, shard.scenes, source)


def _styled(
    rng: np.random.Generator, frames: np.ndarray, scenes: list[Scene], source: LatentSource
) -> tuple[np.ndarray, list[Scene]]:
    """Puts some stories in a style, the same for all their shots."""
    scenes = list(scenes)
    for first in range(0, len(scenes), source.clips.shots):
        if rng.random() >= source.styled:
            continue
        style = str(rng.choice(list(STYLES)))
        for i in range(first, first + source.clips.shots):
            frames[i] = apply_style(style, frames[i])
            scenes[i] = _in_style(scenes[i], style)
    return frames, scenes


def _in_style(scene: Scene, style: str) -> Scene:
    if not isinstance(scene, TabletopScene):
        raise ConfigError("Only clips of the table-top have styles: set 'styled' to 0 for others.")
    return replace(scene, style=style)


def twin_frames(
    rng: np.random.Generator,
    source: LatentSource,
    index: int,
    frames: np.ndarray,
    scenes: list[Scene],
    unit: int,
) -> tuple[np.ndarray, list[Scene]]:
    """For every clip of shard `index` its twin, or the clip itself in a style."""
    assert source.twins is not None
    shard = render_shard(source.twins, index)
    twins, twin_scenes = smaller(np.array(shard.frames), source.shrink, unit), list(shard.scenes)
    for i in range(len(twins)):
        if rng.random() < TWIN_STYLED:
            style = str(rng.choice(list(STYLES)))
            twins[i], twin_scenes[i] = apply_style(style, frames[i]), _in_style(scenes[i], style)
    return twins, twin_scenes


def smaller(frames: np.ndarray, factor: float, unit: int) -> np.ndarray:
    """Clips [n, F, H, W, 3] made smaller, to multiples of `unit` pixels."""
    if factor == 1.0:
        return frames
    size = [int(side / factor + 0.5) // unit * unit for side in frames.shape[2:4]]
    return np.concatenate(
        [to_frames(shrink(to_video(clip[None]), (size[0], size[1]))) for clip in frames]
    )


def leaves_frames(rng: np.random.Generator, source: LatentSource) -> np.ndarray:
    """A shard of dead leaves, [n, F, H, W, 3]."""
    width, height = source.clips.sizes[0]
    count = round(source.clips.seconds * source.clips.fps)
    clips = [_leaves(rng, count, height, width) for _ in range(LEAVES_CLIPS)]
    return np.stack(clips)


def _leaves(rng: np.random.Generator, count: int, height: int, width: int) -> np.ndarray:
    """Dead leaves; half of the clips do not move at all, as a photograph without a prompt."""
    if rng.random() < 0.5:
        return dead_leaves(rng, count, height, width)
    return dead_leaves(rng, 1, height, width).repeat(count, 0)
