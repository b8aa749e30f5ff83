"""Which LoRA `--fast` means. No torch."""

from __future__ import annotations

import re

from sorairo.errors import ModelError
from sorairo.models.lora.choices import lora_names
from sorairo.models.pull.few_step_loras import FAST

SMALL = re.compile(r"^wan2\.1-(vace-)?1\.3b$")
SELF_FORCING = re.compile(r"self[-_]?forcing", re.I)


def fast_lora(model: str) -> str:
    """The LoRA by which a model, named as it was published, samples in a few steps. Raises
    ModelError where there is none, with what to do."""
    if model in FAST:
        return FAST[model]
    if SMALL.match(model):
        for name in lora_names():
            if SELF_FORCING.search(name):
                return name
        raise ModelError(
            f"No LoRA for few steps of {model} can be fetched by name: put one of Self-Forcing,"
            " with self_forcing in its name, into the folder of LoRAs."
        )
    known = ", ".join(FAST)
    raise ModelError(f"No LoRA makes {model} faster: leave --fast out, or choose one of {known}.")
