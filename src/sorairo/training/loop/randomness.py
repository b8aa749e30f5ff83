"""The random generators of a step. They depend only on the seed and the step."""

from __future__ import annotations

import numpy as np
import torch


def step_rng(seed: int, step: int) -> np.random.Generator:
    """The generator that the batch of a step is drawn with."""
    return np.random.default_rng((seed, step))


def step_generator(seed: int, step: int, device: torch.device | str = "cpu") -> torch.Generator:
    """The generator that the noise of a step is drawn with. On a CPU it uses only the low 32 bits
    of its seed."""
    return torch.Generator(device).manual_seed((seed * 1_000_003 + step) % 2**32)
