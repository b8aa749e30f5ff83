"""Likely typing errors in English words."""

from __future__ import annotations

from functools import cache

from sorairo.world.tabletop.language.reading.lexicon import entries

SHORTEST, SHORTEST_VERB = 6, 8  # letters of the longer of two words that may be one
SUBSTITUTED = 8  # letters from which one letter may be another one: "glass" is not "grass"


def corrected(word: str) -> str | None:
    """The word of captions that `word` is a typing error of; None if none is likely.

    One letter is left out, added or swapped with its neighbour, in a word of six letters or more
    (verbs: eight); the first letter is right.
    """
    if not word.isascii() or not word.isalpha():
        return None
    near = [known for known, least in _candidates() if _may_be(word, known, least)]
    return near[0] if len(near) == 1 else None


@cache
def _candidates() -> tuple[tuple[str, int], ...]:
    """Words of captions, and how many letters a misspelt one must have."""
    words = {"checkerboard": SHORTEST}
    for key, entry in entries().items():
        if len(key) == 1 and entry.written and key[0].isascii() and entry.category != "filler":
            words[key[0]] = SHORTEST_VERB if entry.category == "event" else SHORTEST
    return tuple(sorted(words.items()))


def _may_be(word: str, known: str, least: int) -> bool:
    size = max(len(word), len(known))
    if size < least or word[0] != known[0] or abs(len(word) - len(known)) > 1:
        return False
    if len(word) != len(known):
        short, long = sorted((word, known), key=len)
        return any(long[:i] + long[i + 1 :] == short for i in range(len(long)))
    apart = [i for i, (a, b) in enumerate(zip(word, known, strict=True)) if a != b]
    if len(apart) == 1:
        return size >= SUBSTITUTED
    if len(apart) != 2 or apart[1] != apart[0] + 1:
        return False
    i, j = apart
    return word[i] == known[j] and word[j] == known[i]
