"""What a text asserts in the words of Crafter."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from sorairo.world.crafter.language.lexicon import ACTIVITIES, PLACES, PLAYER, TIMES
from sorairo.world.phrases import Fact, cut

TABLES = {"time": TIMES, "place": PLACES, "activity": ACTIVITIES}
_FILLERS = frozenset({"a", "an", "and", "in", "is", "it", "of", "the", "then", *"的在，。、了和"})


@dataclass(frozen=True, kw_only=True)
class Assertion:
    """What a text asserts."""

    facts: frozenset[Fact]
    """Pairs of a kind and a value: a time, a place, an activity."""
    unknown: tuple[str, ...]
    """Words that are not in the lexicon, in their order."""

    @property
    def things(self) -> frozenset[Fact]:
        """All facts."""
        return self.facts

    def may_share_scene(self, other: Assertion) -> bool:
        """Whether both can be about one scene: no kind of fact has different values in them."""
        mine, theirs = dict(self.facts), dict(other.facts)
        return all(mine[kind] == theirs[kind] for kind in mine.keys() & theirs.keys())


def parse(text: str) -> Assertion:
    """What an English or Chinese text asserts."""
    players = frozenset(each for words in PLAYER.values() for each in words)
    pieces = cut(text, _phrases(), _FILLERS | players)
    return Assertion(
        facts=frozenset(piece.fact for piece in pieces if piece.fact is not None),
        unknown=tuple(piece.text for piece in pieces if piece.fact is None),
    )


@cache
def _phrases() -> dict[str, Fact]:
    """The fact of each phrase and of each name, in lower case."""
    found: dict[str, Fact] = {}
    for kind, table in TABLES.items():
        for value, phrases in table.items():
            for phrase in (value, *phrases["en"], *phrases["zh"]):
                found[phrase.lower()] = (kind, value)
    return found
