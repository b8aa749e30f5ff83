"""Puts the prompts of a request in words that the model knows. No torch."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from sorairo.errors import PromptNotUnderstoodError
from sorairo.generation.requests.base import Request
from sorairo.generation.requests.characters import CastRequest
from sorairo.generation.requests.effort import sampling_of
from sorairo.generation.requests.limits import Limits
from sorairo.generation.requests.storyboard.request import Storyboard
from sorairo.models.model_record import SamplingFacts
from sorairo.notes import Note
from sorairo.world import registry
from sorairo.world.protocol import Language

READ_AS = "Read as: "

Kind = TypeVar("Kind", bound=Request)


@dataclass(frozen=True, kw_only=True)
class ReadRequest(Generic[Kind]):
    """A request whose prompts are read, and what its user should know about that."""

    request: Kind
    notes: tuple[str, ...] = ()
    """"Read as: ..." for a prompt that is used in other words, and what is ignored."""


def read_request(request: Kind, limits: Limits, *, lenient: bool = False) -> ReadRequest[Kind]:
    """The request with its prompts in words of the model's world (`limits.world`).

    Where the request says so, what they leave open is drawn from its seed. For a prompt that names
    nothing the model can draw it raises PromptNotUnderstoodError; a `lenient` reading leaves it as
    it is, with a note.
    """
    language, trained_on = registry.language(limits.world), limits.trained_on
    names = character_names(request)
    request = request.with_read([""] * len(request.to_read))
    if not request.rewrite:
        return ReadRequest(request=request, notes=_beside_prompts(request, limits))
    texts, notes = [], []
    for index, prompt in enumerate(request.to_read):
        if not prompt.strip():
            texts.append("")
            continue
        reading = language.read(prompt, trained_on, names)
        if reading.empty and not _needs_words(request, index):
            texts.append("")
            continue
        known = reading.understood and bool(reading.text.strip())
        if not known and not _is_addition(request, index):
            if not lenient:
                raise _not_understood(prompt, language)
            texts.append("")
            notes.append(_nothing_known(prompt, language))
            continue
        text = reading.text
        if request.vary and request.from_text_alone and not request.expanded:
            text = language.vary(text, request.seed, trained_on)
        texts.append("" if text == prompt else text)
        notes += [Note(f"{READ_AS}{text}", "read_as", text=text)] if text != prompt else []
        notes += reading.notes
    notes += [*_style_notes(request, language), *_beside_prompts(request, limits)]
    return ReadRequest(request=request.with_read(texts), notes=tuple(dict.fromkeys(notes)))


def _beside_prompts(request: Request, limits: Limits) -> tuple[str, ...]:
    """Notes on the request that do not depend on how its prompts are read."""
    return (*zero_shot(request, limits), *unguided(request, limits))


def zero_shot(request: Request, limits: Limits) -> tuple[str, ...]:
    """A note on a task that the model was not trained for."""
    if not limits.trained_for or request.command in limits.trained_for:
        return ()
    other = f"; {limits.use_instead} was" if limits.use_instead else ""
    text = f"{limits.model} was not trained for {request.command} (zero-shot){other}."
    return (Note(text, "zero_shot", model=limits.model, task=request.command),)


def unguided(request: Request, limits: Limits) -> tuple[str, ...]:
    """A note on a negative prompt that has no effect, since nothing is guided away from it: the
    guidance is 1 in the request, in its LoRA for few steps, or in the model."""
    negative = request.negative.strip()
    default = limits.sampling or SamplingFacts(steps=1, guidance=math.nan)  # not known
    if not negative or sampling_of(request, default).guidance != 1.0:
        return ()
    text = f"Ignored (a negative prompt needs a guidance above 1): {_shown(negative)}"
    return (Note(text, "unguided", negative=_shown(negative)),)


def character_names(request: Request) -> tuple[str, ...]:
    """The names of characters that prompts may have."""
    return request.names if isinstance(request, CastRequest | Storyboard) else ()


def _is_addition(request: Request, index: int) -> bool:
    """Whether a prompt is only added to others: that of a storyboard, to its cards."""
    return isinstance(request, Storyboard) and index == 0


def _needs_words(request: Request, index: int) -> bool:
    return request.from_text_alone or (isinstance(request, Storyboard) and index > 0)


def _style_notes(request: Request, language: Language) -> list[str]:
    """Notes on styles that the model does not know."""
    cards = request.cards if isinstance(request, Storyboard) else ()
    written = [request.style, *(card.style for card in cards)]
    styles = dict.fromkeys(style.strip() for style in written)
    return [
        Note(f"Ignored (unknown style): {style}", "unknown_style", style=style)
        for style in styles
        if style and style.lower() != "none" and not language.style_words(style, "en")
    ]


def _nothing_known(prompt: str, language: Language) -> Note:
    shown = _shown(prompt)
    works = ", ".join(f"'{example}'" for example in language.examples)
    return Note(
        f"Nothing in '{shown}' is known to the model. These prompts work: {works}.",
        "nothing_known",
        prompt=shown,
        examples=works,
    )


def _shown(text: str) -> str:
    """The beginning of a text that may be long."""
    return text if len(text) <= 80 else f"{text[:79]}\u2026"


def _not_understood(prompt: str, language: Language) -> PromptNotUnderstoodError:
    note = _nothing_known(prompt, language)
    return PromptNotUnderstoodError(
        Note(
            f"{note} `sorairo words` lists all words; --no-rewrite"
            " (rewrite=False) makes the clip anyhow.",
            "nothing_known",
            prompt=note.values["prompt"],
            examples=note.values["examples"],
        )
    )


def with_seed(request: Kind, seed: int) -> Kind:
    """The same request with another seed; what was drawn from the old one is to be read again."""
    return replace(request, seed=seed).with_read([""] * len(request.to_read))
