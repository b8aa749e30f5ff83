"""Visual styles: film noir, black and white, pencil drawing, oil painting, pixel art and neon.

Each is a function of the pictures only, so that it can be applied to any clip. Paper, grain and
brush strokes are the same in every frame, so that objects at rest do not flicker. Lengths are
in units of the shorter side / UNITS, so that a style looks the same at every size.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np
from scipy import ndimage

from sorairo.errors import unknown_name

UNITS = 96  # of the shorter side
CHUNK = 4 * UNITS * UNITS  # pixels processed together: they fit the processor's cache
PAPER = np.array([0.96, 0.945, 0.91], np.float32)

Style = Callable[[np.ndarray], np.ndarray]


def apply_style(name: str, frames: np.ndarray) -> np.ndarray:
    """Frames uint8 [F, H, W, 3] in a style; "none" returns them unchanged.

    Each frame is processed on its own. Raises UnknownNameError.
    """
    if name == "none":
        return frames
    if name not in STYLES:
        raise unknown_name("style", name, ("none", *STYLES))
    style = STYLES[name]
    step = max(1, CHUNK // (frames.shape[1] * frames.shape[2]))
    styled = np.empty_like(frames)
    for start in range(0, len(frames), step):
        pictures = style(frames[start : start + step].astype(np.float32) / 255)
        styled[start : start + step] = np.clip(pictures * 255 + 0.5, 0, 255).astype(np.uint8)
    return styled


def black_and_white(pictures: np.ndarray) -> np.ndarray:
    """Plain grey."""
    return _grey(_luma(pictures))


def film_noir(pictures: np.ndarray) -> np.ndarray:
    """Hard black and white: crushed blacks, bright lights, dark corners, fine grain."""
    height, width = pictures.shape[1:3]
    luma = _luma(pictures)
    # Brightness relative to the surroundings, or night would be all black and snow all white.
    around = _blur(luma, 14)
    lit = 0.5 + 1.2 * (luma - around) / (0.4 + around) + 0.5 * (around - 0.35)
    contrast = _smoothstep(lit, 0.22, 0.9)
    grain = 0.05 * _noise(height, width, 1.1, seed=1) * (0.25 + contrast * (1.1 - contrast))
    return _grey((contrast * 0.97 + grain) * _vignette(height, width))


def pencil(pictures: np.ndarray) -> np.ndarray:
    """Dark contours and hatched shadows on paper, with a little of the colours."""
    height, width = pictures.shape[1:3]
    soft = _blur(pictures, 0.7)
    luma = _luma(soft)
    contour = _smoothstep(_contours(soft)[..., 0], 0.06, 0.4)
    tone = np.clip(luma / (_blur(luma, 9) + 0.08) * 0.62 + 0.25 * luma, 0, 1)
    shade = _smoothstep(0.72 - tone, 0, 0.5) * (0.35 + 0.65 * _hatching(height, width))
    dark = np.maximum(0.85 * contour, 0.55 * shade)
    dark = dark * (1 + 0.08 * _noise(height, width, 1.5, seed=2))
    chroma = soft - luma[..., None]
    paper = PAPER + 0.012 * _noise(height, width, 2.0, seed=3)[..., None]
    return (paper + 0.3 * chroma) * (1 - 0.85 * np.clip(dark, 0, 1))[..., None]


def oil(pictures: np.ndarray) -> np.ndarray:
    """Smooth patches (a Kuwahara filter, 1976) and brush strokes."""
    height, width = pictures.shape[1:3]
    rows, columns = _painter_shift(height, width)
    smooth = _kuwahara(pictures[:, rows, columns], round(2.2 * _unit(height, width)))
    luma = _luma(smooth)[..., None]
    rich = luma + 1.3 * (smooth - luma)
    rich = rich + 0.25 * (rich - 0.5) * (1 - np.abs(2 * luma - 1))
    strokes = 0.045 * _strokes(height, width)[..., None]
    return rich * (1 + strokes) + 0.5 * strokes


def pixel_art(pictures: np.ndarray) -> np.ndarray:
    """Blocks of 4 units in few colours."""
    height, width = pictures.shape[1:3]
    levels = _few_colours(_block_means(pictures, 4))
    rows, columns = (
        np.arange(size) * count // size
        for size, count in zip((height, width), levels.shape[1:3], strict=True)
    )
    return levels[:, rows][:, :, columns]


def neon(pictures: np.ndarray) -> np.ndarray:
    """Glowing contours on a dark background, in the colours of what they surround."""
    soft = _blur(pictures, 0.8)
    luma = _luma(soft)[..., None]
    contour = _smoothstep(_contours(soft), 0.08, 0.45)
    # A contour takes the colour of its more colourful side.
    chroma = pictures - pictures.min(-1, keepdims=True)
    weight = chroma.max(-1, keepdims=True) ** 2 + 1e-4
    side = _blur(np.concatenate([weight * chroma, weight], axis=-1), 1.1)
    near = side[..., :3] / side[..., 3:]
    vivid = near / (near.max(-1, keepdims=True) + 0.02)
    strength = _smoothstep(near.max(-1, keepdims=True), 0.15, 0.5)
    cold = np.array([0.25, 0.45, 0.95], np.float32)
    tube = contour * (cold + strength * (vivid - cold))
    glow = 0.9 * _blur(tube, 1.5) + 0.9 * _blur(tube, 5)
    night = (
        np.array([0.05, 0.03, 0.10], np.float32)
        + 0.10 * luma * cold
        + 0.25 * strength * vivid * luma
    )
    return 1 - (1 - np.clip(night, 0, 1)) * (1 - np.clip(0.95 * tube, 0, 1)) * np.exp(-glow)


STYLES: dict[str, Style] = {
    "film_noir": film_noir,
    "black_and_white": black_and_white,
    "pencil": pencil,
    "oil": oil,
    "pixel_art": pixel_art,
    "neon": neon,
}


def _unit(height: int, width: int) -> float:
    return min(height, width) / UNITS


def _luma(pictures: np.ndarray) -> np.ndarray:
    """Luma by ITU-R BT.601. Not a matrix product, whose rounding depends on the batch."""
    return 0.299 * pictures[..., 0] + 0.587 * pictures[..., 1] + 0.114 * pictures[..., 2]


def _grey(luma: np.ndarray) -> np.ndarray:
    return np.repeat(luma[..., None], 3, axis=-1)


def _smoothstep(x: np.ndarray, low: float, high: float) -> np.ndarray:
    t = np.clip((x - low) * np.float32(1 / (high - low)), 0, 1)
    return t * t * (3 - 2 * t)


def _blur(pictures: np.ndarray, units: float) -> np.ndarray:
    """[F, H, W] or [F, H, W, 3] blurred: two box filters, fast and close to a Gaussian."""
    sigma = units * _unit(*pictures.shape[1:3])
    if sigma < 1.2:
        sigmas = (0, sigma, sigma, 0)[: pictures.ndim]
        return ndimage.gaussian_filter(pictures, sigmas, mode="nearest", truncate=2.5)
    size = max(1, round(np.sqrt(6 * sigma**2 + 1)))
    return _box(_box(pictures, size), size)


def _box(pictures: np.ndarray, size: int) -> np.ndarray:
    """Means over windows of `size` x `size` pixels."""
    rows = ndimage.uniform_filter1d(pictures, size, axis=1, mode="nearest")
    return ndimage.uniform_filter1d(rows, size, axis=2, mode="nearest")


def _edges(pictures: np.ndarray) -> np.ndarray:
    """The change of each channel over two units, [F, H, W, 3]."""
    step = max(1, round(_unit(*pictures.shape[1:3])))
    down = np.empty_like(pictures)
    across = np.empty_like(pictures)
    down[:, step:-step] = pictures[:, 2 * step :] - pictures[:, : -2 * step]
    across[:, :, step:-step] = pictures[:, :, 2 * step :] - pictures[:, :, : -2 * step]
    down[:, :step], down[:, -step:] = 0, 0
    across[:, :, :step], across[:, :, -step:] = 0, 0
    return np.sqrt(down**2 + across**2)


def _contours(pictures: np.ndarray) -> np.ndarray:
    """The strongest edge of any channel, relative to the brightness around it, [F, H, W, 1]."""
    around = _blur(pictures.max(-1, keepdims=True), 9)
    return _edges(pictures).max(-1, keepdims=True) / (0.3 + around)


def _few_colours(pictures: np.ndarray) -> np.ndarray:
    """Quantised to 12 hues, 3 saturations and 6 brightnesses; hues shift by at most 15 degrees."""
    value, least = pictures.max(-1), pictures.min(-1)
    spread = value - least
    red, green, blue = np.moveaxis(pictures, -1, 0) / (spread + 1e-6)
    hue = np.select(
        [pictures.argmax(-1) == 0, pictures.argmax(-1) == 1],
        [green - blue, 2 + blue - red],
        4 + red - green,
    )
    hue = np.round(hue * 2) / 2
    saturation = np.round(1.15 * spread / (value + 0.05) * 3) / 3
    value = np.round(value * 6) / 6
    channels = [
        value * (1 - saturation * np.clip(np.abs((hue - middle + 3) % 6 - 3) - 1, 0, 1))
        for middle in (0, 2, 4)
    ]
    return np.stack(channels, axis=-1).clip(0, 1)


def _kuwahara(pictures: np.ndarray, radius: int) -> np.ndarray:
    """The mean of that of the four windows, radius + 1 wide, with the pixel in a corner, which has
    the least variance (Kuwahara 1976)."""
    radius += radius % 2  # the windows' middles must lie on pixels
    size, half = radius + 1, radius // 2
    pad = ((0, 0), (half, half), (half, half), (0, 0))
    stack = np.concatenate([pictures, _luma(pictures)[..., None] ** 2], axis=-1)
    means = np.pad(_box(stack, size), pad, "edge")
    variance = means[..., 3] - _luma(means) ** 2
    height, width = pictures.shape[1:3]
    best = smoothest = None
    for y in (0, radius):
        for x in (0, radius):
            here = variance[:, y : y + height, x : x + width]
            mean = means[:, y : y + height, x : x + width, :3]
            if best is None or smoothest is None:
                best, smoothest = here, mean
                continue
            better = here < best
            best = np.where(better, here, best)
            smoothest = np.where(better[..., None], mean, smoothest)
    assert smoothest is not None
    return smoothest


def _block_means(pictures: np.ndarray, units: int) -> np.ndarray:
    """Means over blocks of about `units`, a whole number of blocks on each side."""
    height, width = pictures.shape[1:3]
    side = units * _unit(height, width)
    sums = pictures
    for axis, size in ((1, height), (2, width)):
        count = max(1, round(size / side))
        starts = -(-np.arange(count) * size // count)
        lengths = np.diff(np.append(starts, size)).astype(np.float32)
        shape = [1, 1, 1, 1]
        shape[axis] = count
        sums = np.add.reduceat(sums, starts, axis=axis) / lengths.reshape(shape)
    return sums


@lru_cache(maxsize=32)
def _noise(height: int, width: int, units: float, seed: int, stretch: float = 1.0) -> np.ndarray:
    """Smooth noise [H, W] with deviation 1 and grains of `units`, the same for every frame."""
    unit = _unit(height, width)
    rows, columns = (np.arange(size) / unit / units for size in (height, width))
    rng = np.random.default_rng(seed)
    # The grains are the same at every size and shape: they are laid from the upper left corner.
    grid = rng.standard_normal((4 * UNITS, 4 * UNITS)).astype(np.float32)
    places = np.meshgrid(rows + 2, columns / stretch + 2, indexing="ij")
    noise = ndimage.map_coordinates(grid, places, order=3, mode="grid-wrap")
    return (noise / noise.std()).astype(np.float32)


@lru_cache(maxsize=8)
def _vignette(height: int, width: int) -> np.ndarray:
    """A factor that is 1 in the middle and falls towards the corners."""
    y, x = np.meshgrid(np.linspace(-1, 1, height), np.linspace(-1, 1, width), indexing="ij")
    return (1 - 0.75 * _smoothstep(np.hypot(x, y), 0.55, 1.5)).astype(np.float32)


@lru_cache(maxsize=8)
def _hatching(height: int, width: int) -> np.ndarray:
    """Diagonal pencil strokes 5 units apart along x, slightly wavy, 0..1."""
    unit = _unit(height, width)
    y, x = np.meshgrid(np.arange(height) / unit, np.arange(width) / unit, indexing="ij")
    waver = 0.35 * _noise(height, width, 9.0, seed=4)
    return (0.5 + 0.5 * np.sin(2 * np.pi * ((x + 0.8 * y) / 5 + waver))).astype(np.float32)


@lru_cache(maxsize=8)
def _painter_shift(height: int, width: int) -> tuple[np.ndarray, np.ndarray]:
    """The rows and columns [H, W] from which pixels are taken, smoothly displaced at random."""
    unit = _unit(height, width)
    y, x = np.meshgrid(np.arange(height), np.arange(width), indexing="ij")
    dy, dx = (np.round(0.6 * unit * _noise(height, width, 7.0, seed=s)).astype(int) for s in (5, 6))
    return np.clip(y + dy, 0, height - 1), np.clip(x + dx, 0, width - 1)


@lru_cache(maxsize=8)
def _strokes(height: int, width: int) -> np.ndarray:
    """Brush strokes, about -2..2: horizontal in some regions, vertical in others."""
    across = _noise(height, width, 1.5, seed=7, stretch=6.0)
    down = _noise(width, height, 1.5, seed=8, stretch=6.0).T
    where = _smoothstep(_noise(height, width, 16.0, seed=9), -0.4, 0.4)
    return where * across + (1 - where) * down
