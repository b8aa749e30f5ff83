"""What the events of matter have in common: where things are, and what else is known."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

GRAVITY = 9.81  # m/s^2


@dataclass(frozen=True, kw_only=True)
class MatterMotion:
    """What happens to the things of a scene, over F frames."""

    positions: np.ndarray
    """Where things are, metres, [F, things, 3]."""
    rotations: np.ndarray
    """How they are turned, [F, things, 3, 3]."""
    contacts: np.ndarray
    """Whether it has happened, bool [F]: the cloth has touched what it falls on, what falls is
    wet, a bite is taken, the vessel has landed; of a painting, whether the brush touches it now."""
    broken: np.ndarray
    """Whether the thing that breaks is broken, bool [F]."""
    happened_at: float | None
    """The time of the first contact, bite, break or touch of water, seconds; None: never."""
    truth: dict[str, np.ndarray] = field(default_factory=dict)
    """What else is known, by name, arrays [F, ...]."""
    shape: dict[str, np.ndarray] = field(default_factory=dict, repr=False)
    """What a renderer needs to know besides."""


def resting(frames: int, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Positions [F, count, 3] and rotations [F, count, 3, 3] of things at the origin."""
    return np.zeros((frames, count, 3)), np.tile(np.eye(3), (frames, count, 1, 1))


def xml_numbers(values: np.ndarray) -> str:
    """Numbers as an MJCF attribute."""
    return " ".join(f"{value:.5f}" for value in np.asarray(values).reshape(-1))
