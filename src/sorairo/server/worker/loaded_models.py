"""The models of a worker: each is loaded once, and kept while there is memory for it."""

from __future__ import annotations

import gc
import logging
from collections.abc import Callable

import psutil
import torch

from sorairo.errors import ModelError
from sorairo.generation.engine import Engine
from sorairo.models import hub
from sorairo.nn.precision import release_cached_memory
from sorairo.notes import Note

SPARE = 1.2  # a model takes more memory than its files while it is loaded
log = logging.getLogger("sorairo.worker")


class LoadedModels:
    """Engines by the directories of their models.

    `default` is the engine of `model`, a name or directory, with which the worker was started;
    `load` loads another one.
    """

    def __init__(
        self, default: Engine, model: str = "", load: Callable[[str], Engine] | None = None
    ) -> None:
        self.model, self.load = model, load
        self.device = default.model.device
        self._engines = {self._key(""): default}  # the one that was used last at the end

    def get(self, name: str) -> Engine:
        """The engine of a model by name or directory, "" for the default. Those that were not used
        for the longest time are given up if there is no memory for it. Raises ModelError and
        UnknownNameError."""
        key = self._key(name)
        engine = self._engines.pop(key, None)
        if engine is None:
            if self.load is None:
                raise ModelError(
                    Note(
                        f"This worker runs one model only, and not {name}.", "one_model", model=name
                    )
                )
            self._make_room(SPARE * hub.info(hub.find(key)).bytes)
            log.info("loading %s", key)
            engine = self.load(key)
        self._engines[key] = engine
        return engine

    def release_memory(self) -> None:
        """Gives memory that no model uses any more back to other processes."""
        release_cached_memory(self.device)

    def _key(self, name: str) -> str:
        wanted = name or self.model
        return str(hub.find(wanted)) if wanted else ""

    def _make_room(self, needed: float) -> None:
        while self._engines and free_memory(self.device) < needed:
            key = next(iter(self._engines))
            log.info("giving up %s to make room", key)
            del self._engines[key]
            gc.collect()
            self.release_memory()


def free_memory(device: torch.device) -> float:
    """Bytes that are free on a device."""
    if device.type == "cuda":
        return float(torch.cuda.mem_get_info(device)[0])
    return float(psutil.virtual_memory().available)
