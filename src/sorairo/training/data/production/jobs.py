"""The shards that are to be made of some sets of clips, and how one of them is made."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from sorairo.data.clips_config import ClipsConfig
from sorairo.data.rendered_shards import (
    clips_in,
    drawn_by_filament,
    prepare_folder,
    render_shard,
    shard_at,
    shard_count,
)
from sorairo.data.shard_folders import claimed, remove_folder
from sorairo.training.data.encode import encode_shard
from sorairo.training.data.sources import LatentSource, clips_of


@dataclass(frozen=True, kw_only=True)
class ShardJob:
    """A shard of clips, and the folders of its latents."""

    clips: ClipsConfig
    index: int
    encodings: tuple[tuple[LatentSource, Path], ...] = ()
    """The sources that show it, each with the folder of its latents of this shard. None: the pixels
    are what is wanted."""
    keep_pixels: bool = True
    """Whether the pixels stay after they are encoded. Pixels that were there before stay."""

    @property
    def count(self) -> int:
        """The number of clips."""
        return clips_in(self.clips, self.index)

    @property
    def name(self) -> Path:
        """The folder that stands for the job: that of its first latents, or of its pixels."""
        return self.encodings[0][1] if self.encodings else shard_at(self.clips, self.index).path

    def done(self) -> bool:
        """Whether nothing is left to do."""
        if not self.encodings:
            return self.name.exists()
        return all(path.exists() for _, path in self.encodings)

    def missing_pixels(self) -> list[tuple[ClipsConfig, int]]:
        """The shards that have to be rendered for it."""
        twins = [(source.twins, self.index) for source, _ in self.encodings if source.twins]
        needed = [(self.clips, self.index), *twins]
        return [each for each in needed if not shard_at(*each).path.exists()]

    def uses_filament(self) -> bool:
        """Whether Filament draws for it."""
        return any(drawn_by_filament(config) for config, _ in self.missing_pixels())


@dataclass(frozen=True)
class JobResult:
    """A job that a process has done; `seconds` of CPU time, 0 where there was nothing to do."""

    clips: int
    seconds: float


def pixel_jobs(wanted: Iterable[tuple[ClipsConfig, int | None]]) -> list[ShardJob]:
    """The jobs that render sets, each whole or its first clips. Raises ConfigError."""
    jobs: dict[Path, ShardJob] = {}
    for config, first in wanted:
        prepare_folder(config)
        for index in range(shard_count(config, first)):
            job = ShardJob(clips=config, index=index)
            jobs[job.name] = job
    return list(jobs.values())


def latent_jobs(
    wanted: Sequence[tuple[LatentSource, Path]], *, keep_pixels: bool
) -> list[ShardJob]:
    """The jobs that encode sources, each into its folder; sources that show the same shard are
    encoded together. Raises ConfigError."""
    found: dict[Path, list[tuple[LatentSource, Path]]] = {}
    shown: dict[Path, tuple[ClipsConfig, int]] = {}
    for source, folder in wanted:
        if source.leaves:
            continue
        for config, _ in clips_of(source):
            prepare_folder(config)
        for index in range(shard_count(source.clips, source.count)):
            pixels = shard_at(source.clips, index).path
            shown[pixels] = source.clips, index
            encoding = source, folder / pixels.name
            if encoding not in found.setdefault(pixels, []):
                found[pixels].append(encoding)
    return [
        ShardJob(
            clips=shown[pixels][0],
            index=shown[pixels][1],
            encodings=tuple(encodings),
            keep_pixels=keep_pixels,
        )
        for pixels, encodings in found.items()
    ]


def run_job(job: ShardJob) -> JobResult | None:
    """Does a job in this process; None if another process is doing it."""
    with claimed(job.name.with_name(f"{job.name.name}-job"), wait=False) as mine:
        if not mine:
            return None
        if job.done():
            return JobResult(job.count, 0.0)
        start = time.process_time()
        new = job.missing_pixels()
        for each in new:
            render_shard(*each)
        for source, target in job.encodings:
            if not target.exists():
                encode_shard(source, job.index, target)
        if job.encodings and not job.keep_pixels:
            for each in new:
                remove_folder(shard_at(*each).path)
        return JobResult(job.count, time.process_time() - start)
