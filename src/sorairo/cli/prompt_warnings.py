"""Prompts as the model reads them, and warnings about what it does not show."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sorairo.cli.console import say
from sorairo.errors import PromptNotUnderstoodError
from sorairo.generation.prompts.character_names import without_names
from sorairo.generation.prompts.other_models import has_unknown, other_model
from sorairo.generation.requests.base import Request
from sorairo.generation.requests.limits import Limits
from sorairo.generation.requests.reading import (
    READ_AS,
    ReadRequest,
    character_names,
    read_request,
)
from sorairo.notes import Note, sentence_of
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
    found = [_read(request, model, limits) for request in requests]
    notes = []
    for read in found:
        names = character_names(read.request)
        texts = dict.fromkeys(
            without_names(text, names) for text in read.request.texts_in(model.world) if text
        )
        warned = [warning for text in texts for warning in prompt_warnings(text, model)]
        better = _other_model(read.request, model) if has_unknown(read.notes) else []
        notes.append(list(dict.fromkeys([*read.notes, *warned, *better])))
    return [read.request for read in found], notes


def _read(request: Request, model: ModelDirectory, limits: Limits) -> ReadRequest[Request]:
    try:
        return read_request(request, limits)
    except PromptNotUnderstoodError as error:
        better = _other_model(request, model)
        if not better:
            raise
        message = sentence_of(error)
        raise PromptNotUnderstoodError(
            Note(f"{message} {better[0]}", "nothing_known", **getattr(message, "values", {}))
        ) from None


def _other_model(request: Request, model: ModelDirectory) -> list[Note]:
    """A note on an installed model that knows more of a request's prompts, if there is one."""
    from sorairo.models import hub
    from sorairo.models.model_record import PLAYED_FAMILY

    installed = [each for each in hub.list_models() if each.family != PLAYED_FAMILY]
    others = {each.name: each.world for each in installed if each.name != model.name}
    note = other_model(request.to_read, model.world, others, character_names(request))
    return [note] if note else []


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
