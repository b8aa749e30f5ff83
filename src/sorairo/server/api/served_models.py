"""The models that jobs may name: which of the installed ones there are, and what each can make."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass

from sorairo.config import to_json
from sorairo.generation.memory.planned import canvas_on_disk
from sorairo.generation.requests.limits import Limits, limits_of
from sorairo.models import hub
from sorairo.models.hub import ModelDirectory
from sorairo.models.model_info import MemoryNeeds
from sorairo.models.model_record import TABLETOP_FAMILY
from sorairo.play.facts import CRAFTER
from sorairo.server.api.memory_budget import MemoryBudget

RENEWED = 10.0  # seconds after which models that were fetched meanwhile are found


@dataclass(frozen=True, kw_only=True)
class ServedModel:
    """A model that jobs run on."""

    name: str
    """The name by which a worker finds it; "" for the model that the worker was started with."""
    limits: Limits
    """What it can generate."""
    memory: MemoryBudget | None = None
    """The memory of the machine where it runs; None: not known here."""


def served_model(name: str, info: ModelDirectory, available: float | None) -> ServedModel:
    """A model on a machine with so many bytes of memory (None: not known)."""
    memory, spec = None, canvas_on_disk(info)
    if available is not None and spec is not None:
        own = info.family == TABLETOP_FAMILY
        memory = MemoryBudget(
            available=available,
            needs=MemoryNeeds(weights=info.bytes) if own else None,
            directory=info,
            spec=spec,
        )
    return ServedModel(name=name, limits=limits_of(to_json(info.facts), info.digest), memory=memory)


class InstalledModels:
    """The models installed on this machine that make clips from prompts, looked up again from time
    to time; those that are only played are not among them."""

    def __init__(self, available: float | None) -> None:
        self.available = available
        self._lock = threading.Lock()
        self._found: dict[str, ServedModel] = {}
        self._expires = 0.0

    def all(self) -> dict[str, ServedModel]:
        """Every model by its name."""
        with self._lock:
            if time.monotonic() >= self._expires:
                self._found = {
                    info.name: served_model(info.name, info, self.available)
                    for info in hub.list_models()
                    if info.family != CRAFTER
                }
                self._expires = time.monotonic() + RENEWED
            return self._found
