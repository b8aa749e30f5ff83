"""Clips of a world, rendered once into shards in a cache folder.

A shard is a folder: `frames.npy` uint8 [n, F, H, W, 3], `masks.npy` uint8 [n, F, H, W],
`scenes.json`. It appears whole or not at all, so that an interrupted run goes on where it stopped.
Clip i of a set is shot `i % shots` of the story of seed `first_seed + i // shots`.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import shutil
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import platformdirs
from tqdm import tqdm

from sorairo.config import from_json, original_name, to_json
from sorairo.errors import ConfigError
from sorairo.world import registry
from sorairo.world.registry import TABLETOP
from sorairo.world.tabletop.scene import (
    CANVAS_WORLD,
    CIRCLED,
    CROWD_WORLD,
    FALLING,
    FILMED,
    FIRST_LIGHT,
    FOUR_THINGS,
    HIDING,
    PUSHED,
    SEVERAL_THINGS,
    STILL_LIFES,
    THREE_THINGS,
    Scene,
    SceneConfig,
)

SQUARE = TABLETOP.sizes[0]
WINDOW = 49 / TABLETOP.fps  # seconds that the transformer sees at once


@dataclass(frozen=True, kw_only=True)
class ClipsConfig:
    """What to render. `sizes` are (width, height), used in turn from shard to shard; `shots` clips
    in a row are of one story: the same things, in other events, from other cameras. `twins`: the
    same clips as without it, but with one thing changed in each. `bridges`: not 0, a story is two
    scenes; one clip leads from the first to the second, the other back to its own beginning,
    between whole groups of so many frames."""

    scene: SceneConfig = FIRST_LIGHT
    count: int = 3000
    first_seed: int = 0
    seconds: float = 61 / TABLETOP.fps
    fps: float = TABLETOP.fps
    sizes: tuple[tuple[int, int], ...] = field(default=(*(SQUARE,) * 6, *TABLETOP.sizes[1:]))
    shard_clips: int = 40
    shots: int = 1
    twins: bool = False
    bridges: int = 0
    world: str = registry.DEFAULT


CANVAS_CLIPS = ClipsConfig(
    scene=CANVAS_WORLD,
    count=2400,
    first_seed=2_000_000,
    shots=3,
    shard_clips=30,
    seconds=WINDOW,
)
TWIN_CLIPS = dataclasses.replace(CANVAS_CLIPS, count=720, twins=True)
FIRST_CLIPS = ClipsConfig(count=800, seconds=WINDOW)
LONG_CLIPS = ClipsConfig(
    scene=CANVAS_WORLD, count=300, first_seed=3_000_000, seconds=62, fps=1.5, sizes=(SQUARE,)
)
PICTURES = ClipsConfig(
    scene=CANVAS_WORLD,
    count=4000,
    first_seed=4_500_000,
    seconds=1.0,
    fps=2.0,
    sizes=(SQUARE,),
    shard_clips=200,
)
CROWD_CLIPS = ClipsConfig(
    scene=CROWD_WORLD, count=1200, first_seed=5_000_000, seconds=WINDOW, sizes=(SQUARE,)
)
CROWD_PICTURES = ClipsConfig(
    scene=STILL_LIFES,
    count=8000,
    first_seed=5_500_000,
    seconds=0.5,
    fps=2.0,
    sizes=(SQUARE,),
    shard_clips=400,
)
FILMED_CLIPS = ClipsConfig(
    scene=FILMED, count=640, first_seed=6_000_000, seconds=WINDOW, sizes=(SQUARE,)
)
SEVERAL_PICTURES = dataclasses.replace(
    CROWD_PICTURES, scene=SEVERAL_THINGS, count=16_000, first_seed=6_500_000
)
THREE_PICTURES = dataclasses.replace(
    CROWD_PICTURES, scene=THREE_THINGS, count=6000, first_seed=9_500_000
)
FOUR_PICTURES = dataclasses.replace(
    CROWD_PICTURES, scene=FOUR_THINGS, count=4000, first_seed=10_000_000
)
BRIDGE_CLIPS = ClipsConfig(
    scene=CANVAS_WORLD,
    count=960,
    first_seed=7_000_000,
    seconds=WINDOW,
    sizes=(SQUARE,),
    shots=2,
    bridges=4,
)
# The shapes of film and of photographs, upright and lying, that are not in CANVAS_CLIPS.
WIDE, HIGH = (144, 80), (80, 144)
WIDE_CLIPS = ClipsConfig(
    scene=CANVAS_WORLD, count=480, first_seed=7_500_000, seconds=WINDOW, sizes=(WIDE, HIGH)
)
WIDE_PICTURES = ClipsConfig(
    scene=CROWD_WORLD,
    count=9600,
    first_seed=8_000_000,
    seconds=0.5,
    fps=2.0,
    sizes=(WIDE, HIGH, (128, 80), (80, 128), (112, 80), (80, 112)),
    shard_clips=400,
)
FALLING_CLIPS = dataclasses.replace(FILMED_CLIPS, scene=FALLING, count=1600, first_seed=11_000_000)
HIDING_CLIPS = dataclasses.replace(FILMED_CLIPS, scene=HIDING, count=600, first_seed=11_500_000)
CIRCLED_CLIPS = dataclasses.replace(FILMED_CLIPS, scene=CIRCLED, count=1120, first_seed=12_000_000)
PUSHED_CLIPS = dataclasses.replace(FILMED_CLIPS, scene=PUSHED, count=1200, first_seed=12_500_000)
LARGE_PICTURES = ClipsConfig(
    scene=CANVAS_WORLD,
    count=120,
    first_seed=4_000_000,
    seconds=1.0,
    fps=2.0,
    sizes=((1024, 1024),),
    shard_clips=10,
)


def cache_folder() -> Path:
    """Where data, encoded latents and training state live."""
    return Path(platformdirs.user_cache_dir("sorairo"))


@dataclass(frozen=True)
class Shard:
    """One folder of clips, memory-mapped when looked at."""

    path: Path

    @property
    def frames(self) -> np.ndarray:
        """uint8 [n, F, H, W, 3]."""
        return np.load(self.path / "frames.npy", mmap_mode="r")

    @property
    def masks(self) -> np.ndarray:
        """uint8 [n, F, H, W]: 0, or i + 1 on body i."""
        return np.load(self.path / "masks.npy", mmap_mode="r")

    @property
    def scenes(self) -> list[Scene]:
        return [
            Scene.from_json(each) for each in json.loads((self.path / "scenes.json").read_text())
        ]

    @property
    def bridges(self) -> list[tuple[int, int]]:
        """First frame of each clip's bridge, and the first after it; empty where there are none."""
        path = self.path / "bridges.json"
        return [tuple(each) for each in json.loads(path.read_text())] if path.exists() else []


def digest(config: object) -> str:
    """A short name for a configuration: equal configurations, equal folders.

    Only what differs from the defaults goes into it, so that a new field renames nothing. Where a
    default has changed, `render` refuses the folders that were made with the old one. A renamed
    field counts under its original name.
    """
    return hashlib.sha256(json.dumps(_chosen(config), sort_keys=True).encode()).hexdigest()[:12]


def _chosen(value: object) -> object:
    """`value` as JSON, without the fields of dataclasses that equal their default."""
    if isinstance(value, list | tuple):
        return [_chosen(each) for each in value]
    if not dataclasses.is_dataclass(value) or isinstance(value, type):
        return to_json(value)
    chosen: dict[str, object] = {}
    for each in dataclasses.fields(value):
        default = each.default
        if each.default_factory is not dataclasses.MISSING:
            default = each.default_factory()
        if getattr(value, each.name) != default:
            chosen[original_name(each)] = _chosen(getattr(value, each.name))
    return chosen


def folder_of(config: ClipsConfig) -> Path:
    return cache_folder() / "clips" / digest(config)


def shards(config: ClipsConfig) -> list[Shard]:
    """The shards of a set that are there, in order."""
    folder = folder_of(config)
    return [Shard(path) for path in sorted(folder.glob("shard-*")) if path.is_dir()]


def render(
    config: ClipsConfig, *, first: int | None = None, processes: int | None = None
) -> list[Shard]:
    """Renders what is missing and returns all shards, or those with the `first` so many clips.

    Raises ConfigError where a shard would cut a story in two, and where the folder of the
    configuration holds clips of another.
    """
    (shards,) = render_all([(config, first)], processes=processes)
    return shards


def render_all(
    wanted: Sequence[tuple[ClipsConfig, int | None]], *, processes: int | None = None
) -> list[list[Shard]]:
    """`render` of several sets, by the same processes one after another."""
    found: list[list[Path]] = []
    missing: dict[Path, tuple[ClipsConfig, int]] = {}
    for config, first in wanted:
        folder = folder_of(config)
        _check(config, folder / "config.json")
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / "config.json").exists():  # others may be reading it
            (folder / "config.json").write_text(json.dumps(to_json(config), indent=1))
        count = -(-min(first or config.count, config.count) // config.shard_clips)
        found.append([_shard_path(folder, i) for i in range(count)])
        missing |= {path: (config, i) for i, path in enumerate(found[-1]) if not path.exists()}
    if missing:
        workers = processes or os.cpu_count() or 1
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
            jobs = [pool.submit(_render_shard, *each) for each in missing.values()]
            for job in tqdm(as_completed(jobs), total=len(jobs), desc="rendering", unit="shard"):
                job.result()
    return [[Shard(path) for path in paths] for paths in found]


def _check(config: ClipsConfig, record: Path) -> None:
    if config.shots < 1 or config.shard_clips % config.shots or config.count % config.shots:
        raise ConfigError(
            f"'shard_clips' ({config.shard_clips}) and 'count' ({config.count}) must be multiples "
            f"of 'shots' ({config.shots}), so that every story is whole and in one shard."
        )
    if config.bridges and config.shots != 2:
        raise ConfigError("Clips with 'bridges' are two of a story: set 'shots' to 2.")
    if record.exists() and from_json(ClipsConfig, json.loads(record.read_text())) != config:
        raise ConfigError(
            f"The clips in {record.parent} were made with other settings, by another version of "
            "sorairo: move that folder away to have them rendered again."
        )


def _shard_path(folder: Path, index: int) -> Path:
    return folder / f"shard-{index:05d}"


def _render_shard(config: ClipsConfig, index: int) -> None:
    os.environ.setdefault("LP_NUM_THREADS", "0")  # one software-rendering thread a process
    first = index * config.shard_clips
    count = min(config.shard_clips, config.count - first)
    story = config.first_seed + first // config.shots
    samples = list(
        registry.world(config.world).samples(
            seeds=range(story, story + count // config.shots),
            part=config.scene,
            seconds=config.seconds,
            fps=config.fps,
            size=config.sizes[index % len(config.sizes)],
            shots=config.shots,
            twins=config.twins,
            bridges=config.bridges,
        )
    )
    target = _shard_path(folder_of(config), index)
    with_tmp = target.with_name(f".{target.name}-{os.getpid()}")
    with_tmp.mkdir(parents=True)
    np.save(with_tmp / "frames.npy", np.stack([each.frames for each in samples]))
    np.save(with_tmp / "masks.npy", np.stack([each.masks for each in samples]))
    (with_tmp / "scenes.json").write_text(json.dumps([each.scene.to_json() for each in samples]))
    if config.bridges:
        (with_tmp / "bridges.json").write_text(json.dumps([each.bridge for each in samples]))
    try:
        with_tmp.rename(target)
    except OSError:  # another process was first
        shutil.rmtree(with_tmp)
