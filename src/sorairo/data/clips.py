"""Clips of a world, rendered once into shards in a cache folder.

A shard is a folder: `frames.npy` uint8 [n, F, H, W, 3], `masks.npy` uint8 [n, F, H, W],
`scenes.json`. It appears whole or not at all, so that an interrupted run goes on where it stopped.
Clip i of a set is the clip of seed `first_seed + i`.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import platformdirs
from tqdm import tqdm

from sorairo.config import to_json
from sorairo.world.tabletop.scene import FIRST_LIGHT, Scene, SceneConfig


@dataclass(frozen=True, kw_only=True)
class ClipsConfig:
    """What to render. `sizes` are (width, height), used in turn from shard to shard."""

    scene: SceneConfig = FIRST_LIGHT
    count: int = 3000
    first_seed: int = 0
    seconds: float = 61 / 12
    fps: float = 12.0
    sizes: tuple[tuple[int, int], ...] = field(
        default=((96, 96), (96, 96), (96, 96), (96, 96), (96, 96), (96, 96), (128, 80), (80, 128))
    )
    shard_clips: int = 40


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


def digest(config: object) -> str:
    """A short name for a configuration: equal configurations, equal folders."""
    return hashlib.sha256(json.dumps(to_json(config), sort_keys=True).encode()).hexdigest()[:12]


def folder_of(config: ClipsConfig) -> Path:
    return cache_folder() / "clips" / digest(config)


def shards(config: ClipsConfig) -> list[Shard]:
    """The shards of a set that are there, in order."""
    folder = folder_of(config)
    return [Shard(path) for path in sorted(folder.glob("shard-*")) if path.is_dir()]


def render(config: ClipsConfig, *, processes: int | None = None) -> list[Shard]:
    """Renders what is missing and returns all shards."""
    folder = folder_of(config)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text(json.dumps(to_json(config), indent=1))
    wanted = range(-(-config.count // config.shard_clips))
    missing = [i for i in wanted if not _shard_path(folder, i).exists()]
    if missing:
        workers = processes or os.cpu_count() or 1
        with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
            jobs = [pool.submit(_render_shard, config, i) for i in missing]
            for job in tqdm(as_completed(jobs), total=len(jobs), desc="rendering", unit="shard"):
                job.result()
    return [Shard(_shard_path(folder, i)) for i in wanted]


def _shard_path(folder: Path, index: int) -> Path:
    return folder / f"shard-{index:05d}"


def _render_shard(config: ClipsConfig, index: int) -> None:
    os.environ.setdefault("LP_NUM_THREADS", "0")  # one software-rendering thread a process
    from sorairo.world.tabletop.dataset import make_clips

    first = index * config.shard_clips
    count = min(config.shard_clips, config.count - first)
    width, height = config.sizes[index % len(config.sizes)]
    seeds = range(config.first_seed + first, config.first_seed + first + count)
    samples = list(
        make_clips(
            seeds=seeds,
            config=config.scene,
            seconds=config.seconds,
            fps=config.fps,
            width=width,
            height=height,
        )
    )
    target = _shard_path(folder_of(config), index)
    with_tmp = target.with_name(f".{target.name}-{os.getpid()}")
    with_tmp.mkdir(parents=True)
    np.save(with_tmp / "frames.npy", np.stack([each.frames for each in samples]))
    np.save(with_tmp / "masks.npy", np.stack([each.masks for each in samples]))
    (with_tmp / "scenes.json").write_text(json.dumps([each.scene.to_json() for each in samples]))
    try:
        with_tmp.rename(target)
    except OSError:  # another process was first
        shutil.rmtree(with_tmp)
