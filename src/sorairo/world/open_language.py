"""The language of models that were trained on no simulated world: every word is a known word."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class OpenMeaning:
    """A text of which nothing is known."""

    unknown: tuple[str, ...] = ()
    things: frozenset[Hashable] = frozenset()

    def may_share_scene(self, other: OpenMeaning) -> bool:
        """Always true: nothing contradicts it."""
        return True


class OpenLanguage:
    """A `protocol.Language` that leaves prompts as they are and warns of nothing."""

    def parse(self, text: str) -> OpenMeaning:
        return OpenMeaning()

    def nearest(self, word: str) -> str | None:
        return word

    def style_words(self, style: str, language: str) -> str:
        """The style as it is named, in words: "pixel_art" -> "pixel art"."""
        words = " ".join(style.replace("_", " ").split())
        return "" if words.lower() == "none" else words

    def expand(self, prompt: str, seed: int, trained_on: Mapping[str, Any] | None = None) -> str:
        return prompt

    def warnings(self, prompt: str, trained_on: Mapping[str, Any] | None = None) -> list[str]:
        return []
