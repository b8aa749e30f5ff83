"""The one lexicon: every phrase that prompts may use, with its meaning. English phrases are keyed
by their words without articles, Chinese ones by their characters."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

from sorairo.world.tabletop.language import lexicon_en, lexicon_zh
from sorairo.world.tabletop.language.reading import synonyms_en, synonyms_zh
from sorairo.world.tabletop.language.reading.inflection import PARTICIPLE, PLURAL, THIRD, forms_of
from sorairo.world.tabletop.language.vocabulary import words_of

Key = tuple[str, ...]
SIMPLE = {  # categories whose synonyms are plain lists, and the tables of both languages
    "color": "COLORS",
    "size": "SIZES",
    "material": "MATERIALS",
    "floor": "FLOORS",
    "light": "LIGHTS",
    "style": "STYLES",
    "heading": "HEADINGS",
}


@dataclass(frozen=True, kw_only=True)
class Entry:
    """The meaning of a phrase."""

    category: str
    """shape, color, size, material, event, heading, floor, light, style, relation, count, filler,
    unknown."""
    value: str
    written: bool
    """Whether captions have the phrase, so that the model was trained on it."""
    phrase: str = ""
    """The phrase itself."""
    form: int = THIRD
    """Of a verb: which form of it; of a shape: 1 for the plural."""


@cache
def entries() -> dict[Key, Entry]:
    """Every phrase of both languages. Earlier entries win."""
    table: dict[Key, Entry] = {}
    for phrase, entry in _rows():
        key = tuple(words_of(phrase))
        if key:
            table.setdefault(key, replace(entry, phrase=" ".join(phrase.split())))
    return table


@cache
def longest() -> int:
    """The number of words, or Chinese characters, of the longest phrase."""
    return max(map(len, entries()))


@cache
def words_in_use() -> frozenset[str]:
    """Every word, or Chinese character, of the lexicon."""
    return frozenset(word for key in entries() for word in key)


def listed(text: str) -> list[str]:
    """The phrases of an entry of `synonyms_en`."""
    return [phrase.strip() for phrase in text.split(",") if phrase.strip()]


def _rows() -> Iterator[tuple[str, Entry]]:
    yield from _written_english()
    yield from _written_chinese()
    yield "moving", Entry(category="event", value="move", written=True, form=PARTICIPLE)
    for words in (synonyms_en.CAMERA_WORDS, synonyms_zh.CAMERA_WORDS):
        for phrase in words.split():
            yield phrase, Entry(category="lens", value=phrase, written=False)
    for phrase in synonyms_zh.UNKNOWN.split():
        yield phrase, Entry(category="unknown", value=phrase, written=False)
    yield from _read_english()
    yield from _read_chinese()
    for words in (lexicon_en, lexicon_zh):
        for phrase in (*words.OPENINGS, *words.BESIDE, *words.FILLERS.split()):
            yield phrase, Entry(category="filler", value=phrase, written=True)
    for phrase in (*listed(synonyms_en.FILLERS), *synonyms_zh.FILLERS.split()):
        yield phrase, Entry(category="filler", value=phrase, written=False)


def _written_english() -> Iterator[tuple[str, Entry]]:
    w = lexicon_en
    for shape, forms in w.SHAPES.items():
        for pair in forms:
            for form, phrase in enumerate(pair):
                yield phrase, Entry(category="shape", value=shape, written=True, form=form)
    for event, rows in w.VERBS.items():
        for row in rows:
            for form, phrase in enumerate(row):
                bare = phrase.removeprefix("is ").removeprefix("are ")
                yield bare, Entry(category="event", value=event, written=True, form=form)
    for floor, phrases in w.FLOORS.items():
        for phrase in phrases:
            bare = phrase.replace("{a}", "")
            yield bare, Entry(category="floor", value=floor, written=True)
    for floor, phrases in w.FLOOR_IS.items():
        for phrase in phrases:
            for noun in ("floor", "ground"):
                yield f"{noun} is {phrase}", Entry(category="floor", value=floor, written=True)
    for camera, pairs in w.CAMERAS.items():
        for phrase in (f"camera {form}" for pair in pairs for form in pair):
            yield phrase, Entry(category="camera", value=camera, written=True)
    for camera, phrases in w.CAMERA_NAMES.items():
        for phrase in phrases:
            yield phrase, Entry(category="camera", value=camera, written=True)
    for count, phrase in (*w.NUMBERS.items(), (1, "one"), (1, "another")):
        yield phrase, Entry(category="count", value=str(count), written=True)
    yield from _written_common(w)


def _written_chinese() -> Iterator[tuple[str, Entry]]:
    w = lexicon_zh
    for shape, phrases in w.SHAPES.items():
        for phrase in phrases:
            yield phrase, Entry(category="shape", value=shape, written=True)
    for table in (w.VERBS, w.VERBS_ON_FLOOR):
        for event, phrases in table.items():
            for phrase in phrases:
                before, _, bare = phrase.partition("{F}")[0].rpartition("{H}")
                # after 正在, a phrase has lost its own 在
                for form in (before + bare, bare, bare.removeprefix("在")):
                    yield form, Entry(category="event", value=event, written=True)
    for floor, phrases in w.FLOORS.items():
        for phrase in phrases:
            yield phrase, Entry(category="floor", value=floor, written=True)
    for camera, phrases in w.CAMERAS.items():
        for phrase in phrases:
            yield phrase, Entry(category="camera", value=camera, written=True)
    for count, phrase in w.NUMBERS.items():
        yield phrase, Entry(category="count", value=str(count), written=True)
    yield from _written_common(w)


def _written_common(words: object) -> Iterator[tuple[str, Entry]]:
    tables = {k: v for k, v in SIMPLE.items() if k != "floor"}
    for category, name in (("relation", "RELATIONS"), *tables.items(), ("style", "STYLE_MEDIA")):
        for value, phrases in getattr(words, name).items():
            for phrase in phrases:
                yield phrase, Entry(category=category, value=value, written=True)


def _read_english() -> Iterator[tuple[str, Entry]]:
    w = synonyms_en
    for category, name in SIMPLE.items():
        for value, text in getattr(w, name).items():
            for phrase in listed(text):
                yield phrase, Entry(category=category, value=value, written=False)
    for color in lexicon_en.COLORS:
        for degree in listed(w.COLOR_DEGREES):
            yield f"{degree} {color}", Entry(category="color", value=color, written=False)
        for phrase in (f"{color} coloured", f"{color} colored"):
            yield phrase, Entry(category="color", value=color, written=False)
    for shape, text in w.SHAPES.items():
        for pair in listed(text):
            for form, phrase in enumerate(pair.split("/")):
                yield phrase, Entry(category="shape", value=shape, written=False, form=form)
    for event, text in w.VERBS.items():
        for base in listed(text):
            for phrase, form in forms_of(base):
                yield phrase, Entry(category="event", value=event, written=False, form=form)
    for event, text in w.EVENT_PHRASES.items():
        for phrase in listed(text):
            yield phrase, Entry(category="event", value=event, written=False)
    for camera, text in w.CAMERA_PHRASES.items():
        for phrase in listed(text):
            yield phrase, Entry(category="camera", value=camera, written=False)
    for count, text in w.COUNTS.items():
        for phrase in listed(text):
            yield phrase, Entry(category="count", value=str(count), written=False)
    yield from _also_read(lexicon_en)


def _also_read(words: object) -> Iterator[tuple[str, Entry]]:
    for category, table in words.ALSO_READ.items():  # type: ignore[attr-defined]
        for value, phrases in table.items():
            for phrase in phrases:
                form = PARTICIPLE if phrase.endswith("ing") else THIRD
                form = form if phrase.endswith(("s", "g", "d")) else PLURAL
                yield phrase, Entry(category=category, value=value, written=False, form=form)


def _read_chinese() -> Iterator[tuple[str, Entry]]:
    w = synonyms_zh
    tables = {"shape": w.SHAPES, "event": w.EVENTS}
    tables |= {category: getattr(w, name) for category, name in SIMPLE.items()}
    for category, table in tables.items():
        for value, text in table.items():
            for phrase in text.split():
                yield phrase, Entry(category=category, value=value, written=False)
    for count, digits in w.DIGITS.items():
        for digit in digits:
            for measure in w.MEASURES:
                entry = Entry(category="count", value=str(count), written=False)
                yield digit + measure, entry
    for count, text in w.COUNTS.items():
        for phrase in text.split():
            yield phrase, Entry(category="count", value=str(count), written=False)
    yield from _also_read(lexicon_zh)
