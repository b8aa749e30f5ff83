"""Language services of a world whose words are tables of phrases."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np

from sorairo.notes import Note
from sorairo.world.phrases import Fact
from sorairo.world.protocol import PromptReading, TextMeaning, WordGroup

Phrases = Mapping[str, tuple[str, ...]]
"""By language; the first phrase is the one that captions use."""
Substitutes = tuple[tuple[str, str], ...]
"""Pairs of a word and the one that is read in its place."""

# The way the camera circles is none of the scene's.
_SIDE = re.compile(
    r"(?<!circles to the )(?<!circles )\b(?:left|right)(?=(?:wards)?\b)|(?<=[向往])[左右](?!环绕)",
    re.IGNORECASE,
)
_OPPOSITE = {"left": "right", "right": "left", "左": "右", "右": "左"}


@runtime_checkable
class FactsMeaning(TextMeaning, Protocol):
    """What a text asserts, as facts."""

    @property
    def facts(self) -> frozenset[Fact]: ...


def unchanged(text: str) -> tuple[str, Substitutes]:
    """The text itself: of a world that reads no other words than those of captions."""
    return text, ()


@dataclass(frozen=True, kw_only=True)
class PhraseLanguage:
    """A `Language`. Models of such a world are trained on all of it: `trained_on` is not used."""

    examples: tuple[str, ...]
    """Prompts that work."""
    parser: Callable[[str], FactsMeaning]
    """What a text asserts."""
    tables: Mapping[str, Mapping[str, Phrases]]
    """By kind of fact and value, what is said of it in English and in Chinese."""
    rewrite: Callable[[str], tuple[str, Substitutes]] = unchanged
    """A text in the words of captions, and what was exchanged."""

    def parse(self, text: str) -> FactsMeaning:
        return self.parser(text)

    def read(
        self,
        prompt: str,
        trained_on: Mapping[str, Any] | None = None,
        names: Sequence[str] = (),
    ) -> PromptReading:
        """The prompt in the words of captions."""
        meaning = self.parse(prompt)
        named = {word for name in names for word in self.parse(name).unknown}
        unknown = [word for word in meaning.unknown if word not in named]
        words, notes = ", ".join(unknown), []
        text, changes = self.rewrite(prompt)
        if changes:
            pairs = ", ".join(f'"{said}" as "{usual}"' for said, usual in dict(changes).items())
            arrows = "; ".join(f"{said} → {usual}" for said, usual in dict(changes).items())
            notes.append(Note(f"Read: {pairs}", "read", pairs=arrows))
        if unknown:
            notes.append(Note(f"Ignored (unknown words): {words}", "unknown_words", words=words))
        return PromptReading(
            text=text,
            notes=tuple(notes),
            empty=not prompt.strip(),
            understood=bool(meaning.facts) or bool(names),
            unknown=tuple(dict.fromkeys(unknown)),
        )

    def vary(self, prompt: str, seed: int, trained_on: Mapping[str, Any] | None = None) -> str:
        return prompt

    def complete(self, texts: Sequence[str]) -> tuple[str, ...]:
        return tuple(texts)

    def returning(self, text: str) -> str:
        """The text with left and right exchanged; where the camera circles stays."""
        return _SIDE.sub(lambda found: _OPPOSITE[found[0].lower()], text)

    def words(self, trained_on: Mapping[str, Any] | None = None) -> tuple[WordGroup, ...]:
        return tuple(
            WordGroup(
                kind=kind,
                value=value,
                written={language: phrases[language][:1] for language in ("en", "zh")},
                read={language: phrases[language][1:] for language in ("en", "zh")},
            )
            for kind, table in self.tables.items()
            for value, phrases in table.items()
        )

    def style_words(self, style: str, language: str) -> str:
        """What the words say of a scene ("at night"), in the words of captions; the world has one
        style, so that names of others mean nothing. Of events alone ("with") no style speaks."""
        text = self.rewrite(" ".join(style.replace("_", " ").split()))[0]
        return text if any(kind != "event" for kind, _ in self.parse(text).facts) else ""

    def expand(self, prompt: str, seed: int, trained_on: Mapping[str, Any] | None = None) -> str:
        """The prompt with a place, if it names none."""
        kinds = {kind for kind, _ in self.parse(prompt).facts}
        if not kinds or "place" in kinds:
            return prompt
        places = list(self.tables["place"].values())
        place = places[int(np.random.default_rng(seed).integers(len(places)))]
        if any("\u4e00" <= letter <= "\u9fff" for letter in prompt):
            return f"{place['zh'][0]}，{prompt}"
        return f"{prompt.rstrip('. ')} {place['en'][0]}"

    def warnings(self, prompt: str, trained_on: Mapping[str, Any] | None = None) -> list[str]:
        return []
