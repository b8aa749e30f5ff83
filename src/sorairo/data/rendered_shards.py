"""Clips of a world, rendered once into shards in the cache folder.

A shard is a folder: `frames.npy` uint8 [n, F, H, W, 3], `masks.npy` uint8 [n, F, H, W],
`scenes.json`. It is renamed into place when it is complete, so that an interrupted run can
continue. Clip i of a set is shot `i % shots` of the story of seed `first_seed + i // shots`.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from tqdm import tqdm

from sorairo.config import from_json, to_json
from sorairo.data.cache import cache_folder
from sorairo.data.clips_config import ClipsConfig
from sorairo.data.digest import digest
from sorairo.errors import ConfigError
from sorairo.processes import spawn_context
from sorairo.world import registry
from sorairo.world.protocol import Sample, Scene


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


def folder_of(config: ClipsConfig) -> Path:
    """The folder of a set of clips."""
    return cache_folder() / "clips" / digest(config)


def shards(config: ClipsConfig) -> list[Shard]:
    """The shards of a set that are rendered already, in order."""
    folder = folder_of(config)
    paths = sorted(path for path in folder.glob("shard-*") if path.is_dir())
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
        with ProcessPoolExecutor(workers, mp_context=spawn_context()) as pool:
            jobs = [pool.submit(_render_shard, *each) for each in missing.values()]
            for job in tqdm(as_completed(jobs), total=len(jobs), desc="rendering", unit="shard"):
                job.result()
    return [
        [Shard(path, config.world) for path in paths]
        for (config, _), paths in zip(wanted, found, strict=True)
    ]


def _check(config: ClipsConfig, record: Path) -> None:
    config.check()
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
    _write(_shard_path(folder_of(config), index), samples)


def _write(target: Path, samples: list[Sample[Any]]) -> None:
    """Writes a shard under another name, then renames it."""
    temporary = target.with_name(f".{target.name}-{os.getpid()}")
    temporary.mkdir(parents=True)
    np.save(temporary / "frames.npy", np.stack([each.frames for each in samples]))
    np.save(temporary / "masks.npy", np.stack([each.masks for each in samples]))
    (temporary / "scenes.json").write_text(json.dumps([each.scene.to_json() for each in samples]))
    if samples[0].bridge:
        (temporary / "bridges.json").write_text(json.dumps([each.bridge for each in samples]))
    try:
        temporary.rename(target)
    except OSError:  # another process was first
        shutil.rmtree(temporary)
