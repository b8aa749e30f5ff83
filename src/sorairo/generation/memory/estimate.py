"""How much memory a job takes, of the host and of a device, and the largest size that fits. No
torch."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sorairo.generation.memory.job_size import JobSize
from sorairo.models.model_info import MemoryNeeds, Size
from sorairo.models.sizing.machine import SPARE, Machine

NATIVE_COPIES = 3.0  # times the canvas's frames: decoded, cropped and upscaled


@dataclass(frozen=True, kw_only=True)
class JobMemory:
    """Bytes that a job takes, at most."""

    host: float
    device: float
    """Of a device with memory of its own; else 0."""

    def fits(self, machine: Machine) -> bool:
        """Whether a machine has so much."""
        return self.host <= SPARE * machine.host and self.device <= SPARE * machine.planned


@dataclass(frozen=True, kw_only=True)
class Shortage:
    """A job that does not fit."""

    needed: float
    """Bytes, where they are short."""
    free: float
    on_device: bool
    """Whether the memory of the device is short, and not that of the host."""
    size: Size | None
    """The largest size at which it fits; None: it fits at none."""
    shorter: bool
    """Whether it fits with fewer seconds."""
    given: bool
    """Whether it would fit without the frames that are given."""


def job_memory(
    job: JobSize, needs: MemoryNeeds, machine: Machine, *, loaded: bool = False
) -> JobMemory:
    """What a job takes by a model with these needs, placed on that machine, from loading it on; if
    it is `loaded` already, what it takes beside what is on a device with memory of its own."""
    frames = NATIVE_COPIES * job.native_bytes + job.copies * job.result_bytes
    frames += job.given_bytes + (needs.upscaler if job.upscaled else 0.0)
    working = needs.working(job.load(needs))
    if machine.shared:
        host = needs.program + needs.weight_copies * needs.weights + working + frames
        return JobMemory(host=max(host, needs.program + needs.loading), device=0.0)
    if loaded:
        return JobMemory(host=frames, device=working)
    host = needs.program + max(needs.resting + frames, needs.loading)
    return JobMemory(host=host, device=needs.staying + working)


def shortage(
    job: JobSize, needs: MemoryNeeds, machine: Machine, *, loaded: bool = False
) -> Shortage | None:
    """What is short, and what would fit; None for a job that fits."""

    def fits(each: JobSize) -> bool:
        return job_memory(each, needs, machine, loaded=loaded).fits(machine)

    found = job_memory(job, needs, machine, loaded=loaded)
    if found.fits(machine):
        return None
    on_device = found.host <= SPARE * machine.host
    fitting = next((each for each in job.smaller() if fits(each)), None)
    return Shortage(
        needed=found.device if on_device else found.host,
        free=machine.planned if on_device else machine.host,
        on_device=on_device,
        size=fitting.result if fitting else None,
        shorter=fits(job.shortest()),
        given=bool(job.given_bytes) and fits(replace(job, given_bytes=0.0)),
    )
