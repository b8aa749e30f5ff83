"""The most prominent object of a picture, in the words of prompts."""

from __future__ import annotations

import numpy as np

from sorairo.world.tabletop.language import lexicon_en, lexicon_zh
from sorairo.world.tabletop.perception.multi_object import detect_objects


def describe(picture: np.ndarray, language: str) -> str:
    """The largest object in a picture uint8 [H, W, 3] ("the red ball"); "" where none is found."""
    found = detect_objects(picture)
    if not found:
        return ""
    largest = max(found, key=lambda each: each.area)
    if language == "zh":
        return f"{lexicon_zh.COLORS[largest.color][0]}的{lexicon_zh.SHAPES[largest.shape][0]}"
    return f"the {largest.color} {lexicon_en.SHAPES[largest.shape][0][0]}"
