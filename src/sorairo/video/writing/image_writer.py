"""Writes animated GIF and PNG with Pillow."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image, PngImagePlugin

from sorairo.errors import MediaError

MAX_GIF_FPS = 50.0  # browsers slow down GIFs with frames shorter than 0.02 s


def write_gif(path: Path, frames: np.ndarray, fps: float, metadata: dict[str, str]) -> None:
    """Write `frames` (uint8 [F, H, W, 3]) as a GIF that loops, with one palette.

    GIF stores times in hundredths of a second: at 12 fps, frames last 0.08 or 0.09 s. Above 50 fps
    some frames are dropped. Of the metadata, only the comment is stored. Raises MediaError.
    """
    if fps > MAX_GIF_FPS:
        count = max(1, round(len(frames) / fps * MAX_GIF_FPS))
        chosen = (np.arange(count) * fps / MAX_GIF_FPS).astype(int).clip(0, len(frames) - 1)
        frames, fps = frames[chosen], MAX_GIF_FPS
    ends = np.round(np.arange(len(frames) + 1) * 100 / fps).astype(int)
    palette = _palette(frames)
    images = [Image.fromarray(frame).quantize(palette=palette) for frame in frames]
    comment = {"comment": metadata["comment"].encode()} if "comment" in metadata else {}
    try:
        images[0].save(
            path,
            format="GIF",
            save_all=True,
            append_images=images[1:],
            duration=[int(each) * 10 for each in np.diff(ends)],
            loop=0,
            **comment,
        )
    except OverflowError as error:  # two bytes hold the length of a frame; equal frames are one
        raise MediaError(
            "A GIF cannot show one picture for more than 655 s: end the name in .mp4."
        ) from error


def _palette(frames: np.ndarray) -> Image.Image:
    """A palette of 256 colours for the whole clip, so that still areas do not flicker."""
    chosen = frames[:: max(1, len(frames) // 8)]
    return Image.fromarray(chosen.reshape(-1, frames.shape[2], 3)).quantize(colors=256)


def write_png(path: Path, frame: np.ndarray, metadata: dict[str, str]) -> None:
    """Write one `frame` (uint8 [H, W, 3]), with the metadata as text chunks."""
    texts = PngImagePlugin.PngInfo()
    for key, text in metadata.items():
        texts.add_itxt(key, text)
    Image.fromarray(frame).save(path, format="PNG", pnginfo=texts)
