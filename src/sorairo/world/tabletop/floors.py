"""Floor textures, drawn by numpy: smooth, low in contrast, the same in every scene."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

PIXELS = 256
METRES = 24.0  # one tile of texture covers this much floor


def _noise(seed: int, cutoff: float, stretch: float = 1.0) -> np.ndarray:
    """Periodic smooth noise [PIXELS, PIXELS], unit variance, below `cutoff` waves a tile.

    `stretch` > 1 makes it vary that much slower along x.
    """
    white = np.fft.rfft2(np.random.default_rng(seed).standard_normal((PIXELS, PIXELS)))
    fy = np.fft.fftfreq(PIXELS)[:, None] * PIXELS
    fx = np.fft.rfftfreq(PIXELS)[None, :] * PIXELS * stretch
    smooth = np.fft.irfft2(white * np.exp(-(fx**2 + fy**2) / cutoff**2), s=(PIXELS, PIXELS))
    return (smooth - smooth.mean()) / smooth.std()


def _paint(color: tuple[float, float, float], shade: np.ndarray) -> np.ndarray:
    """A colour scaled by (1 + shade), as uint8 [PIXELS, PIXELS, 3]."""
    return (np.clip(np.asarray(color) * (1 + shade[..., None]), 0, 1) * 255).astype(np.uint8)


def _wood() -> np.ndarray:
    y = np.arange(PIXELS) / PIXELS * 8  # eight planks of 3 m
    tone = np.array([0.06, -0.05, 0.02, -0.08, 0.08, -0.02, 0.04, -0.05])[y.astype(int)]
    seam = -0.16 * np.exp(-(((y % 1 - 0.5) ** 2 - 0.25) ** 2) / 0.002)
    return _paint((0.62, 0.42, 0.25), (tone + seam)[:, None] + 0.035 * _noise(1, 14, 6))


def _checker() -> np.ndarray:
    index = np.arange(PIXELS) * 8 // PIXELS  # squares of 3 m
    return _paint((0.56, 0.56, 0.57), np.where((index[:, None] + index) % 2, 0.16, -0.16))


def _grass() -> np.ndarray:
    return _paint((0.36, 0.58, 0.22), 0.07 * _noise(2, 9) + 0.03 * _noise(3, 30))


def _sand() -> np.ndarray:
    return _paint((0.84, 0.73, 0.50), 0.03 * _noise(4, 7, 0.4) + 0.015 * _noise(5, 30))


def _marble() -> np.ndarray:
    vein = np.exp(-((_noise(6, 4) / 0.13) ** 2)) + 0.6 * np.exp(-((_noise(7, 7) / 0.09) ** 2))
    return _paint((0.90, 0.90, 0.89), -0.2 * np.clip(vein, 0, 1.2) + 0.01 * _noise(8, 6))


def _snow() -> np.ndarray:
    return _paint((0.86, 0.91, 0.97), 0.02 * _noise(9, 6))


TEXTURES: dict[str, Callable[[], np.ndarray]] = {
    "wood": _wood,
    "checker": _checker,
    "grass": _grass,
    "sand": _sand,
    "marble": _marble,
    "snow": _snow,
}
