"""The vocabulary, by kind and value."""

from __future__ import annotations

from sorairo.world.protocol import WordGroup
from sorairo.world.tabletop.language.reading.lexicon import entries
from sorairo.world.tabletop.language.reading.scene_words import SPEC_FIELDS
from sorairo.world.tabletop.language.vocabulary import language_of
from sorairo.world.tabletop.scene import SceneConfig

KINDS = (
    "shape", "color", "size", "material", "event", "heading", "floor", "light", "style", "camera",
    "relation", "count",
)  # fmt: skip
MOST = 4  # things of one kind


def word_groups(part: SceneConfig | None) -> tuple[WordGroup, ...]:
    """Every value that a model trained on a `part` of the world draws (None: all of it), with the
    words of captions for it and those that are read as these."""
    found: dict[tuple[str, str], tuple[dict[str, list[str]], dict[str, list[str]]]] = {}
    for key, entry in entries().items():
        if entry.category not in KINDS or not _drawn(entry.category, entry.value, part):
            continue
        language, phrase = language_of("".join(key)), entry.phrase
        languages = {"en": [], "zh": []}, {"en": [], "zh": []}
        groups = found.setdefault((entry.category, entry.value), languages)
        groups[not entry.written][language].append(phrase)
    ordered = sorted(found, key=lambda each: KINDS.index(each[0]))
    return tuple(
        WordGroup(kind=kind, value=value, written=_frozen(written), read=_frozen(read))
        for kind, value in ordered
        for written, read in [found[kind, value]]
    )


def _drawn(category: str, value: str, part: SceneConfig | None) -> bool:
    if category == "count":
        return int(value) <= MOST
    name = SPEC_FIELDS.get(category)
    return value != "move" and (part is None or name is None or value in getattr(part, name))


def _frozen(words: dict[str, list[str]]) -> dict[str, tuple[str, ...]]:
    return {language: tuple(phrases) for language, phrases in words.items()}
