"""Bridges: transitions from the end of one clip to the beginning of another or of the same one."""

from __future__ import annotations

import numpy as np

Span = tuple[int, int]  # the first frame of a bridge, and the first frame after it
MIN_GROUPS = 3  # groups of frames in a bridge, and before and after it
MIN_SECONDS, MAX_SECONDS = 2.0, 4.0  # length of a rollout that returns to its beginning
MAX_TANGENT = 3.0  # metres or radians: limit of a spline's tangent at its ends


def bridge_span(rng: np.random.Generator, frames: int, group: int) -> Span:
    """A random place for a bridge in a clip of `frames` frames: between whole groups of frames, of
    which the first group is the first frame alone.

    Raises ValueError where there is no room for one.
    """
    groups = (frames - 1) // group + 1
    if groups < 3 * MIN_GROUPS:
        raise ValueError(f"{frames} frames are too few for a bridge: take {3 * MIN_GROUPS * group}")
    width = int(rng.integers(MIN_GROUPS, groups - 2 * MIN_GROUPS + 1))
    before = int(rng.integers(MIN_GROUPS, groups - width - MIN_GROUPS + 1))
    first = (before - 1) * group + 1
    return first, first + width * group


def returning_seconds(span: Span, frames: int, fps: float, rng: np.random.Generator) -> float:
    """The length of a rollout whose end and beginning are joined by a bridge."""
    first, last = span
    return max(first / fps, (frames - last) / fps, float(rng.uniform(MIN_SECONDS, MAX_SECONDS)))


def cross_fade(before: np.ndarray, after: np.ndarray, span: Span) -> np.ndarray:
    """Two clips as one, uint8 [F, H, W, 3]: the first one fades into the second in the bridge, the
    last frames of the one and the first frames of the other."""
    first, last = span
    count = last - first
    weight = (np.arange(1, count + 1) / (count + 1)).astype(np.float32)[:, None, None, None]
    bridge = ((1 - weight) * before[first:] + weight * after[:count]).round().astype(np.uint8)
    return np.concatenate([before[:first], bridge, after[count:]])


def either(before: np.ndarray, after: np.ndarray, span: Span) -> np.ndarray:
    """Masks of two clips that are cross-faded in a bridge, uint8 [F, H, W]."""
    first, last = span
    both = np.maximum(before[first:], after[: last - first])
    return np.concatenate([before[:first], both, after[last - first :]])


def hermite(start: np.ndarray, end: np.ndarray, steps: tuple, count: int) -> np.ndarray:
    """`count` values between two, [count, ...], on a cubic Hermite spline whose `steps` are the
    change per value at its ends."""
    whole = count + 1
    leave, arrive = (np.clip(np.asarray(step) * whole, -MAX_TANGENT, MAX_TANGENT) for step in steps)
    t = (np.arange(1, whole) / whole).reshape(-1, *[1] * np.ndim(start))
    return (
        (2 * t**3 - 3 * t**2 + 1) * start
        + (t**3 - 2 * t**2 + t) * leave
        + (3 * t**2 - 2 * t**3) * end
        + (t**3 - t**2) * arrive
    )


def last_step(values: np.ndarray) -> np.ndarray:
    """The last change of a series; zero for a series of one value."""
    return values[-1] - values[-2] if len(values) > 1 else values[-1] * 0
