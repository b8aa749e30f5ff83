"""Cutting a text into the longest phrases of a lexicon, in English and in Chinese."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

Fact = tuple[str, str]

_WORD = re.compile(r"[a-z]+(?:-[a-z]+)*|[\u4e00-\u9fff]", re.IGNORECASE)


@dataclass(frozen=True)
class Piece:
    """A phrase of a text and the fact that it stands for; fact None: an unknown word."""

    text: str
    fact: Fact | None


def begins(text: str, place: int, phrase: str) -> bool:
    """Whether a phrase stands at a place of a text, as whole words where it is English."""
    if not text.startswith(phrase, place):
        return False
    if not phrase[0].isascii():
        return True
    end = place + len(phrase)
    before = place == 0 or not (text[place - 1].isascii() and text[place - 1].isalnum())
    after = end == len(text) or not (text[end].isascii() and text[end].isalpha())
    return before and after


def cut(
    text: str,
    phrases: Mapping[str, Fact],
    fillers: Collection[str],
    stands: Callable[[str, int, str], bool] = begins,
) -> list[Piece]:
    """The longest phrases of a text from left to right, and the words that are no phrase.

    Args:
        text: English or Chinese.
        phrases: The fact of each phrase, in lower case.
        fillers: Words and Chinese characters that mean nothing; they are left out.
        stands: Whether a phrase stands at a place of a text.
    """
    rest, pieces, place = re.sub(r"\s+", " ", text.lower()), [], 0
    known = sorted({*phrases, *fillers}, key=len, reverse=True)
    while place < len(rest):
        match = next((phrase for phrase in known if stands(rest, place, phrase)), None)
        if match is not None:
            if match in phrases:
                pieces.append(Piece(match, phrases[match]))
            place += len(match)
            continue
        word = _WORD.match(rest, place)
        if word is not None:
            pieces.append(Piece(word[0], None))
        place += len(word[0]) if word is not None else 1
    return pieces


def by_kind(facts: Collection[Fact]) -> dict[str, set[str]]:
    """The values of each kind of fact."""
    found: dict[str, set[str]] = {}
    for kind, value in facts:
        found.setdefault(kind, set()).add(value)
    return found


def differ(one: Collection[Fact], other: Collection[Fact], kinds: Collection[str]) -> bool:
    """Whether two texts have no value in common of one of these kinds of which both speak."""
    mine, theirs = by_kind(one), by_kind(other)
    spoken = mine.keys() & theirs.keys() & set(kinds)
    return any(mine[kind].isdisjoint(theirs[kind]) for kind in spoken)


def says_otherwise(text: Collection[Fact], whole: Collection[Fact]) -> bool:
    """Whether a text says what a full description, which speaks of the same kind of fact, does not
    say."""
    described = {kind for kind, _ in whole}
    return any(kind in described and (kind, value) not in whole for kind, value in text)
