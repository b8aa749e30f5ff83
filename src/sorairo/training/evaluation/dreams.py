"""Dreams of held-out games beside the games themselves."""

from __future__ import annotations

import numpy as np
import torch

from sorairo.models.crafter.dream import Dream
from sorairo.models.crafter.network import PlayModel
from sorairo.world.crafter.drawing import draw
from sorairo.world.crafter.perception import read_picture
from sorairo.world.crafter.rollouts import state_at

SHOWN = (0, 1, 2, 3, 5, 8, 12, 16, 20, 30)
MEASURED = (1, 5, 20)
GAMES = 8
BEGIN = 40  # the step at which a dream begins: before it the game fills the memory


def dream_sheet(
    model: PlayModel, truths: list[dict[str, np.ndarray]], steps: int | None = None
) -> tuple[np.ndarray, dict[str, float]]:
    """A picture with two rows for each game, the game above the dream; and the share of tiles that
    agree after 1, 5 and 20 steps."""
    length = BEGIN + SHOWN[-1] + 1
    chosen = [truth for truth in truths if len(truth["actions"]) >= length][:GAMES]
    right: dict[str, list[float]] = {f"tiles_{step}": [] for step in MEASURED}
    rows = []
    dream = Dream(model)
    for seed, truth in enumerate(chosen):
        generator = torch.Generator().manual_seed(seed)
        pictures = [draw(state_at(truth, frame)) for frame in range(length)]
        dreamed = [follow(dream, pictures, truth, BEGIN)]
        for step in range(1, SHOWN[-1] + 1):
            action = int(truth["actions"][BEGIN + step])
            dreamed.append(dream.step(action, steps=steps, generator=generator))
            if step in MEASURED:
                found = read_picture(dreamed[-1]).tiles()
                true = read_picture(pictures[BEGIN + step]).tiles()
                right[f"tiles_{step}"].append(float((found == true).mean()))
        rows.append(np.concatenate([pictures[BEGIN + step] for step in SHOWN], 1))
        rows.append(np.concatenate([dreamed[step] for step in SHOWN], 1))
    if not rows:
        return np.zeros((8, 8, 3), np.uint8), {}
    return np.concatenate(rows), {name: float(np.mean(values)) for name, values in right.items()}


def follow(
    dream: Dream, pictures: list[np.ndarray], truth: dict[str, np.ndarray], last: int
) -> np.ndarray:
    """Shows the pictures up to `last` to a dream as its past, with the actions that were taken. The
    last picture."""
    shown = dream.start(pictures[0])
    for frame in range(1, last + 1):
        shown = dream.show(int(truth["actions"][frame]), pictures[frame])
    return shown
