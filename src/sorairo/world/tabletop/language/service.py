"""The table-top's language services behind `world.protocol.Language`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sorairo.config import from_json
from sorairo.world.tabletop.language.captions import style_words
from sorairo.world.tabletop.language.coverage import coverage_warnings
from sorairo.world.tabletop.language.expansion import expand
from sorairo.world.tabletop.language.parsing import Assertions, parse
from sorairo.world.tabletop.language.vocabulary import nearest
from sorairo.world.tabletop.scene import CANVAS_WORLD, SceneConfig


class TabletopLanguage:
    """English and Chinese prompts about rigid bodies on a floor."""

    def parse(self, text: str) -> Assertions:
        return parse(text)

    def nearest(self, word: str) -> str | None:
        return nearest(word)

    def style_words(self, style: str, language: str) -> str:
        return style_words(style, language)

    def expand(self, prompt: str, seed: int, trained_on: Mapping[str, Any] | None = None) -> str:
        part = from_json(SceneConfig, trained_on) if trained_on else CANVAS_WORLD
        return expand(prompt, seed, part)

    def warnings(self, prompt: str, trained_on: Mapping[str, Any] | None = None) -> list[str]:
        return coverage_warnings(parse(prompt), trained_on)


LANGUAGE = TabletopLanguage()
