"""Pairs of small clips and the large clips that an upscaler should make of them.

Clips are rendered at four times the model's size and twice its rate. The small version resembles
what a model generates: every second frame, averaged down, and the same reconstructed by the
model's codec, which is softer. A share of the clips is in one of the world's styles; clips of dead
leaves are added, whose statistics are those of photographs, and clips made of photographs.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import torch
from tqdm import tqdm

from sorairo.data.rendered_shards import Shard
from sorairo.models.codec import Codec
from sorairo.models.upscaling.upscaler import FACTOR
from sorairo.nn.pixels import to_frames, to_video
from sorairo.nn.precision import choose_device, compute_dtype
from sorairo.training.data.dead_leaves import dead_leaves
from sorairo.training.data.photographs.collages import collage
from sorairo.training.data.photographs.pictures import Pictures, load_pictures
from sorairo.world.tabletop.rendering.styles import STYLES, apply_style

VARIANTS = ("averaged", "codec")
LEAVES_FRAMES, LEAVES_SIDE, MARGIN = 17, 384, 128
PHOTO_FRAMES = 25


@dataclass(frozen=True, kw_only=True)
class PairsConfig:
    """How pairs are made."""

    styled: float = 0.15
    """Share of the clips in one of the world's styles."""
    leaves: int = 32
    """Clips of dead leaves."""
    photographs: int = 0
    """Clips made of photographs (see `sorairo.training.data.photographs.pictures`)."""
    model: str = "tabletop"
    """The codec: a model, a training run or the directory of a codec (see
    `sorairo.training.networks.codec_directory`)."""
    seed: int = 0
    """Decides styles and leaves."""


@dataclass(frozen=True)
class Pair:
    """One clip in a folder, in the variants of `VARIANTS`."""

    path: Path

    @cached_property
    def small(self) -> np.ndarray:
        """uint8 [variant, F, h, w, 3]."""
        return np.load(self.path / "small.npy", mmap_mode="r")

    @cached_property
    def large(self) -> np.ndarray:
        """uint8 [2F - 1, H, W, 3]: the same frames, and those between."""
        return np.load(self.path / "large.npy", mmap_mode="r")

    @cached_property
    def masks(self) -> np.ndarray:
        """uint8 [2F - 1, H, W], 0 where no body is."""
        return np.load(self.path / "masks.npy", mmap_mode="r")


def make_pairs(
    shards: list[Shard], folder: Path, config: PairsConfig, open_codec: Callable[[str], Codec]
) -> list[Pair]:
    """The pairs of all clips and of `config.leaves` and `config.photographs` more. Pairs already in
    `folder` are kept. `open_codec` is called with `config.model` where one is missing."""
    writer = _PairWriter(folder, config, open_codec)
    clips = [(shard, i) for shard in shards for i in range(len(shard.scenes))]
    leaves = len(clips) + config.leaves
    pairs = []
    for index in tqdm(range(leaves + config.photographs), desc="pairs", unit="clip"):
        rng = np.random.default_rng((config.seed, index))
        if index >= leaves:
            pairs.append(writer.photographs(f"photographs-{index - leaves:04d}", rng))
        elif index >= len(clips):
            pairs.append(writer.leaves(f"leaves-{index - len(clips):04d}", rng))
        else:
            pairs.append(writer.clip(f"clip-{index:05d}", *clips[index], rng))
    return pairs


class _PairWriter:
    """Writes pairs that are not there yet into a folder."""

    def __init__(
        self, folder: Path, config: PairsConfig, open_codec: Callable[[str], Codec]
    ) -> None:
        self.folder, self.config, self.open_codec = folder, config, open_codec

    @cached_property
    def codec(self) -> Codec:
        device = choose_device(None)
        codec = self.open_codec(self.config.model).eval().requires_grad_(False)
        return codec.to(device=device, dtype=compute_dtype(device))

    @cached_property
    def pictures(self) -> Pictures:
        return load_pictures()

    def clip(self, name: str, shard: Shard, index: int, rng: np.random.Generator) -> Pair:
        path = self.folder / name
        if not path.exists():
            frames, masks = shard.frames[index], shard.masks[index]
            if rng.random() < self.config.styled:
                frames = apply_style(str(rng.choice(list(STYLES))), frames)
            self._write(path, frames, masks)
        return Pair(path)

    def leaves(self, name: str, rng: np.random.Generator) -> Pair:
        path = self.folder / name
        if not path.exists():
            frames = drifting_leaves(rng) if rng.random() < 0.5 else still_leaves(rng)
            self._write(path, frames, np.zeros(frames.shape[:3], np.uint8))
        return Pair(path)

    def photographs(self, name: str, rng: np.random.Generator) -> Pair:
        path = self.folder / name
        if not path.exists():
            self._write(path, *collage(rng, self.pictures, PHOTO_FRAMES, LEAVES_SIDE, LEAVES_SIDE))
        return Pair(path)

    def _write(self, path: Path, large: np.ndarray, masks: np.ndarray) -> None:
        """Writes a pair under another name, then renames it."""
        averaged = average(large[::2])
        new = path.with_name(f".{path.name}-{os.getpid()}")
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(parents=True)
        np.save(new / "small.npy", np.stack([averaged, reconstructed(self.codec, averaged)]))
        np.save(new / "large.npy", large)
        np.save(new / "masks.npy", masks)
        new.rename(path)


def average(frames: np.ndarray) -> np.ndarray:
    """Frames uint8 [F, H, W, 3], with each `FACTOR` x `FACTOR` pixels averaged to one."""
    total = np.zeros_like(frames[:, ::FACTOR, ::FACTOR], dtype=np.uint16)
    for y in range(FACTOR):
        for x in range(FACTOR):
            total += frames[:, y::FACTOR, x::FACTOR]
    return ((total + FACTOR**2 // 2) // FACTOR**2).astype(np.uint8)


@torch.inference_mode()
def reconstructed(codec: Codec, frames: np.ndarray) -> np.ndarray:
    """Frames uint8 [F, H, W, 3] after encoding and decoding. F - 1 is a multiple of the codec's
    time factor."""
    like = next(codec.parameters())
    video = to_video(frames[None]).to(like.device, like.dtype)
    return to_frames(codec.decode_clip(codec.encode_clip(video)))[0]


def still_leaves(rng: np.random.Generator) -> np.ndarray:
    """A clip of dead leaves, each of which drifts."""
    return dead_leaves(rng, LEAVES_FRAMES, LEAVES_SIDE, LEAVES_SIDE)


def drifting_leaves(rng: np.random.Generator) -> np.ndarray:
    """A clip of a moving camera above one large picture of dead leaves."""
    side = LEAVES_SIDE + 2 * MARGIN
    picture = dead_leaves(rng, 1, side, side)[0]
    speed = rng.uniform(-1, 1, 2) * MARGIN / LEAVES_FRAMES
    places = np.round(MARGIN + speed * np.arange(LEAVES_FRAMES)[:, None]).astype(int)
    return np.stack([picture[y : y + LEAVES_SIDE, x : x + LEAVES_SIDE] for y, x in places])
