"""Captions of tabletop scenes in English and Chinese, and the reading back of what a text asserts.

One wording in `HELD_OUT` is never written as a caption: `caption` draws again when the checksum of
its words falls into the reserved part, and `claims.claims_prompts` draws until it does. So both
come from the same language, and no evaluation prompt is a training caption, whatever its capitals,
articles or full stop.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Collection

import numpy as np

from sorairo.world.tabletop.language import lexicon_en, lexicon_zh, say_en, say_zh
from sorairo.world.tabletop.language.caption_plan import Telling, tell
from sorairo.world.tabletop.language.parsing import Assertions, nearest, parse, vocabulary, words_of
from sorairo.world.tabletop.scene import Scene

__all__ = [
    "DETAILS",
    "LANGUAGES",
    "Assertions",
    "caption",
    "held_out",
    "nearest",
    "parse",
    "put_in_words",
    "style_words",
    "vocabulary",
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
    saying: Collection[str] = (),
) -> str:
    """A caption of `scene`: always true, never complete, never held out.

    The colour and shape of every body and a style are always there, what happens unless `event` is
    false, as for a picture ("a red ball on the sand"), and "size" and "material" where they are in
    `saying`. Raises ValueError for an unknown language or detail.
    """
    if language not in LANGUAGES:
        raise ValueError(f"language must be one of {LANGUAGES}, not {language!r}")
    if detail not in DETAILS:
        raise ValueError(f"detail must be one of {DETAILS}, not {detail!r}")
    while True:
        telling = tell(scene, rng, detail, event=event, saying=saying)
        text = put_in_words(telling, rng, language, detail)
        if not held_out(text):
            return text


def put_in_words(telling: Telling, rng: np.random.Generator, language: str, detail: str) -> str:
    """One wording of a telling, held out or not."""
    return (say_en if language == "en" else say_zh).say(telling, rng, detail)


def style_words(name: str, language: str = "en") -> str:
    """What a prompt says of a style, after a comma: "pixel_art" -> "in pixel art", "none" -> "".

    Words that are not the name of a style ("with soft shadows") come back as they are.
    """
    known = (lexicon_en if language == "en" else lexicon_zh).STYLES
    folded = re.sub(r"[\s_-]+", "_", name.strip().lower())
    if folded in ("", "none"):
        return ""
    return known[folded][0] if folded in known else name.strip()


def held_out(text: str) -> bool:
    """Whether a text is reserved for evaluation. Depends on its words alone, in their order."""
    return zlib.crc32(" ".join(words_of(text)).encode()) % HELD_OUT == 0
