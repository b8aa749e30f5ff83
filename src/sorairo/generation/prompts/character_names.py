"""Names of characters in a prompt, replaced by what their clips show. No torch."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from sorairo.errors import MissingExtraError
from sorairo.world import registry

if TYPE_CHECKING:
    from sorairo.video import Clip

HAN = re.compile(r"[\u4e00-\u9fff]")
SPACED = re.compile(r"[\w\u00c0-\u024f\u0370-\u052f]", re.ASCII)  # Latin, Greek, Cyrillic


def describe_characters(
    prompt: str, names: Sequence[str], clips: Sequence[Clip], *, world: str = registry.DEFAULT
) -> str:
    """The prompt with each name replaced by what its clip shows ("the red ball").

    A name stays where nothing is recognised in the clip, and where the simulator of the `world`,
    which recognises it, is not installed. Of two names at one place the longer one counts, and no
    name is looked for in a description.
    """
    chinese, seen = bool(HAN.search(prompt)), {}

    def described(found: re.Match[str]) -> str:
        number = _number(found)
        if number not in seen:
            seen[number] = description_of(clips[number], chinese=chinese, world=world)
        return seen[number] or found[0]

    return _sub(names[: len(clips)], described, prompt)


def mentioned(prompt: str, names: Sequence[str]) -> set[int]:
    """Which of the names a prompt has, by their places in the list; equal names are all meant."""
    found: set[str] = set()
    _sub(names, lambda each: found.add(_key(names[_number(each)])) or "", prompt)
    return {number for number, name in enumerate(names) if _key(name) in found}


def without_names(prompt: str, names: Sequence[str]) -> str:
    """A prompt without the names of characters, of which a model need know nothing."""
    return _sub(names, lambda _: " ", prompt)


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


def _sub(names: Sequence[str], text: Callable[[re.Match[str]], str], prompt: str) -> str:
    """The prompt with another text for every mention of a name, from left to right."""
    order = sorted(range(len(names)), key=lambda index: -len(names[index].strip()))
    parts = [f"(?P<n{i}>{_pattern(names[i].strip())})" for i in order if names[i].strip()]
    return re.sub("|".join(parts), text, prompt, flags=re.IGNORECASE) if parts else prompt


def _key(name: str) -> str:
    """What names that mean the same have in common."""
    return name.strip().casefold()


def _number(found: re.Match[str]) -> int:
    """The place of a mentioned name in the list."""
    assert found.lastgroup is not None
    return int(found.lastgroup[1:])


def _pattern(name: str) -> str:
    """A name; where it begins or ends with a letter of a script that has spaces between words, it
    is no part of a longer word there."""
    letter = r"[^\W\u3400-\u9fff]"  # Chinese has no spaces between words
    before = rf"(?<!{letter})" if SPACED.match(name[0]) else ""
    after = rf"(?!{letter})" if SPACED.match(name[-1]) else ""
    return f"{before}{re.escape(name)}{after}"
