"""Every word and phrase of captions and prompts, and what it means. No grammar: see `parsing`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from sorairo.world.tabletop.language import lexicon_en, lexicon_zh

Meaning = tuple[str, str]  # (category, value)

CHINESE = re.compile("[\u3400-\u9fff]")
IGNORED = frozenset(("a", "an", "the"))


def language_of(text: str) -> str:
    """ "zh" if there is any Chinese character, else "en"."""
    return "zh" if CHINESE.search(text) else "en"


def words_of(text: str) -> list[str]:
    """The words (Chinese: characters) of a text, lower case, without articles and punctuation."""
    words = re.findall("[\u3400-\u9fff]|[^\\W\u3400-\u9fff]+", text.lower())
    return [word for word in words if word not in IGNORED]


@cache
def vocabulary() -> frozenset[str]:
    """Every word and phrase that captions are made of or that `parse` reads, in both languages."""
    english = {" ".join(key) for key in phrases("en")}
    chinese = {"".join(key) for key in phrases("zh")}
    return frozenset(english | chinese | IGNORED | {"camera", "镜头"})


@cache
def phrases(language: str) -> dict[tuple[str, ...], Meaning]:
    """Every phrase of a language, split into words, with its meaning. Earlier entries win."""
    rows = _english() if language == "en" else _chinese()
    table: dict[tuple[str, ...], Meaning] = {}
    for phrase, category, value in rows:
        key = tuple(words_of(phrase))
        if key:
            table.setdefault(key, (category, value))
    return table


def _english() -> Iterator[tuple[str, str, str]]:
    w = lexicon_en
    for shape, forms in w.SHAPES.items():
        yield from ((form, "shape", shape) for pair in forms for form in pair)
    for value, forms in w.VERBS.items():
        for triple in forms:
            yield from (
                (form.removeprefix("is ").removeprefix("are "), "event", value) for form in triple
            )
    for value, forms in w.FLOORS.items():
        yield from ((form.replace("{a}", ""), "floor", value) for form in forms)
    for value, forms in w.FLOOR_IS.items():
        yield from (
            (f"{noun} is {form}", "floor", value) for form in forms for noun in ("floor", "ground")
        )
    yield from ((word, "count", str(n)) for n, word in w.NUMBERS.items())
    yield from ((word, "count", "1") for word in ("one", "another"))
    yield from _common(w)


def _chinese() -> Iterator[tuple[str, str, str]]:
    w = lexicon_zh
    for shape, forms in w.SHAPES.items():
        yield from ((form, "shape", shape) for form in forms)
    for table in (w.VERBS, w.VERBS_ON_FLOOR):
        for value, forms in table.items():
            for form in forms:
                if "{F}" not in form:
                    yield form.replace("{H}", ""), "event", value
    for value, forms in w.FLOORS.items():
        yield from ((form, "floor", value) for form in forms)
    yield from ((word, "count", str(n)) for n, word in w.NUMBERS.items())
    yield from _common(w)


def _common(w: object) -> Iterator[tuple[str, str, str]]:
    for category in ("relation", "color", "size", "material", "heading", "light", "style"):
        forms = getattr(w, {"color": "COLORS"}.get(category, f"{category.upper()}S"))
        for value, phrases in forms.items():
            yield from ((phrase, category, value) for phrase in phrases)
    for category, also in w.ALSO_READ.items():  # type: ignore[attr-defined]
        for value, phrases in also.items():
            yield from ((phrase, category, value) for phrase in phrases)
    for value, phrases in w.STYLE_MEDIA.items():  # type: ignore[attr-defined]
        yield from ((phrase, "style", value) for phrase in phrases)
    for phrase in (*w.OPENINGS, *w.BESIDE, *w.FILLERS.split(), "moving"):  # type: ignore[attr-defined]
        yield phrase, "filler", phrase
