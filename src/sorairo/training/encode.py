"""Encoding rendered clips with a codec, once, into shards of latents beside them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import torch
from torch import Tensor
from tqdm import tqdm

from sorairo.data.clips import Shard
from sorairo.data.latents import VARIANTS, Variant
from sorairo.generation.engine import choose_device
from sorairo.models.codec import Codec, pad_start
from sorairo.nn.precision import compute_dtype
from sorairo.training.codec import shrink, to_video


@torch.inference_mode()
def encode_shards(codec: Codec, shards: list[Shard], folder: Path) -> None:
    """Writes `folder/shard-*/VARIANT.npy` for each shard that is not there yet."""
    device = choose_device(None)
    dtype = compute_dtype(device)
    codec = codec.eval().to(device, dtype)
    missing = [shard for shard in shards if not (folder / shard.path.name).exists()]
    for shard in tqdm(missing, desc="encoding", unit="shard", disable=not missing):
        target = folder / shard.path.name
        temporary = folder / f".{target.name}"
        shutil.rmtree(temporary, ignore_errors=True)
        temporary.mkdir(parents=True)
        frames = np.asarray(shard.frames)
        height, width = frames.shape[2:4]
        for name, variant in VARIANTS.items():
            if width == height or variant == VARIANTS["full"]:
                latents = _encode(codec, frames, variant, dtype)
                np.save(temporary / f"{name}.npy", latents.half().cpu().numpy())
        scenes = [scene.to_json() for scene in shard.scenes]
        record = {"size": [width, height], "scenes": scenes}
        (temporary / "scenes.json").write_text(json.dumps(record))
        temporary.rename(target)


def _encode(codec: Codec, frames: np.ndarray, variant: Variant, dtype: torch.dtype) -> Tensor:
    """float [n, c, f, h, w]; pictures, each encoded alone, lie along f."""
    if variant.pictures:
        picked = np.linspace(0, frames.shape[1] - 1, variant.pictures + 1).astype(int)[1:]
        found = [_latents(codec, frames[:, i : i + 1], variant, dtype) for i in picked]
        return torch.cat(found, dim=2)
    return _latents(codec, frames[:, :: variant.stride], variant, dtype)


def _latents(codec: Codec, frames: np.ndarray, variant: Variant, dtype: torch.dtype) -> Tensor:
    whole = codec.config.frames_held((frames.shape[1] - 1) // codec.config.time_factor + 1)
    found = []
    for part in np.array_split(frames[:, :whole], max(1, len(frames) // 8)):
        video = to_video(part)
        if variant.scale != 1.0:
            unit = codec.config.space_factor * 2
            size = [int(side * variant.scale + 0.5) // unit * unit for side in video.shape[-2:]]
            video = shrink(video, (size[0], size[1]))
        video = pad_start(video, codec.config.time_factor).to(codec.latent_mean.device, dtype)
        found.append(codec.encode(video).float())
    return torch.cat(found)
