"""Clips of a world, rendered once into shards in the cache folder.

A shard is a folder: `frames.npy` uint8 [n, F, H, W, 3], `masks.npy` uint8 [n, F, H, W],
`scenes.json`, `captions.json` and `truth.npz`. It gets its name when it is complete, so that an
interrupted run can continue. Clip i of a set is shot `i % shots` of the story of seed
`first_seed + i // shots`: every shard can be made again from the configuration alone. The clips are
the same; their pixels are, too, but for a few levels of 255 where the renderer dithers at random
(see the world).
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from tqdm import tqdm

from sorairo.config import from_json, to_json
from sorairo.data.annotations import (
    Captions,
    Truth,
    read_captions,
    read_truth,
    write_annotations,
)
from sorairo.data.cache import cache_folder
from sorairo.data.clips_config import ClipsConfig
from sorairo.data.digest import digest
from sorairo.data.shard_folders import claimed, whole_folder
from sorairo.errors import ConfigError
from sorairo.processes import results_of, spawn_context
from sorairo.video.atomic_write import whole_file
from sorairo.world import registry
from sorairo.world.protocol import Sample, Scene

# On average, then a new process takes its place: Filament keeps .9 MB a frame. A pool for a few
# shards, since Python's with `max_tasks_per_child` can wait for ever
# (github.com/python/cpython/issues/115634).
FILAMENT_SHARDS = 2

Item = TypeVar("Item")


@dataclass(frozen=True)
class Shard:
    """A folder of clips. Arrays are memory-mapped when they are read."""

    path: Path
    world: str = registry.DEFAULT
    """The world of the clips, by name."""

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
        """The scene of each clip."""
        records = json.loads((self.path / "scenes.json").read_text())
        return [registry.scene_from_json(self.world, each) for each in records]

    @property
    def bridges(self) -> list[tuple[int, int]]:
        """The first frame of each clip's bridge and the first after it; empty if there are none."""
        path = self.path / "bridges.json"
        return [tuple(each) for each in json.loads(path.read_text())] if path.exists() else []

    @property
    def captions(self) -> list[Captions]:
        """Captions of each clip; empty for shards that were made without."""
        return read_captions(self.path)

    @property
    def truth(self) -> list[Truth]:
        """The true state of each clip by name; empty where it is not known."""
        return read_truth(self.path, len(self.masks))


def folder_of(config: ClipsConfig) -> Path:
    """The folder of a set of clips."""
    return cache_folder() / "clips" / digest(config)


def shard_at(config: ClipsConfig, index: int) -> Shard:
    """A shard of a set, rendered or not."""
    return Shard(folder_of(config) / f"shard-{index:05d}", config.world)


def shard_count(config: ClipsConfig, first: int | None = None) -> int:
    """The number of shards of a set, or of those that hold its `first` clips."""
    return -(-min(first or config.count, config.count) // config.shard_clips)


def clips_in(config: ClipsConfig, index: int) -> int:
    """The number of clips of a shard; the last one may have fewer than others."""
    return min(config.shard_clips, config.count - index * config.shard_clips)


def shards(config: ClipsConfig) -> list[Shard]:
    """The shards of a set that are rendered already, in order."""
    paths = sorted(path for path in folder_of(config).glob("shard-*") if path.is_dir())
    return [Shard(path, config.world) for path in paths]


def render(
    config: ClipsConfig, *, first: int | None = None, processes: int | None = None
) -> list[Shard]:
    """Renders the missing shards of a set; all of them, or those of the `first` clips.

    Raises ConfigError where a shard would cut a story in two, or where the folder of the set holds
    clips made with other settings.
    """
    (shards,) = render_all([(config, first)], processes=processes)
    return shards


def render_all(
    wanted: Sequence[tuple[ClipsConfig, int | None]], *, processes: int | None = None
) -> list[list[Shard]]:
    """Renders several sets, each whole or its first clips, with one pool of processes."""
    for config, _ in wanted:
        prepare_folder(config)
    numbers = [range(shard_count(config, first)) for config, first in wanted]
    named = [(config, i) for (config, _), each in zip(wanted, numbers, strict=True) for i in each]
    render_shards(named, processes=processes)
    return [
        [shard_at(config, i) for i in each]
        for (config, _), each in zip(wanted, numbers, strict=True)
    ]


def render_shards(
    wanted: Iterable[tuple[ClipsConfig, int]], *, processes: int | None = None
) -> None:
    """Renders those of these shards that are missing, with a pool of processes. The folders of the
    sets are prepared already."""
    by_path = {shard_at(*each).path: each for each in wanted}
    missing = [each for path, each in by_path.items() if not path.exists()]
    if missing:
        workers = processes or os.cpu_count() or 1
        lasting = [each for each in missing if not drawn_by_filament(each[0])]
        others = [each for each in missing if drawn_by_filament(each[0])]
        with tqdm(total=len(missing), desc="rendering", unit="shard") as bar:
            if lasting:
                _render_in_new_processes(lasting, workers, bar)
            for few in batched(others, workers * FILAMENT_SHARDS):
                _render_in_new_processes(few, workers, bar)


def drawn_by_filament(config: ClipsConfig) -> bool:
    """Whether rendering clips makes a process larger (see `FILAMENT_SHARDS`)."""
    return config.world != registry.DEFAULT or bool(getattr(config.scene, "places", ()))


def batched(items: Sequence[Item], size: int) -> Iterator[Sequence[Item]]:
    """The items in batches of this size, the last one shorter."""
    for first in range(0, len(items), size):
        yield items[first : first + size]


def _render_in_new_processes(
    named: Sequence[tuple[ClipsConfig, int]], workers: int, bar: tqdm[Any]
) -> None:
    with ProcessPoolExecutor(workers, mp_context=spawn_context()) as pool:
        for _ in results_of(pool, [pool.submit(render_shard, *each) for each in named]):
            bar.update()


def prepare_folder(config: ClipsConfig) -> None:
    """Makes the folder of a set, with its configuration. Raises ConfigError, see `render`."""
    config.check()
    record = folder_of(config) / "config.json"
    if record.exists() and from_json(ClipsConfig, json.loads(record.read_text())) != config:
        raise ConfigError(
            f"The clips in {record.parent} were made with other settings, by another version of "
            "sorairo: move that folder away to have them rendered again."
        )
    record.parent.mkdir(parents=True, exist_ok=True)
    if not record.exists():  # others may be reading it
        with whole_file(record) as new:
            new.write_text(json.dumps(to_json(config), indent=1))


def render_shard(config: ClipsConfig, index: int) -> Shard:
    """Renders a shard of a set unless it is there; waits for a process that is rendering it."""
    os.environ.setdefault("LP_NUM_THREADS", "0")  # one software-rendering thread a process
    shard = shard_at(config, index)
    with claimed(shard.path):
        if not shard.path.exists():
            _write(shard.path, config, index)
    return shard


def _write(target: Path, config: ClipsConfig, index: int) -> None:
    count = clips_in(config, index)
    story = config.first_seed + index * config.shard_clips // config.shots
    seeds = range(story, story + count // config.shots)
    samples = _samples(config, seeds, config.sizes[index % len(config.sizes)])
    with whole_folder(target) as folder:
        np.save(folder / "frames.npy", np.stack([each.frames for each in samples]))
        np.save(folder / "masks.npy", np.stack([each.masks for each in samples]))
        scenes = [each.scene.to_json() for each in samples]
        (folder / "scenes.json").write_text(json.dumps(scenes))
        if samples[0].bridge:
            (folder / "bridges.json").write_text(json.dumps([each.bridge for each in samples]))
        shots = [(seed, shot) for seed in seeds for shot in range(config.shots)]
        write_annotations(folder, config.world, samples, shots)


def _samples(config: ClipsConfig, seeds: range, size: tuple[int, int]) -> list[Sample[Any]]:
    return list(
        registry.world(config.world).samples(
            seeds=seeds,
            part=config.scene,
            seconds=config.seconds,
            fps=config.fps,
            size=size,
            shots=config.shots,
            twins=config.twins,
            bridges=config.bridges,
        )
    )
