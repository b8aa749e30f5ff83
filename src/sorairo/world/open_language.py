"""The language of models that were trained on no simulated world: every word is a known word."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sorairo.world.protocol import PromptReading, WordGroup


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

    @property
    def examples(self) -> tuple[str, ...]:
        return (
            "a white cat walks along a garden wall in the morning sun, the camera follows it",
            "waves roll onto a rocky beach at sunset, seen from above",
            "一列红色的火车穿过雪山，镜头缓缓跟随",
        )

    def read(
        self,
        prompt: str,
        trained_on: Mapping[str, Any] | None = None,
        names: Sequence[str] = (),
    ) -> PromptReading:
        return PromptReading(text=prompt)

    def vary(self, prompt: str, seed: int, trained_on: Mapping[str, Any] | None = None) -> str:
        return prompt

    def complete(self, texts: Sequence[str]) -> tuple[str, ...]:
        return tuple(texts)

    def returning(self, text: str) -> str:
        return text

    def words(self, trained_on: Mapping[str, Any] | None = None) -> tuple[WordGroup, ...]:
        return ()

    def style_words(self, style: str, language: str) -> str:
        """The style as it is named, in words: "pixel_art" -> "pixel art"."""
        words = " ".join(style.replace("_", " ").split())
        return "" if words.lower() == "none" else words

    def expand(self, prompt: str, seed: int, trained_on: Mapping[str, Any] | None = None) -> str:
        return prompt

    def warnings(self, prompt: str, trained_on: Mapping[str, Any] | None = None) -> list[str]:
        return []


LANGUAGE = OpenLanguage()
"""The language as `world.registry` loads it."""
