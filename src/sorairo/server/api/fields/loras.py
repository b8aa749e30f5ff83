"""The field that names LoRAs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sorairo.errors import RequestError
from sorairo.models.lora.choices import MOST, MOST_WEIGHT, lora_names, parse_lora
from sorairo.server.api.errors import invalid_type
from sorairo.server.api.fields.compound import elements_of
from sorairo.server.api.fields.scalars import Number, Schema, Text, invalid_value

NAME, WEIGHT = Text(max_length=200), Number(low=-MOST_WEIGHT, high=MOST_WEIGHT, example="0.8")


@dataclass(frozen=True)
class Loras:
    """Names of installed LoRAs and their weights. Paths are not accepted: clients name no files of
    the server."""

    def parse(self, value: Any, name: str) -> tuple[str, ...]:
        """NAME:WEIGHT of each. Raises ApiError."""
        found = elements_of(value, name, MOST)
        return tuple(_lora(each, f"{name}[{i}]") for i, each in enumerate(found))

    def schema(self) -> Schema:
        described = {
            "name": {**NAME.schema(), "description": "The name of an installed LoRA."},
            "weight": {**WEIGHT.schema(), "description": "How strongly it counts. Default: 1."},
        }
        entry = {"type": "object", "properties": described, "required": ["name"]}
        items = {"anyOf": [NAME.schema(), entry]}
        return {"type": "array", "maxItems": MOST, "items": items}


def _lora(value: Any, name: str) -> str:
    if isinstance(value, Mapping):
        lora = NAME.parse(value.get("name"), f"{name}.name")
        weight = WEIGHT.parse(value.get("weight", 1.0), f"{name}.weight")
    elif isinstance(value, str):
        try:
            lora, weight = parse_lora(NAME.parse(value, name))
        except RequestError as error:
            raise invalid_value(name, str(error)) from error
    else:
        raise invalid_type(name, "a name, or an object with a name and a weight", value)
    installed = lora_names()
    if lora not in installed:
        choices = f"choose {', '.join(installed)}" if installed else "none is installed"
        raise invalid_value(name, f"There is no LoRA {lora[:80]!r}: {choices}.", "lora_not_found")
    return f"{lora}:{weight:g}"
