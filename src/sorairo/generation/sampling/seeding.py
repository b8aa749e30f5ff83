"""The random generator of a request."""

from __future__ import annotations

import numpy as np
import torch


def seeded(seed: int) -> torch.Generator:
    """A generator that depends on all bits of the seed. A generator on a CPU uses 32 bits of the
    seed it is given, so the seed is hashed to that length first."""
    return torch.Generator().manual_seed(int(np.random.SeedSequence(seed).generate_state(1)[0]))
