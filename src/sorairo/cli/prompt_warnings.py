"""Warnings about parts of a prompt that the model ignores or was not trained on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sorairo.world import registry

if TYPE_CHECKING:
    from sorairo.models.hub import ModelDirectory
    from sorairo.world.protocol import Language


def prompt_warnings(prompt: str, model: ModelDirectory) -> list[str]:
    """Sentences about unknown words, things that the model was not trained on, and text beyond the
    length that the model reads."""
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
        hints.append(f"{word} (nearest known: {near})" if near else word)
    if not hints:
        return []
    return [f"Ignored (unknown word{'s' if len(hints) > 1 else ''}): {', '.join(hints)}"]


def _cut_off(prompt: str, model: ModelDirectory) -> list[str]:
    from tokenizers import Tokenizer

    from sorairo.models.model_record import TABLETOP_FAMILY

    text = model.record["config"].get("text")
    if model.family != TABLETOP_FAMILY or text is None:
        return []
    room = text["max_length"] - 1  # beside the start token
    encoding = Tokenizer.from_file(str(model.path / "tokenizer.json")).encode(prompt)
    if len(encoding.ids) <= room:
        return []
    unread = prompt[encoding.offsets[room][0] :].strip()
    return [f'Ignored (the prompt is too long for the model): "{unread}"']
