"""Sees from the pixels of a still camera whether a pane or a thing is whole or broken.

The weights are in fitted/breakage.json, written by `python -m sorairo.exam.fitting.fit_breakage`.
Of the true clip only the outlines of the first frame, which is given, are used.
"""

from __future__ import annotations

import numpy as np
from scipy import ndimage
from scipy.spatial import ConvexHull, QhullError

from sorairo.exam.perception.fitted_nets import fitted_nets

KINDS = ("pane", "thing")
CLASSES = ("whole", "broken")
CHANGED = (8.0, 20.0, 40.0)  # grey levels of a change
BELOW, BESIDE = 14, 8  # pixels of 128: where shards of a pane fall
LASTING = 3  # frames: what is seen for fewer is something that passes


def broken_chances(kind: str, frames: np.ndarray, outline: np.ndarray) -> np.ndarray:
    """How probable it is that a pane or a thing is broken, float [F].

    Args:
        kind: One of KINDS.
        frames: uint8 [F, H, W, 3] of a still camera; in the first one it is whole.
        outline: Where it is in the first frame, bool [H, W].
    """
    return ndimage.median_filter(
        fitted_nets("breakage")[kind](features(kind, frames, outline))[:, 1], size=LASTING
    )


def breaks_at(chances: np.ndarray) -> int | None:
    """The first frame from which on it is broken for LASTING frames; None: never."""
    there = np.convolve(chances >= 0.5, np.ones(LASTING), "valid") == LASTING
    return int(there.argmax()) if there.any() else None


def changes_from_first(frames: np.ndarray) -> np.ndarray:
    """How many pixels of each frame differ from the first one, [F]."""
    return (_change(_smooth(frames)) > CHANGED[1]).sum((1, 2))


def rest_changed(frames: np.ndarray, true: np.ndarray) -> float:
    """How much of what stays as it is in the true clip looks otherwise than in its first frame, in
    the frame in which that is most, 0..1."""
    still = _smooth(true)
    rest = _change(still).max(0) < CHANGED[0]
    away = np.abs(_smooth(frames) - still[0]).max(-1) > CHANGED[1]
    return float(away[:, rest].mean(1).max()) if rest.any() else 0.0


def _smooth(frames: np.ndarray) -> np.ndarray:
    return ndimage.gaussian_filter(frames.astype(np.float32), (0, 0.7, 0.7, 0))


def _change(smooth: np.ndarray) -> np.ndarray:
    return np.abs(smooth - smooth[0]).max(-1)


def features(kind: str, frames: np.ndarray, outline: np.ndarray) -> np.ndarray:
    """What the classifier of a kind sees, float [F, features]."""
    smooth = _smooth(frames)
    change = _change(smooth)
    return (
        _of_pane(smooth, change, outline) if kind == "pane" else _of_thing(smooth, change, outline)
    )


def _of_pane(smooth: np.ndarray, change: np.ndarray, outline: np.ndarray) -> np.ndarray:
    """How much of the pane, and of the ground before it, has changed, and how many edges there
    are."""
    rows, columns = np.nonzero(outline)
    inner = np.asarray(ndimage.binary_erosion(outline, iterations=3), bool)
    below = np.zeros_like(outline)
    left, right = max(columns.min() - BESIDE, 0), columns.max() + BESIDE
    below[rows.max() - BELOW // 3 : rows.max() + BELOW, left:right] = True
    edges = np.hypot(*np.gradient(smooth.mean(-1), axis=(1, 2)))
    found = [edges[:, inner].mean(1) - edges[0, inner].mean()]
    for part in (inner, below):
        found += [(change[:, part] > level).mean(1) for level in CHANGED]
        found += [np.log1p(change[:, part].mean(1)), np.log1p(change[:, part].std(1))]
    return np.stack(found, -1)


def _of_thing(smooth: np.ndarray, change: np.ndarray, outline: np.ndarray) -> np.ndarray:
    """How large, how compact and how rough what has come into the picture is."""
    elsewhere = ~np.asarray(ndimage.binary_dilation(outline, iterations=3), bool)
    light = smooth.mean(-1)
    edges = np.hypot(*np.gradient(light, axis=(1, 2)))
    inner = np.asarray(ndimage.binary_erosion(outline), bool)
    usual = np.log(np.array([light[0][inner].std(), edges[0][inner].mean()]) + 2)
    found = []
    for picture, edge, changed in zip(light, edges, change * elsewhere, strict=True):
        there = np.asarray(ndimage.binary_opening(changed > CHANGED[1], np.ones((2, 2))), bool)
        inside = np.asarray(ndimage.binary_erosion(there), bool)
        rough = [0.0, 0.0]
        if inside.sum() > 4:
            rough = np.log(np.array([picture[inside].std(), edge[inside].mean()]) + 2) - usual
        found.append([*_compactness(changed, float(outline.sum())), *rough])
    return np.array(found)


def _compactness(change: np.ndarray, area: float) -> list[float]:
    """Of what has changed, by two levels."""
    found = []
    for level in CHANGED[1:]:
        there = np.asarray(ndimage.binary_opening(change > level, np.ones((2, 2))), bool)
        inside = np.asarray(ndimage.binary_erosion(there), bool)
        labels = np.zeros(there.shape, np.int32)
        count = int(ndimage.label(there, output=labels))  # pyright: ignore
        if there.sum() < 0.1 * area:
            found += [0.0] * 7
            continue
        sizes = np.bincount(labels.reshape(-1))[1:]
        largest = labels == 1 + int(sizes.argmax())
        rows, columns = np.nonzero(largest)
        hull, whole = _hull_area(largest), _hull_area(there)
        found += [
            np.log(there.sum() / area),
            np.log(whole / area),
            largest.sum() / hull,
            largest.sum() / there.sum(),
            np.log(np.ptp(columns) + 1) - np.log(np.ptp(rows) + 1),
            min(count, 10) / 10,
            np.log((there ^ inside).sum() / np.sqrt(there.sum())),
        ]
    return found


def _hull_area(there: np.ndarray) -> float:
    rows, columns = np.nonzero(there)
    corners = [np.stack([columns + x, rows + y], 1) for x in (0, 1) for y in (0, 1)]
    try:
        return float(ConvexHull(np.concatenate(corners)).volume)
    except QhullError:
        return float(len(rows))
