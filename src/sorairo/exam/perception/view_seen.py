"""What the features of pictures of the lifelike world are by which its places, its air and its
things are told apart."""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from sorairo.exam.perception.person_seen import color_features, halved
from sorairo.world.tabletop.perception.classifiers import Net

BANDS = 8  # rows of a picture that are looked at apart
HUES = 12
EXTREMES = 5  # quantiles of the brightness
PER_BAND = (3, 3, 8)  # features of a band: mean colours, their spread, edges, specks and flakes
FLAKE = 7  # pixels of a side in which a flake of snow or a drop of rain is less than half
COARSE = 4.0  # pixels of 128
GRID = 9  # cells of a side in which a thing is looked at
SURE = 0.5
LEAST_THING = 0.01  # of a picture


def view_features(frames: np.ndarray) -> np.ndarray:
    """Colours, edges and specks of pictures uint8 [F, H, W, 3], by rows, float32 [F, n]."""
    return np.stack([_view(frame.astype(np.float32) / 255) for frame in frames])


def of_ground() -> np.ndarray:
    """Which of the view features are of the lower half of a picture, which is ground mostly, bool
    [n]."""
    by_row = [
        np.repeat(np.arange(BANDS) >= BANDS // 2, channels)  # rows before channels
        for channels in PER_BAND
    ]
    hues = np.repeat([False, True], HUES)
    return np.concatenate([*by_row, hues, np.zeros(EXTREMES, bool)])


def _view(picture: np.ndarray) -> np.ndarray:
    light = picture.mean(-1)
    soft = ndimage.gaussian_filter(light, COARSE)
    fine = [np.abs(np.diff(light, axis=axis, append=0)) for axis in (0, 1)]
    wide = [np.abs(ndimage.sobel(soft, axis)) for axis in (0, 1)]
    specks = light - np.asarray(ndimage.median_filter(light, 3))
    flakes = np.maximum(light - np.asarray(ndimage.median_filter(light, FLAKE)), 0)
    upright = np.minimum(flakes, np.roll(flakes, 3, 0))  # of streaks there is something 3 above
    layers = [*fine, *wide, np.maximum(specks, 0), np.maximum(-specks, 0), flakes, upright]
    by_row = [
        _by_band(picture.mean(1)),
        _by_band(picture.std(1)),
        np.log(_by_band(np.stack(layers, -1)[:-1, :-1].mean(1)) + 1e-3),
    ]
    halves = [_hues(half) for half in np.array_split(picture, 2)]
    extremes = np.percentile(light, np.linspace(2, 98, EXTREMES))
    return np.concatenate([*(each.ravel() for each in by_row), *halves, extremes], dtype=np.float32)


def _by_band(rows: np.ndarray) -> np.ndarray:
    return np.stack([band.mean(0) for band in np.array_split(rows, BANDS)])


def _hues(picture: np.ndarray) -> np.ndarray:
    """How much of each hue a picture has, by its saturation, [HUES]."""
    red, green, blue = np.moveaxis(picture, -1, 0)
    across, up = red - (green + blue) / 2, np.sqrt(3) / 2 * (green - blue)
    hue = np.floor((np.arctan2(up, across) / (2 * np.pi) % 1) * HUES).astype(int) % HUES
    return np.bincount(hue.ravel(), np.hypot(across, up).ravel(), HUES) / hue.size * 4


def thing_chances(frame: np.ndarray, net: Net) -> np.ndarray:
    """How probable a thing is at each pixel of half the size of a frame uint8 [H, W, 3]."""
    return net(color_features(halved(frame[None])[0]))[..., 1]


def thing_features(frame: np.ndarray, chances: np.ndarray) -> np.ndarray | None:
    """The colours and the outline of the thing in a frame uint8 [H, W, 3], by the chances of its
    pixels [H / 2, W / 2], in cells around it, float32 [n]; None where there is none."""
    where = _largest(ndimage.gaussian_filter(chances, 0.7) > SURE)
    if where.mean() < LEAST_THING:
        return None
    rows, columns = (np.flatnonzero(where.any(axis)) for axis in (1, 0))
    tall, wide = np.ptp(rows) + 1, np.ptp(columns) + 1
    side = 1.05 * max(tall, wide)
    reach = (np.arange(GRID) + 0.5) / GRID * side - side / 2 - 0.5
    y, x = (rows[0] + rows[-1] + 1) / 2 + reach, (columns[0] + columns[-1] + 1) / 2 + reach
    grid = np.meshgrid(y, x, indexing="ij")
    picture = ndimage.gaussian_filter(halved(frame[None])[0], (side / GRID / 3,) * 2 + (0,))
    outline = ndimage.map_coordinates(where.astype(np.float32), grid, order=1)
    colors = [ndimage.map_coordinates(picture[..., c], grid, order=1) for c in range(3)]
    seen = np.stack(colors, -1)
    bright = float(np.percentile(picture[where].max(-1), 90))
    seen = seen / max(bright, 0.05) * outline[..., None]
    hues = _hues((picture[where] / max(bright, 0.05))[None])
    shape = [np.log(wide / tall), float(where.sum() / (tall * wide))]
    return np.concatenate([seen.ravel(), outline.ravel(), hues, shape], dtype=np.float32)


def _largest(there: np.ndarray) -> np.ndarray:
    labels, count = ndimage.label(there)  # pyright: ignore[reportGeneralTypeIssues]
    if not count:
        return np.zeros_like(there)
    largest = labels == 1 + np.bincount(labels.ravel())[1:].argmax()
    return np.asarray(ndimage.binary_fill_holes(largest), bool)
