"""Measures of frames uint8 [F, H, W, 3] that do not depend on what they show.

Differences are means over pixels and channels, in units of 1/255.
"""

from __future__ import annotations

import numpy as np
from scipy import ndimage

AROUND = 6  # frames on each side of a cut with which its change is compared
FLOOR = 0.5  # of 255: the smallest denominator of ratios of changes
BLUR = 1.5  # pixels of 96
NOTICED = 0.2  # of the strongest change in a clip: anything less is grain and codec noise


def change(one: np.ndarray, other: np.ndarray) -> float:
    """Mean difference of two frames or of two clips of equal shape."""
    return float(np.abs(one.astype(np.int16) - other).mean())


def changes(frames: np.ndarray) -> np.ndarray:
    """From each frame to the next, [F - 1]."""
    return np.array([change(one, other) for one, other in zip(frames, frames[1:], strict=False)])


def usual(frames: np.ndarray) -> float:
    """The median change from frame to frame, at least FLOOR."""
    return max(float(np.median(changes(frames))), FLOOR) if len(frames) > 1 else FLOOR


def jump(frames: np.ndarray, at: int) -> float:
    """The change from frame `at` to the next, as a multiple of the usual one."""
    return change(frames[at], frames[at + 1]) / usual(frames)


def cut_at(frames: np.ndarray, cut: int) -> bool:
    """Whether a new shot begins with a frame: the change into it is twice any change around it, and
    more than grain or a key frame of a picture that stays. False where a clip ends before."""
    if cut >= len(frames):
        return False
    first = max(cut - 1 - AROUND, 0)
    near = changes(frames[first : cut + 1 + AROUND])
    others = np.delete(near, cut - 1 - first)
    return bool(near[cut - 1 - first] > 2 * max(float(others.max(initial=0.0)), FLOOR))


def excess(frames: np.ndarray, at: int) -> float:
    """The change from frame `at` to the next, as a multiple of the usual one or, if that is larger,
    of the largest of the two changes before it and the two after it: a swinging object is twice as
    fast as usual at the bottom."""
    around = [i for i in (at - 2, at - 1, at + 1, at + 2) if 0 <= i < len(frames) - 1]
    beside = [change(frames[i], frames[i + 1]) for i in around]
    return change(frames[at], frames[at + 1]) / max(usual(frames), *beside)


def tint(frames: np.ndarray, at: int) -> float:
    """How far the mean colour moves from frame `at` to the next: the most of the channels."""
    one, other = (frames[i].reshape(-1, 3).mean(0) for i in (at, at + 1))
    return float(np.abs(one - other).max())


def seam(frames: np.ndarray) -> float:
    """The change from the last frame to the first, as a multiple of the usual one."""
    return change(frames[-1], frames[0]) / usual(frames)


def sharpest(frames: np.ndarray, first: int, last: int) -> float:
    """The largest change between frames first ... last, as a multiple of the usual one."""
    return float(changes(frames[first : last + 1]).max()) / usual(frames)


def pulse(frames: np.ndarray, group: int = 4) -> float:
    """How much more changes at every `group`-th frame than at the others: a clip that is made of
    latent frames may move in jerks. Takes the worst of all offsets; 1 is even."""
    found = changes(frames)
    phases = [
        np.median(found[phase::group])
        / max(np.median(np.delete(found, np.s_[phase::group])), FLOOR)
        for phase in range(group)
    ]
    return float(max(phases))


def brightness(frames: np.ndarray) -> float:
    """0..255."""
    return float(frames.mean())


def psnr(one: np.ndarray, other: np.ndarray) -> float:
    """Decibels; 60 for frames that are as good as equal."""
    error = float(np.square(one.astype(np.float32) - other).mean())
    return min(60.0, 10 * np.log10(255**2 / max(error, 1e-9)))


def moving_track(frames: np.ndarray) -> np.ndarray:
    """Where something moves, [F - 2, 2] (x, y) in parts of the picture: the centre of the
    difference between the frame before and the frame after. NaN where nothing differs."""
    grey = frames.astype(np.float32).mean(-1)
    moved = ndimage.gaussian_filter(np.abs(grey[2:] - grey[:-2]), (0, BLUR, BLUR))
    strongest = max(float(np.percentile(moved, 99.9)), 1e-6)
    weight = np.maximum(moved / strongest - NOTICED, 0)
    total = weight.sum((1, 2))
    height, width = weight.shape[1:]
    x = (weight.sum(1) * (np.arange(width) + 0.5)).sum(1) / np.maximum(total, 1e-6) / width
    y = (weight.sum(2) * (np.arange(height) + 0.5)).sum(1) / np.maximum(total, 1e-6) / height
    track = np.stack([x, y], axis=1)
    track[total < 1.0] = np.nan
    return track


def motion_similarity(track: np.ndarray, other: np.ndarray) -> float:
    """The correlation of two tracks [F, 2], x and y together, over the frames in which `track` is
    known. Gaps of the other are filled with its last place. 0 if either never moves."""
    seen = ~np.isnan(track[:, 0])
    if seen.sum() < 3:
        return 0.0
    one, two = track[seen], held(other)[seen]
    one, two = one - one.mean(0), two - two.mean(0)
    size = float(np.sqrt((one**2).sum() * (two**2).sum()))
    return float((one * two).sum()) / size if size > 1e-9 else 0.0


def held(track: np.ndarray) -> np.ndarray:
    """The track with gaps filled with the last known place, at the beginning with the first."""
    seen = np.flatnonzero(~np.isnan(track[:, 0]))
    if not len(seen):
        return np.full_like(track, 0.5)
    last = np.searchsorted(seen, np.arange(len(track)), side="right") - 1
    return track[seen[last.clip(min=0)]]
