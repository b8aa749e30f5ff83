"""How a prompt is read: in which words, with which details, and which words are not known."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from typing import Any

from fastapi import APIRouter, Query, Request
from starlette.concurrency import run_in_threadpool

from sorairo.generation.requests.limits import Limits
from sorairo.notes import details_of
from sorairo.server.api.dependencies import Owner, fields_of, service_of
from sorairo.server.api.fields.table import Endpoint
from sorairo.world import registry
from sorairo.world.protocol import WordGroup

NEAREST, SIMILARITY = 3, 0.77  # words that are proposed for an unknown one; `difflib`'s ratio
LEAST_LETTERS = 4  # of a word in a phrase: "floor", but not "on" or "the"

router = APIRouter(prefix="/v1")


@router.post("/prompts/readings")
async def read_prompt(request: Request, _owner: Owner) -> dict[str, Any]:
    """Reads a prompt as the model would, without making anything: its words that are not known,
    each with the nearest known ones, the words in which the model reads it, and the same with what
    it leaves open filled in."""
    fields = await fields_of(request, Endpoint.READING)
    prompt, seed = fields.require("prompt"), fields.get("seed", 0) or 0
    limits = service_of(request).served(fields.get("model")).limits
    return await run_in_threadpool(_reading, limits, prompt, seed)


@router.get("/prompts/words")
def list_words(
    request: Request,
    _owner: Owner,
    model: str = Query("", description="A name from `GET /v1/models`. Default: the served model."),
) -> dict[str, Any]:
    """Lists the words that the model draws, and words that are read as these; none for a model that
    was not trained on a simulated world, which reads all words. `examples` are prompts that work.
    """
    language, trained_on = _language(service_of(request).served(model).limits)
    data = [
        {
            "id": f"{group.kind}:{group.value}",
            "object": "prompt.word",
            "kind": group.kind,
            "value": group.value,
            "written": {key: list(words) for key, words in group.written.items()},
            "read": {key: list(words) for key, words in group.read.items()},
        }
        for group in language.words(trained_on)
    ]
    return {"object": "list", "data": data, "examples": list(language.examples)}


def _language(limits: Limits) -> tuple[Any, Mapping[str, Any] | None]:
    return registry.language(limits.world), limits.trained_on


def _reading(limits: Limits, prompt: str, seed: int) -> dict[str, Any]:
    language, trained_on = _language(limits)
    found = language.read(prompt, trained_on)
    text = found.text if found.understood else prompt
    return {
        "object": "prompt.reading",
        "prompt": prompt,
        "understood": found.understood,
        "read_as": text,
        "varied": language.vary(text, seed, trained_on) if found.understood else prompt,
        "expanded": language.expand(text, seed, trained_on) if found.understood else prompt,
        "notes": list(found.notes),
        "note_details": details_of(found.notes),
        "unknown": list(_unknown(prompt, found.unknown, _vocabulary(language.words(trained_on)))),
        "examples": list(language.examples),
    }


def _vocabulary(groups: Iterable[WordGroup]) -> list[str]:
    """What may be written in place of an unknown word: phrases such as "wooden floor", and the
    words in them."""
    texts = [
        text
        for group in groups
        for side in (group.written, group.read)
        for words in side.values()
        for text in words
    ]
    parts = (word for text in texts for word in text.split() if len(word) >= LEAST_LETTERS)
    return list(dict.fromkeys([*texts, *parts]))


def _unknown(prompt: str, words: Iterable[str], vocabulary: list[str]) -> Iterable[dict[str, Any]]:
    """Each place of each unknown word in the prompt, in their order."""
    found = []
    for word in words:
        nearest = difflib.get_close_matches(word.lower(), vocabulary, NEAREST, SIMILARITY)
        for place in re.finditer(re.escape(word), prompt, re.IGNORECASE):
            start, end = place.span()
            if _is_whole(prompt, start, end):
                found.append({"word": word, "start": start, "end": end, "nearest": nearest})
    return sorted(found, key=lambda each: each["start"])


def _is_whole(text: str, start: int, end: int) -> bool:
    """Whether no letter of the same Latin word stands before or after a part of the text."""
    around = text[max(0, start - 1) : start] + text[end : end + 1]
    return not any(letter.isascii() and letter.isalnum() for letter in around)
