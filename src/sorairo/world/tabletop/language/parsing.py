"""Parsing of prompts: phrases are looked up, longest first, among the words of captions."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterator
from dataclasses import dataclass

from sorairo.world.tabletop.language.vocabulary import Meaning, language_of, phrases, words_of

# Shape, colour, size, material; None where the text does not say.
BodyWords = tuple[str | None, str | None, str | None, str | None]

# If a text has several verbs ("rolls behind a screen"), the first of these is the event.
EVENT_ORDER = ("hide", "turntable", "swing", "toss", "collide", "throw")
# ASCII pauses, then the Chinese comma, full stop, semicolon, exclamation and question mark.
PAUSE = "[,.;!?\uff0c\u3002\uff1b\uff01\uff1f]"
# Words about order or place; captions contain them only within longer phrases.
ORDERING = frozenset(
    "back forth again then behind near next beside up down 又 旁边 附近 后面".split()  # noqa: SIM905
)


@dataclass(frozen=True, kw_only=True)
class Assertions:
    """What a text asserts; None where it says nothing."""

    bodies: tuple[BodyWords, ...] = ()
    """One entry for each body, in the order in which they are named."""
    event: str | None = None
    heading: str | None = None
    floor: str | None = None
    light: str | None = None
    camera: str | None = None
    style: str | None = None
    relation: str | None = None
    """Where the first of two bodies stands, seen from the second."""
    unknown: tuple[str, ...] = ()
    """Words that are not in the vocabulary, each once."""

    @property
    def count(self) -> int:
        """How many bodies are named."""
        return len(self.bodies)

    @property
    def things(self) -> frozenset[Hashable]:
        """The shapes and colours named, each alone and as they go together."""
        return frozenset(
            thing for body in self.bodies for thing in (body[:2], *body[:2]) if thing is not None
        )

    def may_share_scene(self, other: Assertions) -> bool:
        """Whether two texts may describe one scene: they share an object, and nothing
        contradicts."""
        if self.style != other.style:
            return False
        for name in ("floor", "light"):
            if len({getattr(self, name), getattr(other, name)} - {None}) > 1:
                return False
        pairs = [(a, b) for a in self.bodies for b in other.bodies]
        return not pairs or any(
            all(x == y or None in (x, y) for x, y in zip(a[:2], b[:2], strict=True))
            for a, b in pairs
        )


def parse(text: str) -> Assertions:
    """Parses an English or Chinese prompt (a text with any Chinese character is Chinese)."""
    language = language_of(text)
    reader = _Reader()
    for clause in _clauses(text, language):
        if clause.startswith("camera:"):
            reader.camera(clause.removeprefix("camera:"), language)
            continue
        for category, value in _meanings(clause, language):
            reader.read(category, value)
        reader.rest()
    return reader.result()


def says_more_than_parsed(text: str) -> bool:
    """Whether a text says something that `Assertions` cannot hold: two values of one property (to
    the left, then to the right), an order of events, an unknown camera motion."""
    language, said = language_of(text), {}
    for clause in _clauses(text, language):
        if clause.startswith("camera:"):
            words = set(words_of(clause))
            if "camera" in said or words & (ORDERING | {"and", "再", "然"}):
                return True
            said["camera"] = clause
            continue
        for category, value in _meanings(clause, language):
            if category == "relation" or (category == "filler" and value in ORDERING):
                return True
            if category not in ("filler", "unknown") and said.setdefault(category, value) != value:
                return True
    return "camera" in said and parse(text).camera is None


class _Reader:
    """Collects meanings in their order and attaches adjectives to nouns."""

    def __init__(self) -> None:
        self.bodies: list[BodyWords] = []
        self.said: dict[str, str] = {}
        self.events: list[str] = []
        self.unknown: list[str] = []
        self.clear()

    def clear(self) -> None:
        self.count = 1
        self.adjectives: dict[str, str] = {}

    def read(self, category: str, value: str) -> None:
        if category == "count":
            self.count = int(value)
        elif category in ("color", "size", "material"):
            self.adjectives.setdefault(category, value)
        elif category == "shape":
            adjectives = self.adjectives
            color, size, material = (adjectives.get(k) for k in ("color", "size", "material"))
            self.bodies += [(value, color, size, material)] * self.count
            self.clear()
        elif category == "event":
            self.rest()
            self.events.append(value)
        elif category == "unknown":
            self.unknown.append(value)
        elif category != "filler":
            self.said.setdefault(category, value)

    def rest(self) -> None:
        """Adjectives without a noun after them describe the noun before, or an unnamed body."""
        color, size, material = (self.adjectives.get(k) for k in ("color", "size", "material"))
        if color:
            if self.bodies and self.bodies[-1][1] is None:
                self.bodies[-1] = (self.bodies[-1][0], color, *self.bodies[-1][2:])
            else:
                self.bodies += [(None, color, size, material)] * self.count
        self.clear()

    def camera(self, clause: str, language: str) -> None:
        marks = CAMERA_MARKS[language]
        side = next((v for mark, v in SIDES[language].items() if mark in clause), None)
        for value, stems in marks.items():
            if any(stem in clause for stem in stems):
                turned = f"orbit_{side}" if value == "orbit" and side else value
                if turned != "orbit":
                    self.said.setdefault("camera", turned)
                return

    def result(self) -> Assertions:
        if len(self.bodies) < 2:
            self.said.pop("relation", None)
        events = sorted(self.events, key=lambda e: EVENT_ORDER.index(e) if e in EVENT_ORDER else 9)
        return Assertions(
            bodies=tuple(self.bodies),
            event=events[0] if events else None,
            unknown=tuple(dict.fromkeys(self.unknown)),
            **self.said,
        )


CAMERA_MARKS = {
    "en": {
        "orbit": ("orbit", "circl", "round"),
        "push_in": ("push", "closer", "zooms in", "zooming in", "moves in"),
        "pull_back": ("pull", "away", "zooms out", "zooming out"),
        "still": ("still", "fixed", "not mov", "static", "does not move"),
    },
    "zh": {
        "orbit": ("绕",),
        "push_in": ("推近", "靠近", "推进"),
        "pull_back": ("拉远", "后退", "远离"),
        "still": ("静止", "不动", "固定"),
    },
}
SIDES = {"en": {"left": "left", "right": "right"}, "zh": {"左": "left", "右": "right"}}


def _clauses(text: str, language: str) -> Iterator[str]:
    """The clauses of a text; those about the camera are marked "camera:"."""
    word = "camera" if language == "en" else "镜头"
    for clause in re.split(rf"(?<={PAUSE})|\bwhile\b", text.lower()):
        before, found, after = clause.partition(word)
        if not found:
            yield clause
            continue
        named = re.search(r"(still|fixed|static|固定)\s*$", before)
        yield re.sub(r"\b(while|as|with)?\s*(the|a)?\s*(still|fixed|static|固定)?\s*$", "", before)
        yield f"camera:{named.group(1) if named else ''} {after}"


def _meanings(clause: str, language: str) -> Iterator[Meaning]:
    """Meanings of the phrases of a clause, longest match first, or ("unknown", word)."""
    table = phrases(language)
    longest = max(map(len, table))
    words = words_of(clause)
    at, stray = 0, ""
    while at < len(words):
        size = next((n for n in range(longest, 0, -1) if tuple(words[at : at + n]) in table), 0)
        if stray and (size or language == "en"):
            yield "unknown", stray
            stray = ""
        if size:
            meaning = table[tuple(words[at : at + size])]
            ahead = table.get(tuple(words[at + size : at + size + 1]), ("", ""))
            wood_thing = meaning == ("floor", "wood") and size == 1 and ahead[0] == "shape"
            yield ("material", "wood") if wood_thing else meaning
        elif not words[at].isdigit():
            stray += words[at]
        at += max(size, 1)
    if stray:
        yield "unknown", stray
