"""Warnings about a prompt, given before sampling: what of it the model will not understand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sorairo.world import registry

if TYPE_CHECKING:
    from sorairo.models.hub import ModelDirectory
    from sorairo.world.protocol import Language


def prompt_warnings(prompt: str, model: ModelDirectory) -> list[str]:
    """Sentences on words that the model never saw, on what it was not trained on, and on what is
    beyond the length that it reads."""
    language = registry.language(model.world)
    return [
        *_unknown_words(prompt, language),
        *language.warnings(prompt, model.trained_on),
        *_cut_off(prompt, model),
    ]


def _unknown_words(prompt: str, language: Language) -> list[str]:
    hints = []
    for word in language.parse(prompt).unknown:
        near = language.nearest(word)
        hints.append(f"'{word}' (nearest: '{near}')" if near else f"'{word}'")
    if not hints:
        return []
    return [f"the model never saw {', '.join(hints)}; it makes its best clip without."]


def _cut_off(prompt: str, model: ModelDirectory) -> list[str]:
    from tokenizers import Tokenizer

    room = model.record["config"]["text"]["max_length"] - 1  # beside the start token
    encoding = Tokenizer.from_file(str(model.path / "tokenizer.json")).encode(prompt)
    if len(encoding.ids) <= room:
        return []
    unread = prompt[encoding.offsets[room][0] :].strip()
    return [f'the prompt is longer than the model reads; it does not see "{unread}".']
