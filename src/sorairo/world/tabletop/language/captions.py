"""Captions of table-top scenes in English and Chinese.

One wording in `HELD_OUT` is reserved for evaluation: `caption` draws again when the checksum of the
words falls into the reserved part, and `prompt_cases.claims_prompts` draws until it does. So both
come from the same language, and no evaluation prompt is a training caption, whatever its capitals,
articles or full stop.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Collection

import numpy as np

from sorairo.world.tabletop.language import lexicon_en, lexicon_zh, say_en, say_zh
from sorairo.world.tabletop.language.caption_plan import CaptionPlan, plan_caption
from sorairo.world.tabletop.language.parsing import Assertions, parse
from sorairo.world.tabletop.language.reading.read import read_fragment
from sorairo.world.tabletop.language.vocabulary import vocabulary, words_of
from sorairo.world.tabletop.scene import Scene

__all__ = [
    "DETAILS",
    "LANGUAGES",
    "Assertions",
    "caption",
    "held_out",
    "parse",
    "style_words",
    "vocabulary",
    "write_caption",
]

LANGUAGES = ("en", "zh")
DETAILS = ("short", "long")
HELD_OUT = 8  # one wording in this many is kept for evaluation


def caption(
    scene: Scene,
    rng: np.random.Generator,
    *,
    language: str = "en",
    detail: str = "short",
    event: bool = True,
    mention: Collection[str] = (),
) -> str:
    """A caption of `scene`: always true, rarely complete, never held out.

    It always mentions the colour and shape of every body and a style; the event unless `event` is
    false, as for a picture ("a red ball on the sand"); "size" and "material" where they are in
    `mention`. Raises ValueError for an unknown language or detail.
    """
    if language not in LANGUAGES:
        raise ValueError(f"language must be one of {LANGUAGES}, not {language!r}")
    if detail not in DETAILS:
        raise ValueError(f"detail must be one of {DETAILS}, not {detail!r}")
    while True:
        plan = plan_caption(scene, rng, detail, event=event, mention=mention)
        text = write_caption(plan, rng, language, detail)
        if not held_out(text):
            return text


def write_caption(plan: CaptionPlan, rng: np.random.Generator, language: str, detail: str) -> str:
    """One random wording of a plan, held out or not."""
    return (say_en if language == "en" else say_zh).write(plan, rng, detail)


def style_words(name: str, language: str = "en") -> str:
    """The words that name a style in a prompt: "pixel_art" -> "in pixel art", "none" -> "".

    Other words for a style are read ("cyberpunk" -> "neon style"), and words that name none give
    "". What else they say of the scene ("at dusk") stays, in the words of captions.
    """
    known = (lexicon_en if language == "en" else lexicon_zh).STYLES
    folded = re.sub(r"[\s_-]+", "_", name.strip().lower())
    if folded in ("", "none"):
        return ""
    if folded in known:
        return known[folded][0]
    return read_fragment(name, language)


def held_out(text: str) -> bool:
    """Whether a text is reserved for evaluation. Depends on its words and their order only."""
    return zlib.crc32(" ".join(words_of(text)).encode()) % HELD_OUT == 0
