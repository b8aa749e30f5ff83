"""What a text asserts in the words of the menagerie."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from sorairo.world.menagerie.language import lexicon
from sorairo.world.menagerie.language.names import NAMES
from sorairo.world.phrases import Fact, Piece, cut, differ

# Of several actions in a text, the first of these is what happens.
ORDER = ("chase", "follow", "pass", "stop", "leave", "eat", "run", "stand", "walk")
_FILLERS = frozenset(
    {
        *("a", "an", "and", "at", "comes", "from", "in", "is", "it", "of", "on", "the", "then"),
        *("there", "which", "while", "s", "地上是", "然后", *"一只头匹条的和，。、着了在又并有"),
    }
)

_PASSING = frozenset({"event", "heading", "camera"})


@dataclass(frozen=True, kw_only=True)
class Assertion:
    """What a text asserts."""

    facts: frozenset[Fact]
    """Facts as `captions.stated` gives them."""
    unknown: tuple[str, ...]
    """Words that are not in the lexicon, in their order."""

    @property
    def things(self) -> frozenset[Fact]:
        """The facts about the animals."""
        kinds = ("animal", "coat", "count")
        return frozenset(fact for fact in self.facts if fact[0].rstrip("01") in kinds)

    def may_share_scene(self, other: Assertion) -> bool:
        """Whether both can be about one scene: nothing that lasts differs. What the animals do and
        how they are filmed may."""
        lasting = {kind for kind, _ in self.facts} - _PASSING
        return not differ(self.facts, other.facts, lasting)


def parse(text: str) -> Assertion:
    """What an English or Chinese text asserts."""
    pieces = cut(text, _phrases(), _FILLERS)
    unknown = tuple(piece.text for piece in pieces if piece.fact is None)
    return Assertion(facts=frozenset(_bound(pieces)), unknown=unknown)


@cache
def _phrases() -> dict[str, Fact]:
    """The fact of each phrase, in lower case."""
    found: dict[str, Fact] = {}
    for kind, name in NAMES.items():
        for word in (*name.english, *name.plural, *name.chinese):
            found[word.lower()] = ("animal", kind)
    tables = {
        "coat": lexicon.COATS,
        "count": lexicon.COUNTS,
        "place": lexicon.PLACES,
        "ground": lexicon.GROUNDS,
        "weather": lexicon.WEATHERS,
        "camera": lexicon.CAMERAS,
        "heading": lexicon.HEADINGS,
        "action": lexicon.ACTIONS,
    }
    for kind, table in tables.items():
        for value, phrases in table.items():
            for form in (*phrases["en"], *phrases["zh"]):
                for words in form.lower().split("/"):
                    found[words] = (kind, value)
    return found


def _bound(pieces: list[Piece]) -> set[Fact]:
    """The facts of a text: coats joined to the animals after them."""
    facts: set[Fact] = set()
    actions: set[str] = set()
    number, coat = 0, ""
    for piece in pieces:
        if piece.fact is None:
            continue
        kind, value = piece.fact
        if kind == "coat":
            coat = value
        elif kind == "animal":
            facts.add((f"animal{number}", value))
            if coat:
                facts.add((f"coat{number}", coat))
            number, coat = number + 1, ""
        elif kind == "action":
            actions.add("eat" if value in lexicon.EAT_ACTIONS else value)
        else:
            facts.add((kind, value))
    event = next((action for action in ORDER if action in actions), None)
    return facts | ({("event", event)} if event else set())
