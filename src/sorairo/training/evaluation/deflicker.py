"""How much flicker a deflicker network removes, and what it costs in detail."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
import torch
from torch import Tensor

from sorairo.data.rendered_shards import Shard
from sorairo.models.codec import Codec, pad_start
from sorairo.models.deflicker import Deflicker
from sorairo.nn.pixels import to_frames, to_video

NAMES = ("codec", "steadied")  # without and with the network, in the journal


def places_in_group(frames: int, first: int, group: int) -> Tensor:
    """The place of each frame in its latent frame, if that of the first is `first`."""
    return (torch.arange(frames) + first) % group


@torch.no_grad()
def measure(
    network: Deflicker, codec: Codec, shards: list[Shard], clips: int
) -> tuple[dict[str, float], list[np.ndarray]]:
    """PSNR in dB, of whole frames and on objects, and change from frame to frame (1: as in the
    truth), on `clips` clips of each shard; and strips of pictures, three for each clip: true,
    reconstructed by the codec, filtered by the network."""
    errors: dict[str, list[float]] = defaultdict(list)
    rows: list[np.ndarray] = []
    picked = [(s.frames[i], s.masks[i]) for s in shards for i in range(min(clips, len(s.frames)))]
    for frames, mask in picked:
        versions = _versions(network, codec, frames)
        true = frames[: len(versions[0])]
        rows += [true, *versions]
        for name, shown in zip(NAMES, versions, strict=True):
            for key, value in _errors(true, shown, mask[: len(true)] > 0).items():
                errors[f"{name} {key}"].append(value)
    mean = {key: float(np.mean(values)) for key, values in errors.items()}
    found = {}
    for name in NAMES:
        found[f"{name} psnr"] = -10 * float(np.log10(mean[f"{name} error"]))
        found[f"{name} objects"] = -10 * float(np.log10(mean[f"{name} objects"]))
        found[f"{name} change"] = mean[f"{name} change"] / mean[f"{name} true change"]
    strips = [row[np.linspace(0, len(row) - 1, 8).astype(int)] for row in rows]
    return found, [np.concatenate(list(strip), axis=1) for strip in strips]


def _versions(network: Deflicker, codec: Codec, frames: np.ndarray) -> list[np.ndarray]:
    """A clip as the codec reconstructs it, and as the network filters that: uint8 frames."""
    group, like = codec.config.time_factor, codec.latent_mean
    video = pad_start(to_video(frames[None]), group)
    video = video[:, :, : video.shape[2] // group * group]
    decoded = codec.decode(codec.encode(video.to(like.device, like.dtype))).float()
    decoded = decoded.clamp(-1, 1)[:, :, group - 1 :]
    places = places_in_group(decoded.shape[2], group - 1, group).to(like.device)
    return [to_frames(each)[0] for each in (decoded, network(decoded, places))]


def _errors(true: np.ndarray, shown: np.ndarray, objects: np.ndarray) -> dict[str, float]:
    """Mean errors of frames, and how much they change."""
    error = np.square(shown / 255.0 - true / 255.0).mean(-1)
    change, true_change = (np.abs(np.diff(f.astype(int), axis=0)) for f in (shown, true))
    return {
        "error": float(error.mean()),
        "objects": float(error[objects].mean()),
        "change": float(change.mean()),
        "true change": float(true_change.mean()),
    }
