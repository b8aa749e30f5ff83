"""Figures of a codec: reconstruction errors, changes in time, fades, still pictures and speed."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from sorairo.data.rendered_shards import Shard
from sorairo.models.codec import Codec
from sorairo.nn.pixels import to_frames, to_video
from sorairo.training.data.fast_motion import changed_share

MOVING = 0.05  # share of the objects' pixels that changes in a frame, above which objects move
FRAMES = 49  # of each clip
FADE = 2.7  # levels of 255 a frame
STILL_FRAMES = 25  # of a still picture


@dataclass
class CodecErrors:
    """Squared errors and changes in time, collected over clips."""

    squared: dict[str, list[float]] = field(default_factory=dict)
    """Squared errors of pixels, of values in 0..1: of all, on objects and on moving objects."""
    change: dict[str, list[float]] = field(default_factory=dict)
    """Mean changes between frames, true and made, at the borders of latent frames and inside."""

    def add(self, true: np.ndarray, made: np.ndarray, mask: np.ndarray, group: int) -> None:
        """Adds a clip from its beginning: frames uint8 [F, H, W, 3], a mask uint8 [F, H, W], and
        the number of frames of a latent frame."""
        error = np.square(true / 255.0 - made / 255.0).mean(-1)
        moves = np.concatenate([[False], changed_share(mask) > MOVING])
        for name, where in (
            ("psnr", np.ones_like(mask, bool)),
            ("objects", mask > 0),
            ("moving", (mask > 0) & moves[:, None, None]),
        ):
            self.squared.setdefault(name, []).extend(error[where])
        border = np.arange(1, len(true)) % group == 1
        for name, frames in (("true", true), ("made", made)):
            steps = np.abs(np.diff(frames.astype(np.float32), axis=0)).mean((1, 2, 3))
            self.change.setdefault(f"{name} border", []).extend(steps[border])
            self.change.setdefault(f"{name} inside", []).extend(steps[~border])

    def figures(self) -> dict[str, float]:
        """PSNR in decibels, with errors pooled before the logarithm, where there are such pixels;
        and the ratios of the changes made to the true ones."""
        found = {
            name: decibels(float(np.mean(values)))
            for name, values in self.squared.items()
            if values
        }
        mean = {name: float(np.mean(values)) for name, values in self.change.items()}
        for place in ("border", "inside"):
            found[f"change at {place}"] = mean[f"made {place}"] / mean[f"true {place}"]
        return found


def decibels(error: float) -> float:
    """PSNR from a mean squared error of values in 0..1."""
    return float(-10 * np.log10(max(error, 1e-10)))


@torch.no_grad()
def reconstruct(codec: Codec, frames: np.ndarray) -> np.ndarray:
    """A clip uint8 [F, H, W, 3], encoded and decoded; F fills whole latent frames."""
    like = codec.latent_mean
    video = to_video(frames[None]).to(like.device, like.dtype)
    return to_frames(codec.decode_clip(codec.encode_clip(video)))[0]


def clip_figures(codec: Codec, shards: list[Shard], clips: int) -> dict[str, float]:
    """Figures of the first clips of some shards."""
    errors, left = CodecErrors(), clips
    for shard in shards:
        for frames, mask in zip(shard.frames[:left], shard.masks[:left], strict=True):
            true = frames[:FRAMES]
            made = reconstruct(codec, true)
            errors.add(true, made, mask[:FRAMES], codec.config.time_factor)
            left -= 1
    return errors.figures()


def fade_figures(codec: Codec, picture: np.ndarray) -> dict[str, float]:
    """The smallest and the largest change of the mean, in levels a frame, where a picture uint8
    [H, W, 3] becomes brighter by FADE a frame."""
    levels = FADE * np.arange(33, dtype=np.float32)[:, None, None, None]
    frames = picture.astype(np.float32) * 0.4 + levels
    made = reconstruct(codec, frames.round().clip(0, 255).astype(np.uint8))
    steps = np.diff(made.mean((1, 2, 3)))
    return {"least": float(steps.min()), "most": float(steps.max())}


def picture_figures(codec: Codec, folder: Path) -> dict[str, float]:
    """PSNR of each .png picture of a folder, scaled to 128 pixels on its shorter side and held
    still."""
    found = {}
    for path in sorted(folder.glob("*.png")):
        picture = Image.open(path).convert("RGB")
        scale, unit = 128 / min(picture.size), codec.config.space_factor
        width, height = (round(side * scale) // unit * unit for side in picture.size)
        frame = np.asarray(picture.resize((width, height), Image.Resampling.LANCZOS))
        frames = frame[None].repeat(STILL_FRAMES, 0)
        error = np.square(reconstruct(codec, frames) / 255.0 - frames / 255.0).mean()
        found[path.stem] = decibels(float(error))
    return found


@torch.no_grad()
def decode_seconds(codec: Codec) -> float:
    """Seconds in which 49 frames of 128x128 are decoded, the best of five runs."""
    like, law = codec.latent_mean, codec.law
    side = 128 // codec.config.space_factor
    latents = torch.randn(1, codec.config.latent_channels, law.latent_frames(FRAMES), side, side)
    best = float("inf")
    for _ in range(5):
        start = time.perf_counter()
        codec.decode(latents.to(like))
        best = min(best, time.perf_counter() - start)
    return best


def fastest_clips(codecs: list[Codec], shard: Shard, clips: int, columns: int = 12) -> Image.Image:
    """A picture of the clips of a shard with the fastest objects: the true frames, and below them
    those of each codec, around the fastest moment."""
    fractions = np.stack([changed_share(mask[:FRAMES]) for mask in shard.masks])
    rows = []
    for index in np.argsort(-np.sort(fractions, axis=1)[:, -columns:].mean(1))[:clips]:
        frames = shard.frames[index][:FRAMES]
        first = int(np.convolve(fractions[index], np.ones(columns), "valid").argmax())
        made = (frames, *(reconstruct(codec, frames) for codec in codecs))
        rows += [np.concatenate(list(each[first : first + columns]), axis=1) for each in made]
    return Image.fromarray(np.concatenate(rows))
