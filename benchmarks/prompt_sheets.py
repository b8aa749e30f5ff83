"""Makes sheets of clips of a model of both worlds: frames of each, beside each other, from prompts
that are not selected. The last sheet has prompts that no caption resembles.

python benchmarks/prompt_sheets.py MODEL FOLDER
"""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
from PIL import Image

import sorairo
from sorairo.errors import PromptNotUnderstoodError
from sorairo.generation.engine import Engine

SECONDS, FRAMES, ACROSS = 4.0, 6, 2  # of a clip; shown of it; clips beside each other
SHEETS = {  # prompts in words that captions have, and others
    "people": (
        "a young woman in a red dress walks to the left in the park",
        "an old man in a blue sweater waves in a city street",
        "a boy in a yellow t-shirt runs to the right at the beach",
        "a middle-aged woman in a white coat dances in a hall",
        "一位穿绿色T恤的年轻男子在公园里向右走",
        "一位穿黑色大衣的老妇人站着不动，下着雪",
        "a girl in a purple dress walks towards the camera in a meadow at dawn",
        "two people walk past each other in a forest",
        "a young man opens a brown door and comes through it",
        "a young woman in a green skirt sits down on a chair in an apartment",
    ),
    "things": (
        "a red ball hits a pane of glass, which shatters",
        "a blue ball flies past a pane of glass, which stays whole",
        "an orange vase falls off the left side of a table and breaks into pieces",
        "a bite is taken out of a pizza",
        "a green ball rolls to the right and leaves a track in a snowy field",
        "a cake falls over to the left",
        "a red ball drops onto a wooden floor",
        "a blue cube slides to the left on the checkerboard",
        "a green cylinder turns on a turntable on sand",
        "一个黄色的球在大理石上向左滚动",
    ),
    "open": (
        "a woman in a red dress walks through Venice at dusk",
        "a man jogs through the snow",
        "a glass vase tips over and breaks on the kitchen floor",
        "an astronaut waves on a square",
        "a dog runs along the beach",
        "grandmother dances in the rain",
        "a child eats an apple",
        "a couple meets on a bridge",
        "a businessman hurries through a shopping mall",
        "the camera circles a teddy bear in a forest",
        "一个小孩在雨中跑步",
        "老爷爷在公园里散步",
    ),
}


def row(model: Engine, prompt: str, seed: int) -> np.ndarray:
    """Frames of a clip beside each other."""
    try:
        clip = model.generate(prompt, seconds=SECONDS, seed=seed)
    except PromptNotUnderstoodError:
        clip = model.generate(prompt, seconds=SECONDS, seed=seed, rewrite=False)
    shown = np.linspace(0, len(clip.frames) - 1, FRAMES).round().astype(int)
    return np.concatenate(list(clip.frames[shown]), axis=1)


def main(name: str, folder: Path) -> None:
    model = sorairo.load(name)
    for sheet, prompts in SHEETS.items():
        rows = [row(model, prompt, seed) for seed, prompt in enumerate(prompts)]
        gap = np.full((rows[0].shape[0], 8, 3), 255, np.uint8)
        joined = [
            np.concatenate([rows[i], gap, rows[i + 1]], axis=1) for i in range(0, len(rows), ACROSS)
        ]
        Image.fromarray(np.concatenate(joined)).save(folder / f"{sheet}.png")


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
