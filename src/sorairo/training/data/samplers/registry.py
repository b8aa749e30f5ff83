"""The kinds of examples by name. A new kind is a function of type `Draw` and a line in `DRAW`."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sorairo.data.latent_dataset import ClipSet
from sorairo.training.data.samplers.captions import CaptionConfig
from sorairo.training.data.samplers.edits import edited
from sorairo.training.data.samplers.example import ExampleSpec, TrainingExample
from sorairo.training.data.samplers.stories import fade, story
from sorairo.training.data.samplers.windows import crop, keyed, still, window

Draw = Callable[[ClipSet, ExampleSpec, np.random.Generator, CaptionConfig], TrainingExample]

DRAW: dict[str, Draw] = {
    "window": window,
    "keyed": keyed,
    "story": story,
    "fade": fade,
    "edited": edited,
    "still": still,
    "crop": crop,
}


def draw_example(
    spec: ExampleSpec,
    clips: dict[str, ClipSet],
    rng: np.random.Generator,
    captions: CaptionConfig,
) -> TrainingExample:
    """An example of the kind `spec`, from the sources `clips`."""
    return DRAW[spec.draw](clips[spec.source], spec, rng, captions)
