"""The table-top's language services behind `world.protocol.Language`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sorairo.config import from_json
from sorairo.world.protocol import PromptReading, WordGroup
from sorairo.world.tabletop.language.captions import style_words
from sorairo.world.tabletop.language.coverage import (
    coverage_warnings,
    reading_notes,
    untrained_words,
)
from sorairo.world.tabletop.language.expansion import expand
from sorairo.world.tabletop.language.parsing import Assertions, parse
from sorairo.world.tabletop.language.reading.listing import word_groups
from sorairo.world.tabletop.language.reading.read import read
from sorairo.world.tabletop.language.reading.variety import complete, returning, vary
from sorairo.world.tabletop.scene import CANVAS_WORLD, SceneConfig


class TabletopLanguage:
    """English and Chinese prompts about rigid bodies on a floor."""

    def parse(self, text: str) -> Assertions:
        return parse(text)

    examples: tuple[str, ...] = (
        "a red ball drops onto a wooden floor",
        "a blue box slides to the left on the sand at sunset",
        "一个绿色的圆柱体在大理石地板上，随转盘转动",
    )

    def read(
        self,
        prompt: str,
        trained_on: Mapping[str, Any] | None = None,
        names: Sequence[str] = (),
    ) -> PromptReading:
        found = read(prompt, _part(trained_on), names)
        return PromptReading(
            text=found.text,
            notes=tuple(reading_notes(found, trained_on)),
            empty=found.empty,
            understood=found.understood,
            unknown=found.unknown,
        )

    def vary(self, prompt: str, seed: int, trained_on: Mapping[str, Any] | None = None) -> str:
        return vary(prompt, seed, _part(trained_on) or CANVAS_WORLD)

    def complete(self, texts: Sequence[str]) -> tuple[str, ...]:
        return complete(texts)

    def returning(self, text: str) -> str:
        return returning(text)

    def words(self, trained_on: Mapping[str, Any] | None = None) -> tuple[WordGroup, ...]:
        return word_groups(_part(trained_on))

    def style_words(self, style: str, language: str) -> str:
        return style_words(style, language)

    def expand(self, prompt: str, seed: int, trained_on: Mapping[str, Any] | None = None) -> str:
        return expand(prompt, seed, _part(trained_on) or CANVAS_WORLD)

    def warnings(self, prompt: str, trained_on: Mapping[str, Any] | None = None) -> list[str]:
        return [*untrained_words(prompt), *coverage_warnings(parse(prompt), trained_on)]


def _part(trained_on: Mapping[str, Any] | None) -> SceneConfig | None:
    return from_json(SceneConfig, trained_on) if trained_on else None


LANGUAGE = TabletopLanguage()
