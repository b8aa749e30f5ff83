"""Refuses a job of a loaded model that does not fit into memory, before it starts."""

from __future__ import annotations

import torch

from sorairo.errors import RequestError
from sorairo.generation.memory.estimate import shortage
from sorairo.generation.memory.job_size import JobSize
from sorairo.generation.memory.sentences import too_large
from sorairo.models.model_info import MemoryNeeds
from sorairo.models.sizing.machine import Machine
from sorairo.models.sizing.placement import machine_of

CPU = torch.device("cpu")


def check_memory(
    job: JobSize, needs: MemoryNeeds, device: torch.device = CPU, machine: Machine | None = None
) -> None:
    """Raises RequestError, with the number and what would fit, if a job does not fit into the
    memory of the host or of the device that its model is on."""
    machine = machine or machine_of(device, loaded=True)
    short = shortage(job, needs, machine, loaded=True)
    if short is not None:
        raise RequestError(too_large(short, ""))
