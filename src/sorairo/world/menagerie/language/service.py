"""The menagerie's language services behind `world.protocol.Language`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from sorairo.world.menagerie.language import lexicon
from sorairo.world.menagerie.language.names import NAMES
from sorairo.world.menagerie.language.parsing import Assertion, parse
from sorairo.world.protocol import PromptReading, WordGroup

_OPPOSITE = {
    "to the left": "to the right",
    "to the right": "to the left",
    "向左": "向右",
    "向右": "向左",
    "往左": "往右",
    "往右": "往左",
    "leftwards": "rightwards",
    "rightwards": "leftwards",
}
_SIDES = re.compile(
    r"(?<!circles )\bto the (?:left|right)\b|\b(?:left|right)wards\b|[向往][左右](?!环绕)",
    re.IGNORECASE,
)


class MenagerieLanguage:
    """English and Chinese prompts about animals and places."""

    def parse(self, text: str) -> Assertion:
        return parse(text)

    @property
    def examples(self) -> tuple[str, ...]:
        return (
            "a brown horse walks to the left in a meadow",
            "three zebras run to the right on the savanna",
            "一头棕熊在森林里向左走",
        )

    def read(
        self,
        prompt: str,
        trained_on: Mapping[str, Any] | None = None,
        names: Sequence[str] = (),
    ) -> PromptReading:
        """The prompt as it is: no model of this world reads other words yet."""
        meaning = parse(prompt)
        unknown = [word for word in meaning.unknown if word not in names]
        notes = (f"Ignored (unknown words): {', '.join(unknown)}",) if unknown else ()
        return PromptReading(
            text=prompt,
            notes=notes,
            empty=not prompt.strip(),
            understood=bool(meaning.facts) or bool(names),
        )

    def vary(self, prompt: str, seed: int, trained_on: Mapping[str, Any] | None = None) -> str:
        return prompt

    def complete(self, texts: Sequence[str]) -> tuple[str, ...]:
        return tuple(texts)

    def returning(self, text: str) -> str:
        """The text with left and right exchanged; where the camera circles stays."""
        return _SIDES.sub(lambda found: _OPPOSITE[found[0].lower()], text)

    def words(self, trained_on: Mapping[str, Any] | None = None) -> tuple[WordGroup, ...]:
        animals = {kind: {"en": name.english, "zh": name.chinese} for kind, name in NAMES.items()}
        tables = {
            "animal": animals,
            "coat": lexicon.COATS,
            "place": lexicon.PLACES,
            "ground": lexicon.GROUNDS,
            "weather": lexicon.WEATHERS,
            "camera": lexicon.CAMERAS,
        }
        return tuple(
            WordGroup(
                kind=kind,
                value=value,
                written={language: phrases[language][:1] for language in ("en", "zh")},
                read={language: phrases[language][1:] for language in ("en", "zh")},
            )
            for kind, table in tables.items()
            for value, phrases in table.items()
        )

    def style_words(self, style: str, language: str) -> str:
        """Empty text: the world has one style."""
        return ""

    def expand(self, prompt: str, seed: int, trained_on: Mapping[str, Any] | None = None) -> str:
        """The prompt with a place, if it names none."""
        kinds = {kind for kind, _ in parse(prompt).facts}
        if not kinds or "place" in kinds:
            return prompt
        rng = np.random.default_rng(seed)
        place = list(lexicon.PLACES.values())[int(rng.integers(len(lexicon.PLACES)))]
        if any("\u4e00" <= letter <= "\u9fff" for letter in prompt):
            return f"{place['zh'][0]}，{prompt}"
        return f"{prompt.rstrip('. ')} {place['en'][0]}"

    def warnings(self, prompt: str, trained_on: Mapping[str, Any] | None = None) -> list[str]:
        return []


LANGUAGE = MenagerieLanguage()
