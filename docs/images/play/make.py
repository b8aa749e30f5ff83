"""Makes anchored.webp, Crafter drawn by the network in a land and by a walk chosen before, and
dream.webp, what it dreams alone in three lands, for the actions of a player by simple rules.

python docs/images/play/make.py
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

import sorairo
from sorairo.world.crafter.drawing import draw
from sorairo.world.crafter.names import ACTIONS
from sorairo.world.crafter.rollouts import play_policy
from sorairo.world.crafter.simulator import Simulator
from sorairo.world.crafter.start import Start

SEED, MILLISECONDS = 8, 160
STEPS = {"l": "left", "r": "right", "u": "up", "d": "down", "x": "do"}
WALK = [STEPS[letter] for letter in "dddrrrrdrruulxlluurrdddllddrrruu"]
SEEDS, LENGTH, GAP = (21, 22, 23), 64, 4  # of the dreams: their lands, steps, and pixels between


def anchored() -> list[np.ndarray]:
    world = sorairo.load("crafter").play(seed=SEED, mode="anchored")
    return [world.step(action).frame for action in WALK]


def dream(seed: int) -> list[np.ndarray]:
    """What follows on the first picture of a forest, for the actions of one who gathers."""
    game = play_policy(
        Simulator(), seed, Start(place="forest"), "gatherer", np.random.default_rng(seed), LENGTH
    )
    world = sorairo.load("crafter").play(mode="dream")
    world.start(picture=draw(game.states[0]))
    return [world.step(ACTIONS[action]).frame for action in game.actions[1:]]


def save(name: str, frames: list[np.ndarray], scale: int, quality: int | None = None) -> None:
    """Lossless without a quality."""
    large = np.ones((scale, scale, 1), np.uint8)
    pictures = [Image.fromarray(np.kron(frame, large)) for frame in frames]
    pictures[0].save(
        Path(__file__).with_name(name),
        save_all=True,
        append_images=pictures[1:],
        duration=MILLISECONDS,
        loop=0,
        lossless=quality is None,
        quality=quality or 100,
        method=6,
        minimize_size=True,
    )


def main() -> None:
    save("anchored.webp", anchored(), 3)
    gap = np.full((72, GAP, 3), 255, np.uint8)
    one, two, three = (dream(seed) for seed in SEEDS)  # a game may end before the others
    rows = [np.concatenate([a, gap, b, gap, c], 1) for a, b, c in zip(one, two, three)]  # noqa: B905
    save("dream.webp", rows, 2, quality=40)


if __name__ == "__main__":
    main()
