"""Changes of the whole picture in time: clips that fade or cut to another one, and changing light.

A codec that encodes several frames together has to learn them.
"""

from __future__ import annotations

import numpy as np

Masked = tuple[np.ndarray, np.ndarray]  # frames uint8 [F, H, W, 3] and masks bool [F, H, W]


def cross_fade(rng: np.random.Generator, one: Masked, other: Masked) -> Masked:
    """A clip that becomes another one within 6 to 24 frames."""
    frames = len(one[0])
    lasting = int(rng.integers(6, 25))
    start = int(rng.integers(-lasting // 2, frames - lasting // 2))
    weight = np.clip((np.arange(frames) - start) / lasting, 0, 1)[:, None, None, None]
    mixed = (1 - weight) * one[0] + weight * other[0]
    return mixed.round().astype(np.uint8), one[1] | other[1]


def cut(rng: np.random.Generator, one: Masked, other: Masked) -> Masked:
    """A clip that cuts to another one at a random frame."""
    at = int(rng.integers(1, len(one[0])))
    frames, masks = (np.concatenate([a[:at], b[at:]]) for a, b in zip(one, other, strict=True))
    return frames, masks


def change_light(rng: np.random.Generator, frames: np.ndarray) -> np.ndarray:
    """A clip whose light changes: a ramp to another level and tint within 1 to 24 frames, a fade
    from or to black or white, or a flash of 1 to 3 frames."""
    kind = rng.choice(("ramp", "ramp", "fade", "flash"))
    weight = _flash(rng, len(frames)) if kind == "flash" else _ramp(rng, len(frames))
    if rng.random() < 0.5:
        weight = 1 - weight
    weight = weight[:, None, None, None]
    if kind == "fade":
        end = np.float32(rng.choice((0, 255)))
        changed = (1 - weight) * frames + weight * end
    else:
        gain = rng.uniform(0.4, 1.4) * rng.uniform(0.85, 1.15, 3).astype(np.float32)
        changed = frames * (1 + weight * (gain - 1))
    return changed.round().clip(0, 255).astype(np.uint8)


def _flash(rng: np.random.Generator, frames: int) -> np.ndarray:
    """1 during 1 to 3 frames, 0 elsewhere; [frames]."""
    at, lasting = rng.integers(frames), rng.integers(1, 4)
    index = np.arange(frames)
    return ((index >= at) & (index < at + lasting)).astype(np.float32)


def _ramp(rng: np.random.Generator, frames: int) -> np.ndarray:
    """From 0 to 1 within 1 to 24 frames; [frames]."""
    lasting = np.exp(rng.uniform(0, np.log(24)))
    start = rng.uniform(-lasting / 2, frames - lasting / 2)
    return np.clip((np.arange(frames) - start) / lasting, 0, 1).astype(np.float32)
