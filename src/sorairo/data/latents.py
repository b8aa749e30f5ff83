"""Encoded clips, held in memory: what the transformer learns from, by (seed, step)."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sorairo.world.tabletop.captions import caption
from sorairo.world.tabletop.scene import Scene


@dataclass(frozen=True, kw_only=True)
class Bucket:
    """Windows of one shape: `variant` of the encoded clips (see VARIANTS), size (width, height) of
    the clips as rendered, latent frames, and how often it is drawn."""

    variant: str
    size: tuple[int, int]
    frames: int
    weight: float


@dataclass(frozen=True)
class Variant:
    """How clips are taken: every `stride`-th frame, pictures scaled by `scale`; `pictures`: single
    frames instead."""

    stride: int = 1
    scale: float = 1.0
    pictures: int = 0


VARIANTS = {
    "full": Variant(),
    "half": Variant(scale=2 / 3),
    "slow": Variant(stride=2),
    "picture": Variant(pictures=3),
}


@dataclass(frozen=True, kw_only=True)
class Window:
    """A training sample: latents [c, f, h, w], caption, seconds between latent frames."""

    latents: np.ndarray
    caption: str
    frame_seconds: float


class LatentStore:
    """All encoded clips of a set, by variant and size. Arrays float16 [n, c, f, h, w]."""

    def __init__(self, folder: Path, fps: float, time_factor: int) -> None:
        self.fps, self.time_factor = fps, time_factor
        self.arrays: dict[tuple[str, tuple[int, int]], np.ndarray] = {}
        self.scenes: dict[tuple[int, int], list[Scene]] = {}
        parts: dict[tuple[str, tuple[int, int]], list[np.ndarray]] = {}
        for shard in sorted(folder.glob("shard-*")):
            record = json.loads((shard / "scenes.json").read_text())
            size = (record["size"][0], record["size"][1])
            self.scenes.setdefault(size, []).extend(Scene.from_json(s) for s in record["scenes"])
            for path in shard.glob("*.npy"):
                parts.setdefault((path.stem, size), []).append(np.load(path))
        self.arrays = {key: np.concatenate(found) for key, found in parts.items()}

    def draw(
        self, bucket: Bucket, rng: np.random.Generator, *, from_start: float, chinese: float
    ) -> Window:
        """One window: from the clip's beginning with probability `from_start`, else cut at any
        latent frame."""
        clips = self.arrays[bucket.variant, bucket.size]
        index = int(rng.integers(len(clips)))
        spare = max(0, clips.shape[2] - bucket.frames)
        first = 0 if rng.random() < from_start else int(rng.integers(spare + 1))
        scene = self.scenes[bucket.size][index]
        text = caption(
            scene,
            rng,
            language="zh" if rng.random() < chinese else "en",
            detail="long" if rng.random() < 0.15 else "short",
        )
        return Window(
            latents=clips[index, :, first : first + bucket.frames],
            caption=text,
            frame_seconds=self.time_factor * VARIANTS[bucket.variant].stride / self.fps,
        )

    def captions(self, count: int, seed: int) -> list[str]:
        """Captions of the clips, half of them Chinese: what a tokenizer learns from."""
        rng = np.random.default_rng(seed)
        scenes = [scene for found in self.scenes.values() for scene in found]
        return [
            caption(
                scenes[int(rng.integers(len(scenes)))],
                rng,
                language="en" if i % 2 else "zh",
                detail="long" if i % 4 < 2 else "short",
            )
            for i in range(count)
        ]
