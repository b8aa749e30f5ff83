"""What is known of the clips of a shard beside their pixels: captions and the true state."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from sorairo.world import registry
from sorairo.world.protocol import Sample, Scene

Captions = dict[str, dict[str, list[str]]]  # by language, then by length
Truth = dict[str, np.ndarray]  # arrays [F, ...] by name

CAPTIONS, TRUTH = "captions.json", "truth.npz"
WORDINGS = 4  # of each caption


def captions_of(world: str, scene: Scene, seed: tuple[int, ...]) -> Captions:
    """True captions of a scene in every language and of every length, each in some wordings."""
    entry, rng = registry.entry(world), np.random.default_rng((*seed, 2))
    return {
        language: {
            detail: [
                registry.caption(world, scene, rng, language=language, detail=detail)
                for _ in range(WORDINGS)
            ]
            for detail in entry.details
        }
        for language in entry.languages
    }


def write_annotations(
    folder: Path, world: str, samples: Sequence[Sample[Any]], seeds: Sequence[tuple[int, ...]]
) -> None:
    """Writes the captions and the true state of some clips into the folder of their shard; `seeds`
    decide the wordings of each clip."""
    found = [
        captions_of(world, sample.scene, seed) for sample, seed in zip(samples, seeds, strict=True)
    ]
    (folder / CAPTIONS).write_text(json.dumps(found, ensure_ascii=False), encoding="utf-8")
    arrays = {
        f"{index}/{name}": _compact(values)
        for index, sample in enumerate(samples)
        for name, values in sample.truth.items()
    }
    if arrays:
        np.savez_compressed(folder / TRUTH, **arrays)  # pyright: ignore[reportArgumentType]


def _compact(values: np.ndarray) -> np.ndarray:
    return values.astype(np.float32) if values.dtype == np.float64 else values


def copy_annotations(source: Path, target: Path) -> None:
    """Copies what `write_annotations` wrote from the folder of a shard to another one."""
    for name in (CAPTIONS, TRUTH):
        if (source / name).exists():
            shutil.copyfile(source / name, target / name)


def read_captions(folder: Path) -> list[Captions]:
    """The captions of each clip of a shard; empty for shards that were made without."""
    path = folder / CAPTIONS
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else []


def read_truth(folder: Path, count: int) -> list[Truth]:
    """The true state of each of the `count` clips of a shard by name, see `Rollout.truth`; empty
    where it is not known."""
    found: list[Truth] = [{} for _ in range(count)]
    if (folder / TRUTH).exists():
        with np.load(folder / TRUTH) as file:
            for key in file.files:
                index, _, name = key.partition("/")
                found[int(index)][name] = file[key]
    return found
