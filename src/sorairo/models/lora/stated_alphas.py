"""The alpha of a LoRA's modules where no tensor says it: diffusers writes it into the header of the
file, PEFT into `adapter_config.json` beside `adapter_model.safetensors`. No torch."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sorairo.errors import ModelError

HEADER = "lora_adapter_metadata"
CONFIG, WEIGHTS = "adapter_config.json", "adapter_model.safetensors"
NETWORKS = ("transformer_2.", "transformer.", "")
"""What is in front of the names of settings and of modules, by network."""
SETTINGS = ("lora_alpha", "alpha_pattern", "use_rslora")


class StatedAlphas:
    """What a file says about the alpha of its modules beside its tensors."""

    def __init__(self, path: Path, header: Mapping[str, str]) -> None:
        """Raises ModelError for settings that cannot be read."""
        self._place, text = path, header.get(HEADER, "{}")
        beside = path.with_name(CONFIG)
        try:
            if path.name == WEIGHTS and beside.is_file():
                self._place, text = beside, beside.read_text(encoding="utf-8")
            found = json.loads(text)
            self._settings = {
                network: {
                    name: found[network + name] for name in SETTINGS if network + name in found
                }
                for network in NETWORKS
            }
        except (OSError, ValueError, TypeError, RecursionError) as error:
            raise self._unreadable() from error

    def of(self, module: str, rank: int) -> float | None:
        """The alpha of a module, by its name in the file, in a convention in which changes are
        scaled by alpha / rank; None where nothing is said. Raises ModelError."""
        bare = module.removeprefix("base_model.model.")
        network = next(each for each in NETWORKS if bare.startswith(each))
        settings: dict[str, Any] = self._settings[network] or self._settings[""]
        try:
            pattern: dict[str, float] = settings.get("alpha_pattern") or {}
            own = [alpha for name, alpha in pattern.items() if f".{bare}".endswith(f".{name}")]
            alpha = own[0] if own else settings.get("lora_alpha")
            if alpha is None:
                return None
            # rank-stabilised LoRAs (Kalajdzievski, arXiv 2312.03732) divide by the rank's root
            found = float(alpha) * (math.sqrt(rank) if settings.get("use_rslora") else 1.0)
        except (AttributeError, TypeError, ValueError) as error:
            raise self._unreadable() from error
        if not math.isfinite(found):
            raise self._unreadable()
        return found

    def _unreadable(self) -> ModelError:
        return ModelError(
            f"{self._place} has settings of a LoRA that cannot be read: fetch it again."
        )
