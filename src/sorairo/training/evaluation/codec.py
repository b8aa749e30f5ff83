"""How well a codec reconstructs clips."""

from __future__ import annotations

import numpy as np
import torch

from sorairo.data.rendered_shards import Shard
from sorairo.models.codec import Codec, pad_start
from sorairo.nn.pixels import to_frames, to_video
from sorairo.nn.precision import compute_dtype


@torch.no_grad()
def measure(
    codec: Codec, shards: list[Shard], clips: int
) -> tuple[dict[str, float], list[np.ndarray]]:
    """PSNR in dB on `clips` clips of each shard, of whole frames and on objects, with errors pooled
    before the logarithm; and pictures, true above reconstructed."""
    device = next(codec.parameters()).device
    dtype, factor = compute_dtype(device), codec.config.time_factor
    codec = codec.eval().to(dtype)
    total, on_objects, pixels, object_pixels, rows = 0.0, 0.0, 0, 0, []
    for shard in shards:
        for i in range(min(clips, len(shard.frames))):
            frames, mask = shard.frames[i], shard.masks[i] > 0
            video = pad_start(to_video(frames[None]), factor)
            video = video[:, :, : video.shape[2] // factor * factor].to(device, dtype)
            rebuilt = to_frames(codec.decode(codec.encode(video))[:, :, factor - 1 :])[0]
            length = len(rebuilt)
            error = np.square(rebuilt / 255.0 - frames[:length] / 255.0).mean(-1)
            total, pixels = total + error.sum(), pixels + error.size
            on_objects += error[mask[:length]].sum()
            object_pixels += int(mask[:length].sum())
            picked = np.linspace(0, length - 1, 8).astype(int)
            rows.append(np.concatenate(list(frames[picked]), axis=1))
            rows.append(np.concatenate(list(rebuilt[picked]), axis=1))
    return {
        "psnr": -10 * float(np.log10(total / pixels)),
        "objects": -10 * float(np.log10(on_objects / object_pixels)),
    }, rows
