"""Prompts as the model reads them, and warnings about what it does not show."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sorairo.cli.console import say
from sorairo.generation.prompts.character_names import without_names
from sorairo.generation.requests.base import Request
from sorairo.generation.requests.limits import Limits
from sorairo.generation.requests.reading import READ_AS, character_names, read_request
from sorairo.world import registry

if TYPE_CHECKING:
    from sorairo.models.hub import ModelDirectory

WAN_TOKENS = 511  # of a prompt that Wan reads, beside the end token


def prompt_warnings(text: str, model: ModelDirectory) -> list[str]:
    """Sentences about words and things that the model was not trained on, and text beyond the
    length that it reads. `text` is what the model reads."""
    found = registry.language(model.world).warnings(text, model.trained_on)
    return [*found, *_cut_off(text, model)]


def read_prompts(
    requests: Sequence[Request], model: ModelDirectory, limits: Limits
) -> tuple[list[Request], list[list[str]]]:
    """The requests with their prompts in words of the model, and what the user should know about
    each. Raises PromptNotUnderstoodError."""
    found = [read_request(request, limits) for request in requests]
    notes = []
    for read in found:
        names = character_names(read.request)
        texts = dict.fromkeys(
            without_names(text, names) for text in read.request.texts_in(model.world) if text
        )
        warned = [warning for text in texts for warning in prompt_warnings(text, model)]
        notes.append(list(dict.fromkeys([*read.notes, *warned])))
    return [read.request for read in found], notes


def say_notes(notes: Sequence[Sequence[str]], number: int) -> None:
    """Say what a user should know about the prompt of result `number` (from 0), and that of no
    earlier one."""
    before = {note for earlier in notes[:number] for note in earlier}
    for note in notes[number]:
        if note not in before:
            say(note if note.startswith(READ_AS) else f"Warning: {note}")


def _cut_off(prompt: str, model: ModelDirectory) -> list[str]:
    from sorairo.models.model_record import TABLETOP_FAMILY
    from sorairo.models.wan.facts import WAN_FAMILY

    unread = ""
    if model.family == TABLETOP_FAMILY:
        unread = _beyond_own(prompt, model)
    elif model.family == WAN_FAMILY:
        unread = _beyond_wan(prompt, model)
    return [f'Ignored (the prompt is too long for the model): "{unread}"'] if unread else []


def _beyond_own(prompt: str, model: ModelDirectory) -> str:
    length = model.record["config"].get("text", {}).get("max_length")
    if length is None:
        return ""
    room = length - 1  # beside the start token
    return _beyond(prompt, model.path / "tokenizer.json", room, special=True)


def _beyond_wan(prompt: str, model: ModelDirectory) -> str:
    if len(prompt.encode()) < WAN_TOKENS:  # each is of a byte or more
        return ""
    from sorairo.models.wan.files.folder import read_folder
    from sorairo.models.wan.text.encoder import LENGTH, cleaned

    return _beyond(cleaned(prompt), read_folder(model.path).tokenizer, LENGTH - 1, special=False)


def _beyond(prompt: str, tokenizer: Path, room: int, *, special: bool) -> str:
    """What follows the first `room` tokens of a prompt, with the tokenizer's `special` ones."""
    from sorairo.models.hub import read_tokenizer

    encoding = read_tokenizer(tokenizer).encode(prompt, add_special_tokens=special)
    if len(encoding.ids) <= room:
        return ""
    return prompt[encoding.offsets[room][0] :].strip()
