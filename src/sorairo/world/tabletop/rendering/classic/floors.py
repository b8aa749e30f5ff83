"""Floor textures, drawn with numpy: smooth, low in contrast, the same in every scene.

A finer texture shows the same floor with grain, which pictures of a hundred pixels do not resolve.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

MIN_PIXELS, MAX_PIXELS = 256, 2048  # sides of the coarsest and the finest texture
TILE_METRES = 24.0  # length of floor that one tile of texture covers


def pixels_for(side: int) -> int:
    """The side of the texture that a picture of this many pixels across needs: a power of two."""
    return min(max(MIN_PIXELS, 1 << (side - 1).bit_length()), MAX_PIXELS)


def _waves(pixels: int, stretch: float) -> np.ndarray:
    """Waves per tile of each term of `np.fft.rfft2`, [pixels, pixels // 2 + 1]."""
    fy = np.fft.fftfreq(pixels)[:, None] * pixels
    fx = np.fft.rfftfreq(pixels)[None, :] * pixels * stretch
    return np.sqrt(fx**2 + fy**2)


def _noise(pixels: int, seed: int, cutoff: float, stretch: float = 1.0) -> np.ndarray:
    """Periodic smooth noise [pixels, pixels] of unit variance, below `cutoff` waves per tile; the
    same for every number of pixels.

    With `stretch` > 1 it varies that much more slowly along x.
    """
    white = np.fft.rfft2(np.random.default_rng(seed).standard_normal((MIN_PIXELS, MIN_PIXELS)))
    terms = white * np.exp(-((_waves(MIN_PIXELS, stretch) / cutoff) ** 2))
    if pixels > MIN_PIXELS:
        half = MIN_PIXELS // 2
        finer = np.zeros((pixels, pixels // 2 + 1), dtype=complex)
        finer[:half, :half], finer[-half:, :half] = terms[:half, :half], terms[half:, :half]
        terms = finer
    smooth = np.fft.irfft2(terms, s=(pixels, pixels))
    return (smooth - smooth.mean()) / smooth.std()


def _grain(pixels: int, seed: int, stretch: float = 1.0) -> np.ndarray:
    """Noise of unit variance, finer than `_noise`; zero in the coarsest texture."""
    if pixels == MIN_PIXELS:
        return np.zeros((pixels, pixels))
    waves = _waves(pixels, stretch)
    band = np.exp(-((5 * waves / pixels) ** 2)) * -np.expm1(-((waves / 90) ** 2))
    white = np.fft.rfft2(np.random.default_rng(seed).standard_normal((pixels, pixels)))
    grain = np.fft.irfft2(white * band, s=(pixels, pixels))
    return grain / grain.std()


def _paint(color: tuple[float, float, float], shade: np.ndarray) -> np.ndarray:
    """A colour scaled by (1 + shade), as uint8 [pixels, pixels, 3]."""
    return (np.clip(np.asarray(color) * (1 + shade[..., None]), 0, 1) * 255).astype(np.uint8)


def _wood(pixels: int) -> np.ndarray:
    y = np.arange(pixels) / pixels * 8  # eight planks of 3 m
    tone = np.array([0.06, -0.05, 0.02, -0.08, 0.08, -0.02, 0.04, -0.05])[y.astype(int)]
    seam = -0.16 * np.exp(-(((y % 1 - 0.5) ** 2 - 0.25) ** 2) / 0.002)
    fibres = 0.035 * _noise(pixels, 1, 14, 6) + 0.03 * _grain(pixels, 11, 16)
    return _paint((0.62, 0.42, 0.25), (tone + seam)[:, None] + fibres)


def _checker(pixels: int) -> np.ndarray:
    index = np.arange(pixels) * 8 // pixels  # squares of 3 m
    return _paint((0.56, 0.56, 0.57), np.where((index[:, None] + index) % 2, 0.16, -0.16))


def _grass(pixels: int) -> np.ndarray:
    shade = 0.07 * _noise(pixels, 2, 9) + 0.03 * _noise(pixels, 3, 30)
    return _paint((0.36, 0.58, 0.22), shade + 0.06 * _grain(pixels, 12))


def _sand(pixels: int) -> np.ndarray:
    shade = 0.03 * _noise(pixels, 4, 7, 0.4) + 0.015 * _noise(pixels, 5, 30)
    return _paint((0.84, 0.73, 0.50), shade + 0.03 * _grain(pixels, 13))


def _marble(pixels: int) -> np.ndarray:
    wide, thin = (_noise(pixels, seed, cutoff) for seed, cutoff in ((6, 4), (7, 7)))
    vein = np.exp(-((wide / 0.13) ** 2)) + 0.6 * np.exp(-((thin / 0.09) ** 2))
    shade = 0.01 * _noise(pixels, 8, 6) + 0.006 * _grain(pixels, 14)
    return _paint((0.90, 0.90, 0.89), -0.2 * np.clip(vein, 0, 1.2) + shade)


def _snow(pixels: int) -> np.ndarray:
    return _paint((0.86, 0.91, 0.97), 0.02 * _noise(pixels, 9, 6) + 0.012 * _grain(pixels, 15))


# name -> (pixels -> texture, uint8 [pixels, pixels, 3])
TEXTURES: dict[str, Callable[[int], np.ndarray]] = {
    "wood": _wood,
    "checker": _checker,
    "grass": _grass,
    "sand": _sand,
    "marble": _marble,
    "snow": _snow,
}
