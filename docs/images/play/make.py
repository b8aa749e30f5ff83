"""Makes anchored.webp: Crafter drawn by the network, in a land and by a walk chosen before.

python docs/images/play/make.py
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import Image

import sorairo

SEED, SCALE, MILLISECONDS = 8, 3, 160
STEPS = {"l": "left", "r": "right", "u": "up", "d": "down", "x": "do"}
WALK = [STEPS[letter] for letter in "dddrrrrdrruulxlluurrdddllddrrruu"]


def main() -> None:
    world = sorairo.load("crafter").play(seed=SEED, mode="anchored")
    frames = [world.step(action).frame for action in WALK]
    large = np.ones((SCALE, SCALE, 1), np.uint8)
    pictures = [Image.fromarray(np.kron(frame, large)) for frame in frames]
    pictures[0].save(
        Path(__file__).with_name("anchored.webp"),
        save_all=True,
        append_images=pictures[1:],
        duration=MILLISECONDS,
        loop=0,
        lossless=True,
        method=6,
        minimize_size=True,
    )


if __name__ == "__main__":
    main()
