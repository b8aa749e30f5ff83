"""Pictures of random tiles of Crafter, from which a codec learns all of them equally well."""

from __future__ import annotations

import numpy as np

from sorairo.world.crafter.drawing import draw
from sorairo.world.crafter.names import COLUMNS, GROUND, ITEMS, MOST, ROWS, THINGS
from sorairo.world.crafter.state import GameState


def random_state(rng: np.random.Generator) -> GameState:
    """A state with tiles, things, amounts and light that are independent of one another."""
    things = rng.integers(len(THINGS), size=(ROWS, COLUMNS))
    things[rng.random((ROWS, COLUMNS)) < 0.5] = 0
    return GameState(
        ground=rng.integers(len(GROUND), size=(ROWS, COLUMNS)).astype(np.uint8),
        things=things.astype(np.uint8),
        inventory={name: int(rng.integers(MOST + 1)) for name in ITEMS},
        achievements={},
        position=(0, 0),
        facing="down",
        daylight=float(rng.random()) if rng.random() < 0.7 else 1.0,
        sleeping=bool(rng.random() < 0.15),
    )


def random_pictures(rng: np.random.Generator, count: int) -> np.ndarray:
    """Pictures of random states, uint8 [count, 72, 72, 3]."""
    return np.stack([draw(random_state(rng)) for _ in range(count)])
