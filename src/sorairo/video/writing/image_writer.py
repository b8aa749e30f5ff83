"""Animated GIF and PNG, by Pillow."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image, PngImagePlugin

MAX_GIF_FPS = 50.0  # browsers slow down a GIF whose frames last less than 0.02 s


def write_gif(path: Path, frames: np.ndarray, fps: float, metadata: dict[str, str]) -> None:
    """Write `frames` (uint8 [F, H, W, 3]) as a GIF that repeats for ever, in one palette.

    GIF counts time in hundredths of a second: frames last 8 or 9 of them where 1/12 s is meant.
    Above 50 frames a second some frames are left out. Of the metadata the comment is kept.
    """
    if fps > MAX_GIF_FPS:
        count = max(1, round(len(frames) / fps * MAX_GIF_FPS))
        chosen = (np.arange(count) * fps / MAX_GIF_FPS).astype(int).clip(0, len(frames) - 1)
        frames, fps = frames[chosen], MAX_GIF_FPS
    ends = np.round(np.arange(len(frames) + 1) * 100 / fps).astype(int)
    palette = _palette(frames)
    images = [Image.fromarray(frame).quantize(palette=palette) for frame in frames]
    comment = {"comment": metadata["comment"].encode()} if "comment" in metadata else {}
    images[0].save(
        path,
        format="GIF",
        save_all=True,
        append_images=images[1:],
        duration=[int(each) * 10 for each in np.diff(ends)],
        loop=0,
        **comment,
    )


def _palette(frames: np.ndarray) -> Image.Image:
    """256 colours for the whole clip, so that what stands still does not flicker."""
    chosen = frames[:: max(1, len(frames) // 8)]
    return Image.fromarray(chosen.reshape(-1, frames.shape[2], 3)).quantize(colors=256)


def write_png(path: Path, frame: np.ndarray, metadata: dict[str, str]) -> None:
    """Write one `frame` (uint8 [H, W, 3]), with the metadata as text chunks."""
    texts = PngImagePlugin.PngInfo()
    for key, text in metadata.items():
        texts.add_itxt(key, text)
    Image.fromarray(frame).save(path, format="PNG", pnginfo=texts)
