"""Sees from the pixels whether a trace is there, and in its place.

Pictures are compared with two of the simulator's: one with the trace and one without it. What
differs between the two is the trace. A picture is first laid over them by what is around the
trace, because a camera that came back may be a little off; then the trace must be in its place. The
weights are in fitted/traces.json, written by `python -m sorairo.exam.fitting.fit_traces`.
"""

from __future__ import annotations

import numpy as np
from scipy import ndimage

from sorairo.exam.perception.fitted_nets import fitted_nets

CLASSES = ("gone", "there")
COARSE, FINE = 8.0, 0.7  # pixels of 128: what is wider than the first is light, less is noise
NOTICED = 4.0  # grey levels: a trace is at least that different
AROUND = 2  # pixels around a trace
ASIDE, UPRIGHT = 12, 4  # pixels: how far off a camera may be
RELUCTANCE = 0.004  # per pixel: a picture is only moved where that shows
CELLS, FEWEST = 8, 0.02  # pixels of a cell; the least share of the trace in one that counts
PAN = 40  # pixels between two frames: the fastest turn that is measured


def trace_chance(frames: np.ndarray, with_it: np.ndarray, without: np.ndarray) -> float:
    """How probable it is that a trace is there, 0..1; all uint8 [F, H, W, 3]."""
    return float(fitted_nets("traces")["trace"](trace_features(frames, with_it, without))[1])


def trace_features(frames: np.ndarray, with_it: np.ndarray, without: np.ndarray) -> np.ndarray:
    """What the classifier sees, float [6]."""
    seen, there, gone = (_filtered(each).mean(0) for each in (frames, with_it, without))
    trace = there - gone
    place = trace_place(with_it, without)
    seen = _laid_over(seen, gone, ~place)
    excess = seen - gone
    energy = np.square(trace) * place[..., None]
    product = excess * trace * place[..., None]
    ratios = _by_cell(product) / np.maximum(_by_cell(energy), 1e-6)
    ratios = ratios[_by_cell(energy) >= FEWEST * energy.sum()]
    low, middle = np.percentile(ratios, [25, 50]) if len(ratios) else (0.0, 0.0)
    return np.array(
        [
            *np.clip([product.sum() / max(energy.sum(), 1e-6), low, middle], -1, 2),
            _likeness(excess[place], trace[place]),
            _likeness(seen[place], there[place]),
            _likeness(seen[place], gone[place]),
        ]
    )


def trace_place(with_it: np.ndarray, without: np.ndarray) -> np.ndarray:
    """Where a trace and its surroundings are, bool [H, W]."""
    trace = np.abs(_filtered(with_it).mean(0) - _filtered(without).mean(0)).max(-1)
    found = np.asarray(ndimage.binary_opening(trace > NOTICED), bool)
    return np.asarray(ndimage.binary_dilation(found, iterations=AROUND), bool)


def turned_by(frames: np.ndarray) -> float:
    """How far a camera turns to the right over frames uint8 [F, H, W, 3], pixels."""
    light = _filtered(frames).mean(-1)
    light = light[:, light.shape[1] // 8 : -light.shape[1] // 8]
    return float(sum(_step(one, other) for one, other in zip(light, light[1:], strict=False)))


def _step(one: np.ndarray, other: np.ndarray) -> int:
    """By how many pixels a picture is moved to the left in the next one."""
    wide = one.shape[1]
    fits = {}
    for step in range(-PAN, PAN + 1):
        before = one[:, max(step, 0) : wide + min(step, 0)]
        after = other[:, max(-step, 0) : wide + min(-step, 0)]
        fits[step] = _likeness(before, after) - RELUCTANCE * abs(step)
    return max(fits, key=lambda step: fits[step])


def _filtered(frames: np.ndarray) -> np.ndarray:
    """Without the widest structures, which a change of light moves, and without noise."""
    values = frames.astype(np.float32)
    fine, coarse = (ndimage.gaussian_filter(values, (0, s, s, 0)) for s in (FINE, COARSE))
    return fine - coarse


def _likeness(one: np.ndarray, other: np.ndarray) -> float:
    """The correlation of two pictures whose mean is about 0."""
    size = float(np.sqrt(np.square(one).sum() * np.square(other).sum()))
    return float((one * other).sum()) / max(size, 1e-6)


def _laid_over(seen: np.ndarray, goal: np.ndarray, beside: np.ndarray) -> np.ndarray:
    """The picture, moved to where it fits another best beside the trace; all [H, W, ...]."""
    wanted = goal * beside[..., None]
    shared = _correlation(wanted, seen).sum(-1)
    energy = _correlation(beside.astype(np.float32), np.square(seen).sum(-1))
    fits = shared / np.sqrt(np.maximum(energy * np.square(wanted).sum(), 1e-6))
    down, right = np.mgrid[-UPRIGHT : UPRIGHT + 1, -ASIDE : ASIDE + 1]
    found = fits[down, right] - RELUCTANCE * np.hypot(down, right)
    best = np.unravel_index(found.argmax(), found.shape)
    return np.roll(seen, (int(down[best]), int(right[best])), (0, 1))


def _correlation(one: np.ndarray, other: np.ndarray) -> np.ndarray:
    """The sum of products of a picture and another rolled by each number of pixels, [H, W, ...]."""
    product = np.fft.rfft2(one, axes=(0, 1)) * np.conj(np.fft.rfft2(other, axes=(0, 1)))
    return np.fft.irfft2(product, s=one.shape[:2], axes=(0, 1))


def _by_cell(values: np.ndarray) -> np.ndarray:
    """Sums over cells of a picture [H, W, C], flat."""
    tall, wide = (size // CELLS for size in values.shape[:2])
    cells = values[: tall * CELLS, : wide * CELLS].reshape(tall, CELLS, wide, CELLS, -1)
    return cells.sum((1, 3, 4)).reshape(-1)
