"""Names of characters in a prompt, replaced by what their clips show. No torch."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from sorairo.errors import MissingExtraError
from sorairo.world import registry

if TYPE_CHECKING:
    from sorairo.video import Clip

HAN = re.compile(r"[\u4e00-\u9fff]")


def describe_characters(
    prompt: str, names: Sequence[str], clips: Sequence[Clip], *, world: str = registry.DEFAULT
) -> str:
    """The prompt with each name replaced by what its clip shows ("the red ball").

    A name stays where nothing is recognised in the clip, and where the simulator of the `world`,
    which recognises it, is not installed.
    """
    for name, clip in zip(names, clips, strict=False):
        if mentions(prompt, name):
            seen = description_of(clip, chinese=bool(HAN.search(prompt)), world=world)
            prompt = seen.join(_pattern(name).split(prompt)) if seen else prompt
    return prompt


def mentions(prompt: str, name: str) -> bool:
    """Whether a prompt has a name."""
    return bool(name.strip() and _pattern(name).search(prompt))


def without_names(prompt: str, names: Sequence[str]) -> str:
    """A prompt without the names of characters, of which a model need know nothing."""
    for name in filter(str.strip, names):
        prompt = _pattern(name).sub(" ", prompt)
    return prompt


def description_of(clip: Clip, *, chinese: bool = False, world: str = registry.DEFAULT) -> str:
    """The largest thing in a clip's first frame, in words; "" where there is none, and where the
    model was not trained on one world that can name it."""
    if len(registry.names_in(world)) != 1:
        return ""
    try:
        found = registry.world(world)
    except MissingExtraError:
        return ""
    return found.describe(clip.frames[0], "zh" if chinese else "en")


def _pattern(name: str) -> re.Pattern[str]:
    """Every mention of a name; of one in Latin letters only where it is a word of its own."""
    name = name.strip()
    pattern = re.escape(name)
    if re.fullmatch(r"\w+", name, re.ASCII):
        letter = r"[^\W\u3400-\u9fff]"  # Chinese has no spaces between words
        pattern = rf"(?<!{letter}){pattern}(?!{letter})"
    return re.compile(pattern, re.IGNORECASE)
