"""What a thing that has a name is called where names are not known. No torch."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sorairo.video import Clip

HAN = re.compile(r"[\u4e00-\u9fff]")


def introduced(prompt: str, names: Sequence[str], clips: Sequence[Clip]) -> str:
    """The prompt with each name said as what is seen in its clip ("the red ball").

    A name stays where the clip shows nothing that is known, or the part of sorairo that looks (the
    extra `world`) is not installed.
    """
    for name, clip in zip(names, clips, strict=False):
        seen = looks_of(clip, chinese=bool(HAN.search(prompt)))
        if seen and name.strip():
            prompt = _said(prompt, name.strip(), seen)
    return prompt


def looks_of(clip: Clip, *, chinese: bool = False) -> str:
    """The largest thing in a clip's first frame, in words; "" where there is none."""
    try:
        from sorairo.world.tabletop.language import lexicon_en, lexicon_zh
        from sorairo.world.tabletop.perception.multi_object import things
    except ModuleNotFoundError:
        return ""
    found = things(clip.frames[0])
    if not found:
        return ""
    thing = max(found, key=lambda each: each.area)
    if chinese:
        return f"{lexicon_zh.COLORS[thing.color][0]}的{lexicon_zh.SHAPES[thing.shape][0]}"
    return f"the {thing.color} {lexicon_en.SHAPES[thing.shape][0][0]}"


def _said(prompt: str, name: str, seen: str) -> str:
    """Every mention of a name, as a word of its own where it is one of letters."""
    pattern = re.escape(name)
    if re.fullmatch(r"\w+", name, re.ASCII):
        letter = r"[^\W\u3400-\u9fff]"  # Chinese has no spaces between words
        pattern = rf"(?<!{letter}){pattern}(?!{letter})"
    return re.sub(pattern, seen, prompt, flags=re.IGNORECASE)
