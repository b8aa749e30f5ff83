"""Encodes the sources of training latents, once, into shards on disk."""

from __future__ import annotations

import copy
import json
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from tqdm import tqdm

from sorairo.data.annotations import copy_annotations
from sorairo.data.rendered_shards import (
    Shard,
    prepare_folder,
    render_shard,
    render_shards,
    shard_at,
)
from sorairo.data.shard_folders import whole_folder
from sorairo.models.codec import Codec, pad_start
from sorairo.nn.pixels import to_video
from sorairo.nn.precision import choose_device, compute_dtype
from sorairo.processes import results_of, spawn_context
from sorairo.training.data.object_tokens import object_tokens
from sorairo.training.data.sources import (
    LEAVES_CLIPS,
    LatentSource,
    clips_of,
    leaves_frames,
    shard_names,
    source_frames,
    twin_frames,
)

Encoded = dict[str, np.ndarray]
PIXELS = 8 * 49 * 96 * 96  # that are encoded at once


def encode_source(codec: Codec, source: LatentSource, folder: Path, *, patch: int) -> list[Path]:
    """Writes the shards of a source that are missing in `folder`; the folders of all of them."""
    (done,) = encode_sources(codec, [(source, folder)], patch=patch)
    return done


def encode_sources(
    codec: Codec,
    wanted: Sequence[tuple[LatentSource, Path]],
    *,
    patch: int,
    workers: int = 0,
) -> list[list[Path]]:
    """Encodes several sources, each into its folder, with `workers` processes; 0: with this one.
    `patch` is the number of latent pixels per side of a token. Clips are rendered first, but for
    those whose latents are there already.
    """
    for source, _ in wanted:
        for config, _ in clips_of(source):
            prepare_folder(config)
    done = [[folder / name for name in shard_names(source)] for source, folder in wanted]
    missing = {  # two sources may be equal
        path: (source, i, path)
        for (source, _), paths in zip(wanted, done, strict=True)
        for i, path in enumerate(paths)
        if not path.exists()
    }
    render_shards(
        (config, i) for source, i, _ in missing.values() for config, _ in clips_of(source)
    )
    with tqdm(total=len(missing), desc="encoding", unit="shard") as bar:
        if not workers:
            set_encoder(codec, patch)
            for each in missing.values():
                encode_shard(*each)
                bar.update()
            return done
        with ProcessPoolExecutor(
            workers,
            mp_context=spawn_context(),
            initializer=set_encoder,
            initargs=(codec, patch),
        ) as pool:
            jobs = [pool.submit(encode_shard, *each) for each in missing.values()]
            for _ in results_of(pool, jobs):
                bar.update()
    return done


@dataclass(frozen=True)
class _Encoder:
    """Encodes shards: the arrays of `ClipSet` by name, and a record of their scenes."""

    codec: Codec
    patch: int

    def shard(self, source: LatentSource, index: int) -> tuple[Encoded, dict]:
        """Shard `index` of a source."""
        if source.leaves:
            return self._leaves(source, index)
        shard = render_shard(source.clips, index)
        if source.alone:
            return self._pictures(source, shard, index)
        return self._clips(source, shard, index)

    def _leaves(self, source: LatentSource, index: int) -> tuple[Encoded, dict]:
        frames = leaves_frames(np.random.default_rng((index, 11)), source)
        return {"clips": self.latents(frames)}, {
            "size": list(source.clips.sizes[0]),
            "scenes": [None] * LEAVES_CLIPS,
        }

    def _pictures(self, source: LatentSource, shard: Shard, index: int) -> tuple[Encoded, dict]:
        """Every frame alone."""
        rng = np.random.default_rng((index, 7))
        frames, scenes = source_frames(rng, source, shard, self.unit)
        clips = self._alone(frames, range(frames.shape[1]))
        objects = object_tokens(shard.masks, clips.shape, 1, self.patch)
        record = {"size": _size(shard), "scenes": [scene.to_json() for scene in scenes]}
        return {"clips": clips, "objects": objects}, record

    def _clips(self, source: LatentSource, shard: Shard, index: int) -> tuple[Encoded, dict]:
        rng = np.random.default_rng((index, 7))
        frames, scenes = source_frames(rng, source, shard, self.unit)
        record: dict = {"size": _size(shard)}
        if source.clips.bridges:
            record[
                "fades"
            ] = [  # clips lead to the scene of the next, and back to their own, in turn
                (i + (i + 1) % 2, *bridge) for i, bridge in enumerate(shard.bridges)
            ]
        record["scenes"] = [scene.to_json() for scene in scenes]
        encoded = {"clips": self.latents(frames)}
        if source.stride == 1:
            factor, shape = self.codec.config.time_factor, encoded["clips"].shape
            encoded["objects"] = object_tokens(shard.masks, shape, factor, self.patch)
        if source.twins:
            twins, twin_scenes = twin_frames(rng, source, index, frames, scenes, self.unit)
            encoded["twins"] = self.latents(twins)
            record["twins"] = [scene.to_json() for scene in twin_scenes]
        if source.pictures:
            picked = np.linspace(0, frames.shape[1] - 1, source.pictures + 1).round().astype(int)
            encoded["pictures"] = self._alone(frames, picked[1:])
            record["picture_frames"] = picked[1:].tolist()
        return encoded, record

    @property
    def unit(self) -> int:
        """Pixels of each side of a token."""
        return self.codec.config.space_factor * self.patch

    def _alone(self, frames: np.ndarray, picked: Sequence[int] | np.ndarray) -> np.ndarray:
        """The latents of frames that are encoded alone, [n, c, len(picked), h, w]."""
        return np.concatenate([self.latents(frames[:, i : i + 1]) for i in picked], axis=2)

    def latents(self, frames: np.ndarray) -> np.ndarray:
        """float16 [n, c, f, h, w] of clips uint8 [n, F, H, W, 3] from their beginning."""
        codec = self.codec
        factor, like = codec.config.time_factor, codec.latent_mean
        whole = codec.law.frames_held((frames.shape[1] - 1) // factor + 1)
        at_once = max(1, PIXELS // (whole * frames.shape[2] * frames.shape[3]))
        found: list[Tensor] = []
        for first in range(0, len(frames), at_once):
            video = pad_start(to_video(frames[first : first + at_once, :whole]), factor)
            found.append(codec.encode(video.to(like.device, like.dtype)).half().cpu())
        return torch.cat(found).numpy()


def _size(shard: Shard) -> list[int]:
    """Width and height of a shard's clips as rendered."""
    return [shard.frames.shape[3], shard.frames.shape[2]]


_ENCODER: list[_Encoder] = []  # of this process


def set_encoder(codec: Codec, patch: int) -> None:
    """Sets the codec with which this process encodes, and the latent pixels per side of a token."""
    device = choose_device(None)
    codec = copy.deepcopy(codec).eval().to(device, compute_dtype(device))
    _ENCODER[:] = [_Encoder(codec, patch)]


@torch.inference_mode()
def encode_shard(source: LatentSource, index: int, target: Path) -> None:
    """Encodes a shard of a source into the folder `target`, with what is known of its clips."""
    encoded, record = _ENCODER[0].shard(source, index)
    with whole_folder(target) as folder:
        for part, values in encoded.items():
            np.save(folder / f"{part}.npy", values)
        (folder / "scenes.json").write_text(json.dumps(record))
        if not source.leaves:
            copy_annotations(shard_at(source.clips, index).path, folder)
