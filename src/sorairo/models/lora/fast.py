"""Which LoRA makes a model sample in a few steps: `--fast`. No torch."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sorairo.errors import ModelError
from sorairo.models.lora.choices import (
    choices_of,
    few_steps,
    lora_names,
    loras_folder,
    parse_lora,
)
from sorairo.models.pull.few_step_loras import FAST
from sorairo.notes import Note

SMALL = re.compile(r"^wan2\.1-(vace-)?1\.3b$")
SELF_FORCING = re.compile(r"self[-_]?forcing", re.I)


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


def _steps(name: str) -> int | None:
    try:
        few = few_steps(choices_of((name,)))
    except ModelError:  # a schedule that cannot be read: it is said when it is used
        return None
    return None if few is None else len(few.sigmas) - 1
