"""The largest picture, by an untrained model. `make wan` makes it; test_image_refinement.py makes
one of its longest side."""

from __future__ import annotations

from pathlib import Path

import pytest

from random_weights import randomise
from sorairo.generation.engine import load
from sorairo.generation.settings import RefineConfig


@pytest.mark.timeout(600)
def test_the_largest_picture(tiny_model: Path):
    engine = load(tiny_model, device="cpu")
    randomise(engine.model.network)  # type: ignore[attr-defined]
    refining = RefineConfig(steps=1, strength=0.3)
    clip = engine.image("a red ball drops", width=2048, height=2048, refining=refining)
    assert clip.frames.shape == (1, 2048, 2048, 3)
