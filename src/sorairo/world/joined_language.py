"""The language of a model that was trained on several worlds."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sorairo.world.protocol import Language, PromptReading, TextMeaning, WordGroup


@dataclass(frozen=True, kw_only=True)
class JoinedMeaning:
    """What a text asserts in the words of one of the worlds."""

    world: str
    """The name of that world."""
    meaning: TextMeaning
    """What it asserts there."""

    @property
    def unknown(self) -> tuple[str, ...]:
        return self.meaning.unknown

    @property
    def things(self) -> frozenset[Hashable]:
        return self.meaning.things

    def may_share_scene(self, other: JoinedMeaning) -> bool:
        """False for texts of two worlds."""
        return self.world == other.world and self.meaning.may_share_scene(other.meaning)


@dataclass(frozen=True, kw_only=True)
class JoinedLanguage:
    """A `protocol.Language` in which each prompt is read in the words of one world: the one that
    knows most of it, and of equal ones the first.

    Here `trained_on` holds the parts of the worlds by their names.
    """

    languages: Mapping[str, Language]
    """By the names of the worlds."""

    def world_of(self, text: str) -> str:
        """The name of the world in whose words a text is read."""

        def missing(name: str) -> tuple[bool, int]:
            reading = self.languages[name].read(text)
            return not reading.understood, len(reading.unknown)

        return min(self.languages, key=missing)

    def parse(self, text: str) -> JoinedMeaning:
        world = self.world_of(text)
        return JoinedMeaning(world=world, meaning=self.languages[world].parse(text))

    @property
    def examples(self) -> tuple[str, ...]:
        """The examples of all worlds, in turn."""
        each = [language.examples for language in self.languages.values()]
        longest = max(len(examples) for examples in each)
        return tuple(own[i] for i in range(longest) for own in each if i < len(own))

    def read(
        self,
        prompt: str,
        trained_on: Mapping[str, Any] | None = None,
        names: Sequence[str] = (),
    ) -> PromptReading:
        language, part = self._chosen(prompt, trained_on)
        return language.read(prompt, part, names)

    def vary(self, prompt: str, seed: int, trained_on: Mapping[str, Any] | None = None) -> str:
        language, part = self._chosen(prompt, trained_on)
        return language.vary(prompt, seed, part)

    def complete(self, texts: Sequence[str]) -> tuple[str, ...]:
        return self.languages[self.world_of(" ".join(texts))].complete(texts)

    def returning(self, text: str) -> str:
        return self.languages[self.world_of(text)].returning(text)

    def words(self, trained_on: Mapping[str, Any] | None = None) -> tuple[WordGroup, ...]:
        """The vocabularies of all worlds, one after another."""
        return tuple(
            group
            for world, language in self.languages.items()
            for group in language.words(_part(trained_on, world))
        )

    def style_words(self, style: str, language: str) -> str:
        """What the first world says of a style that knows it."""
        found = (each.style_words(style, language) for each in self.languages.values())
        return next((words for words in found if words), "")

    def expand(self, prompt: str, seed: int, trained_on: Mapping[str, Any] | None = None) -> str:
        language, part = self._chosen(prompt, trained_on)
        return language.expand(prompt, seed, part)

    def warnings(self, prompt: str, trained_on: Mapping[str, Any] | None = None) -> list[str]:
        language, part = self._chosen(prompt, trained_on)
        return language.warnings(prompt, part)

    def _chosen(
        self, text: str, trained_on: Mapping[str, Any] | None
    ) -> tuple[Language, Mapping[str, Any] | None]:
        world = self.world_of(text)
        return self.languages[world], _part(trained_on, world)


def _part(trained_on: Mapping[str, Any] | None, world: str) -> Mapping[str, Any] | None:
    """The part of a world; None: all of it."""
    return (trained_on or {}).get(world)
