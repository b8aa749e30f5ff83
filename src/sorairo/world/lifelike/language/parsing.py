"""What a text asserts in the words of the lifelike world.

A text is cut into the longest phrases of the lexicon. Clothes, hair and colours belong to the
nearest person or thing that they can belong to: in English to the one before them, in Chinese to
the one after them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from sorairo.world.lifelike.language import lexicon
from sorairo.world.lifelike.language.circumstances import usual_circumstances
from sorairo.world.lifelike.language.sharing import may_share_scene
from sorairo.world.lifelike.language.synonyms import TRANSITIVE, spoken, usual_words
from sorairo.world.phrases import Fact, Piece, begins, cut

_ONE = {f"一{measure}" for measure in lexicon.MEASURES.values()}
_FILLERS = frozenset(
    {
        *("a", "again", "an", "and", "are", "at", "camera", "dressed", "in", "is", "it", "its"),
        *("glass", "he", "her", "his", "left", "of", "off", "on", "out", "pane", "people"),
        *("person", "right", "same", "she", "the", "their", "there", "they"),
        *("to", "towards", "two", "up", "wearing", "wears", "which", "while", "with"),
        *("地面是", "一位", "一个", *_ONE, *"的穿和，。、着了在又并有"),
        *("他", "她", "它", "他们", "她们", "它们", "人", "人们", *"上里个位名只张条"),
    }
)

_OBJECT = re.compile(r"\s+(?:a|an|the|his|her|their|its|my|some|it|them)\b")


@dataclass(frozen=True, kw_only=True)
class Assertion:
    """What a text asserts."""

    facts: frozenset[Fact]
    """Facts as `captions.stated` gives them."""
    unknown: tuple[str, ...]
    """Words that are not in the lexicon, in their order."""

    @property
    def things(self) -> frozenset[Fact]:
        """The facts about who and what is shown."""
        kinds = ("who", "worn", "hair", "thing", "wall", *lexicon.COLORED)
        return frozenset(fact for fact in self.facts if fact[0].rstrip("0123456789") in kinds)

    def may_share_scene(self, other: Assertion) -> bool:
        """Whether both can be about one scene, as shots of one story are: nothing that lasts
        differs, and if both name somebody or something, they have one of them in common. What
        happens and how it is filmed may differ."""
        return may_share_scene(self.facts, other.facts)


def parse(text: str) -> Assertion:
    """What an English or Chinese text asserts."""
    pieces = cut(usual_circumstances(text)[0], _phrases(), _FILLERS, _stands)
    chinese = any("\u4e00" <= letter <= "\u9fff" for letter in text)
    facts = _bound(pieces, owner_follows=chinese)
    unknown = tuple(piece.text for piece in pieces if piece.fact is None)
    return Assertion(facts=frozenset(facts), unknown=unknown)


@cache
def _phrases() -> dict[str, Fact]:
    """The fact of each phrase, in lower case."""
    found: dict[str, Fact] = {}

    def add(phrases: tuple[str, ...], fact: Fact) -> None:
        for phrase in phrases:
            found[phrase.lower()] = fact

    for (sex, age), phrases in lexicon.WHO.items():
        add((*phrases["en"], *phrases["zh"]), ("who", f"{age} {sex}"))
    for kind, table in (
        ("garment", lexicon.CLOTHES),
        ("place", lexicon.PLACES),
        ("ground", lexicon.GROUNDS),
        ("weather", lexicon.WEATHERS),
        ("hour", lexicon.HOURS),
        ("camera", lexicon.CAMERAS),
        ("framing", lexicon.FRAMINGS),
        ("angle", lexicon.ANGLES),
        ("cut", lexicon.CUTS),
        ("trace", lexicon.TRACES),
        ("thing", lexicon.THINGS),
        ("thing", lexicon.COLORED),
        ("style", lexicon.HAIR),
    ):
        for value, phrases in table.items():
            add((*phrases["en"], *phrases["zh"]), (kind, value))
    for value, chinese in lexicon.COLORS_ZH.items():
        add((value, chinese), ("color", value))
    add(("blond", "金色"), ("color", "blond"))
    add(("hair",), ("style", "hair"))
    add(("long",), ("length", "long"))
    add(("short",), ("length", "short"))
    for (event, heading), phrases in lexicon.EVENTS.items():
        for language in ("en", "zh"):
            for form in phrases[language]:
                for piece in re.split(r"\{\w*\}", form):
                    words = re.sub(r"^的|\ba$", "", piece.strip(" ，,")).strip().lower()
                    if len(words) > 1:
                        before = found.get(words, ("event", f"{event} {heading}"))[1]
                        add((words,), ("event", _shared(before, f"{event} {heading}")))
    add(("stand still", "are standing"), ("event", "stand none"))
    for words, fact in spoken().items():
        found.setdefault(words, fact)
    for words, usual in usual_words().items():
        if usual.lower() in found:
            found.setdefault(words, found[usual.lower()])
    return found


def rewritten(text: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    """A text in the words of captions, and what was exchanged: pairs of a word and its
    substitute."""
    known = sorted(_phrases(), key=len, reverse=True)
    text, first = usual_circumstances(text)
    lower, result, changes, place = text.lower(), "", [*first], 0
    if len(lower) != len(text):  # letters that change their number
        return text, ()
    while place < len(text):
        match = next((p for p in known if _stands(lower, place, p)), None)
        found = text[place : place + len(match)] if match else text[place]
        usual = usual_words().get(match or "")
        if usual is not None:
            changes.append((found, usual))
        result += usual or found
        place += len(found)
    return result, tuple(changes)


def _stands(text: str, place: int, phrase: str) -> bool:
    """Whether a phrase stands at a place of a text, and there means what happens by itself."""
    if not begins(text, place, phrase):
        return False
    return phrase not in TRANSITIVE or not _OBJECT.match(text, place + len(phrase))


def _bound(pieces: list[Piece], *, owner_follows: bool) -> set[Fact]:
    """The facts of a text: colours joined to their garments, and those to their wearers."""
    facts: set[Fact] = set()
    people = [i for i, piece in enumerate(pieces) if piece.fact and piece.fact[0] == "who"]
    color = length = ""
    for index, piece in enumerate(pieces):
        if piece.fact is None:
            continue
        kind, value = piece.fact
        owner = _owner(people, index, follows=owner_follows)
        if kind == "color":
            color = value
        elif kind == "length":
            length = value
        elif kind == "who":
            facts.add((f"who{people.index(index)}", value))
        elif kind == "garment":
            facts.add((f"worn{owner}", f"{color} {value}".strip()))
            color = ""
        elif kind == "style":
            style = length if value == "hair" else value
            looks = style if style == "bald" else f"{color} {style}".strip()
            if looks:
                facts.add((f"hair{owner}", looks))
            color = length = ""
        elif kind == "thing":
            facts.add(("thing", value))
            if value in lexicon.COLORED and color:
                facts.add((value, color))
            color = ""
        elif kind == "event":
            facts |= _event(value)
            if value.startswith("hide") and color:
                facts.add(("wall", color))
                color = ""
        else:
            facts.add((kind, value))
    return facts


def _shared(value: str, other: str) -> str:
    """What the words of two events say: no heading if it differs, nothing if the event differs."""
    if value == other:
        return value
    event = value.split(" ")[0]
    return f"{event} none" if event == other.split(" ")[0] else ""


def _event(value: str) -> set[Fact]:
    if not value:
        return set()
    event, heading = value.split()
    return {("event", event), *([("heading", heading)] if heading != "none" else [])}


def _owner(people: list[int], index: int, *, follows: bool) -> int:
    """The number of the person that something at a place in the text belongs to."""
    if follows:
        after = [number for number, place in enumerate(people) if place > index]
        return after[0] if after else max(len(people) - 1, 0)
    return max(sum(place < index for place in people) - 1, 0)
