"""Which LoRA makes a model sample in a few steps: `--fast`, and what happens without it. No
torch."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from sorairo.errors import ModelError
from sorairo.models.lora.choices import (
    SUFFIX,
    LoraChoice,
    choices_of,
    few_steps,
    lora_names,
    loras_folder,
    parse_lora,
    shipped_loras,
)
from sorairo.models.pull.few_step_loras import FAST
from sorairo.notes import Note

SMALL = re.compile(r"^wan2\.1-(vace-)?1\.3b$")
SELF_FORCING = re.compile(r"self[-_]?forcing", re.I)
SAYS_HOW = ("steps", "guidance", "negative", "quality")  # fields about sampling


@dataclass(frozen=True, kw_only=True)
class FastLora:
    """The LoRA by which a model samples in a few steps."""

    name: str
    """Its name in the folder of LoRAs; "" for one that has no fixed name and is not there."""
    steps: int | None = None
    """Steps of its schedule; None: not known, or it is not installed."""
    to_do: str = ""
    """What to do to have it, "" where it is installed."""
    folder: str = ""
    """The folder in which it belongs, where no command fetches it."""


def known_fast_lora(model: str) -> FastLora | None:
    """The LoRA for few steps of a model, named as it was published; None where there is
    none."""
    name = FAST.get(model, "")
    if name:
        if name in lora_names():
            return FastLora(name=name, steps=_steps(name))
        return FastLora(name=name, to_do=f"sorairo models pull {name}")
    if not SMALL.match(model):
        return None
    found = next((each for each in lora_names() if SELF_FORCING.search(each)), None)
    if found is not None:
        return FastLora(name=found, steps=_steps(found))
    place = f"put one of Self-Forcing, with self_forcing in its name, into {loras_folder()}"
    return FastLora(name="", to_do=place, folder=str(loras_folder()))


def fast_lora(model: str) -> str:
    """The name of the LoRA by which a model, named as it was published, samples in a few steps.
    Raises ModelError where there is none, with what to do."""
    found = known_fast_lora(model)
    if found is None:
        text = f"No LoRA for few steps of {model or 'this model'} is known: leave fast out, or"
        text = f"{text} choose one of {', '.join(FAST)}."
        raise ModelError(Note(text, "no_fast", model=model))
    if found.to_do and found.name:
        text = f"The LoRA {found.name} is not installed: {found.to_do}."
        raise ModelError(Note(text, "lora_not_installed", lora=found.name))
    if found.to_do:
        text = f"A LoRA for few steps of {model} is not installed: {found.to_do}."
        raise ModelError(Note(text, "fast_no_place", model=model, folder=str(loras_folder())))
    return found.name


def with_fast_lora(model: str, loras: tuple[str, ...]) -> tuple[str, ...]:
    """The LoRA for few steps of a model, then all other `loras`; where it is among them, they are
    as they were, for it may have a weight. Raises ModelError as `fast_lora` does."""
    lora = fast_lora(model)
    return loras if lora in (parse_lora(each)[0] for each in loras) else (lora, *loras)


@cache
def default_loras(model: str, digest: str) -> tuple[str, ...]:
    """The LoRAs of a request that says nothing about sampling, for a model by the name with which
    it was published and its digest: that for few steps, if it is in the package and was made for
    these weights."""
    name = FAST.get(model, "")
    path = shipped_loras() / f"{name}{SUFFIX}"
    if not name or not path.is_file():
        return ()
    few = few_steps((LoraChoice(path=path),))
    return (name,) if few is not None and few.digest == digest else ()


def chosen_loras(
    model: str,
    default: tuple[str, ...],
    fast: bool | None,
    fields: Mapping[str, Any],
    loras: tuple[str, ...] | None = None,
) -> dict[str, tuple[str, ...]]:
    """The field `loras` of a request with these other `fields`, where `fast` decides it; else
    nothing. `loras` are those of the request that it repeats; None: it repeats none.

    With `fast` it is the LoRA for few steps of the model, then those of the fields or of the
    repeated request. Where nothing is said (None), a new request has `default` (see
    `default_loras`), and a repeated one what it had; where the fields say how to sample, neither
    has `default`. False takes the LoRA for few steps from a repeated request. Raises ModelError as
    `fast_lora` does.
    """
    given = fields.get("loras")
    if fast:
        return {"loras": with_fast_lora(model, (loras or ()) if given is None else given)}
    if given is not None:
        return {}
    if fast is None and not any(fields.get(name) is not None for name in SAYS_HOW):
        return {"loras": default} if default and loras is None else {}
    found = known_fast_lora(model) if fast is False else None
    dropped = (*default, found.name) if found else default
    kept = tuple(each for each in loras or () if parse_lora(each)[0] not in dropped)
    return {} if kept == (loras or ()) else {"loras": kept}


def _steps(name: str) -> int | None:
    try:
        few = few_steps(choices_of((name,)))
    except ModelError:  # a schedule that cannot be read: it is said when it is used
        return None
    return None if few is None else len(few.sigmas) - 1
