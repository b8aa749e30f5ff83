"""The lifelike world's language services behind `world.protocol.Language`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from sorairo.world.lifelike.language import lexicon
from sorairo.world.lifelike.language.parsing import Assertion, parse, rewritten
from sorairo.world.protocol import PromptReading, WordGroup

_OPPOSITE = {"left": "right", "right": "left", "向左": "向右", "向右": "向左"}
_SIDES = re.compile(r"(?<!circles to the )\b(?:left|right)\b|(?:向左|向右)(?!环绕)", re.IGNORECASE)


class LifelikeLanguage:
    """English and Chinese prompts about people, things and places."""

    def parse(self, text: str) -> Assertion:
        return parse(text)

    @property
    def examples(self) -> tuple[str, ...]:
        return (
            "a woman in a red dress walks to the left in a park",
            "a ball hits a pane of glass, which shatters",
            "一个红色的球落下并弹起",
        )

    def read(
        self,
        prompt: str,
        trained_on: Mapping[str, Any] | None = None,
        names: Sequence[str] = (),
    ) -> PromptReading:
        """The prompt in the words of captions. `trained_on` is not used: no model of this world
        is shipped yet."""
        meaning = parse(prompt)
        unknown = [word for word in meaning.unknown if word not in names]
        notes = (f"Ignored (unknown words): {', '.join(unknown)}",) if unknown else ()
        text, changes = rewritten(prompt)
        if changes:
            pairs = ", ".join(f'"{said}" as "{usual}"' for said, usual in dict(changes).items())
            notes = (f"Read: {pairs}", *notes)
        return PromptReading(
            text=text,
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
        tables = {
            "person": {f"{age} {sex}": p for (sex, age), p in lexicon.WHO.items()},
            "clothes": lexicon.CLOTHES,
            "hair": lexicon.HAIR,
            "thing": lexicon.THINGS,
            "place": lexicon.PLACES,
            "ground": lexicon.GROUNDS,
            "weather": lexicon.WEATHERS,
            "hour": lexicon.HOURS,
            "camera": lexicon.CAMERAS,
            "framing": lexicon.FRAMINGS,
            "angle": lexicon.ANGLES,
            "cut": lexicon.CUTS,
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


LANGUAGE = LifelikeLanguage()
