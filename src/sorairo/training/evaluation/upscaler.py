"""How much better an upscaler is than a Lanczos filter, in decibels."""

from __future__ import annotations

from collections import defaultdict

import numpy as np
from PIL import Image

from sorairo.models.upscaling.upscale import enlarge
from sorairo.models.upscaling.upscaler import FACTOR, Upscaler
from sorairo.training.data.pairs import VARIANTS, Pair


def enlarged_by_filter(frames: np.ndarray) -> np.ndarray:
    """uint8 [F, H, W, 3] as [F, 4H, 4W, 3], with Pillow's Lanczos filter."""
    size = (FACTOR * frames.shape[2], FACTOR * frames.shape[1])
    return np.stack(
        [
            np.asarray(Image.fromarray(each).resize(size, Image.Resampling.LANCZOS))
            for each in frames
        ]
    )


def psnr(squared: float, count: float) -> float:
    """PSNR in decibels, from the sum of `count` squared errors of values in 0..1."""
    return -10 * float(np.log10(max(squared, 1e-12) / count))


def measure(upscaler: Upscaler, pairs: list[Pair]) -> tuple[dict[str, float], list[np.ndarray]]:
    """PSNR on objects, with errors pooled before the logarithm, and pictures.

    `<variant>_frames` and `<variant>_between` (the frames half way) are of the upscaler;
    `..._lanczos` of the filter (half way: the mean of its neighbours), `..._nearest` of the
    filtered frame before.
    """
    errors: dict[str, float] = defaultdict(float)
    pixels: dict[str, float] = defaultdict(float)
    rows = []
    for pair in pairs:
        inside = pair.masks > 0
        for variant, small in zip(VARIANTS, pair.small, strict=True):
            upscaled = np.concatenate(list(enlarge(upscaler, small, doubled=True)))
            filtered = enlarged_by_filter(small)
            mean = (filtered[:-1].astype(np.float32) + filtered[1:]) / 2
            for name, picture, place in (
                ("frames", upscaled[::2], slice(0, None, 2)),
                ("frames_lanczos", filtered, slice(0, None, 2)),
                ("between", upscaled[1::2], slice(1, None, 2)),
                ("between_lanczos", mean, slice(1, None, 2)),
                ("between_nearest", filtered[:-1], slice(1, None, 2)),
            ):
                error = (picture - pair.large[place].astype(np.float32)) / 255
                errors[f"{variant}_{name}"] += float(np.square(error)[inside[place]].sum())
                pixels[f"{variant}_{name}"] += 3.0 * int(inside[place].sum())
            rows.append(_row(pair, small, filtered, upscaled))
    return {name: psnr(errors[name], pixels[name]) for name in errors}, rows


def _row(pair: Pair, small: np.ndarray, filtered: np.ndarray, upscaled: np.ndarray) -> np.ndarray:
    """A crop around the object in the middle of the clip: filtered, upscaled, true; and half a
    frame later: the mean of the filtered neighbours, upscaled, true."""
    at = len(small) // 2
    places = np.argwhere(pair.masks[2 * at])
    middle = places.mean(0) if len(places) else np.array(upscaled.shape[1:3]) / 2
    side = min(160, *upscaled.shape[1:3])
    y, x = (
        int(np.clip(m - side / 2, 0, n - side))
        for m, n in zip(middle, upscaled.shape[1:3], strict=True)
    )
    mean = ((filtered[at].astype(int) + filtered[at + 1]) / 2).astype(np.uint8)
    parts = (filtered[at], upscaled[2 * at], pair.large[2 * at], mean, upscaled[2 * at + 1])
    shown = [*parts, pair.large[2 * at + 1]]
    return np.concatenate([each[y : y + side, x : x + side] for each in shown], axis=1)
