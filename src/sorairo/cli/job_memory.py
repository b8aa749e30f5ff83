"""The memory that a command's jobs take, from their requests, before a model is loaded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sorairo.cli.options import CommonOptions
from sorairo.errors import RequestError
from sorairo.generation.requests.base import Request
from sorairo.models.model_record import TABLETOP_FAMILY
from sorairo.models.sizing.machine import Machine

if TYPE_CHECKING:
    from sorairo.models.lora.choices import FewSteps
    from sorairo.notes import Note
    from sorairo.video.clip import Clip


@dataclass(frozen=True, kw_only=True)
class PlannedJob:
    """What the first job of a command takes, and makes."""

    host: float
    """Bytes of the host's memory."""
    device: float
    """Bytes of a device with memory of its own; else 0."""
    problem: Note | None
    """What is said if it does not fit."""
    frames: int | None
    """Frames of the result; None for a request of several runs."""


def planned_job(
    request: Request, clips: Sequence[Clip], common: CommonOptions
) -> PlannedJob | None:
    """What a request takes from loading its model on; None for a model of which nothing is known.
    Of a request with several runs it is the first. Raises RequestError and ModelError."""
    from sorairo.generation.memory.estimate import job_memory, shortage
    from sorairo.generation.memory.job_size import JobSize
    from sorairo.generation.memory.planned import canvas_on_disk, use_instead
    from sorairo.generation.memory.sentences import too_large
    from sorairo.generation.output.delivery import Delivery
    from sorairo.generation.tasks.registry import layout_of
    from sorairo.models.sizing.before_loading import Placing, planned_needs

    machine, spec = _machine(common), canvas_on_disk(common.model)
    placing = Placing.of(common.offload, common.weights)
    needs = planned_needs(common.model, machine, placing)
    if needs is None or spec is None:
        return None
    first, *later = request.stages()
    plain = [replace(clip, latents=None) for clip in clips]
    layout = layout_of(first, plain, spec.sized(first.width, first.height))
    settings = first.settings()
    delivery = Delivery.of(layout, settings.width, settings.height, settings.fps)
    job = JobSize.of(layout, delivery, guided=is_guided(request, common))
    found, short = job_memory(job, needs, machine), shortage(job, needs, machine)
    problem = None
    if short is not None:
        problem = too_large(short, use_instead(short, job, request.command, machine))
    frames = None if later else delivery.frames(layout)
    return PlannedJob(host=found.host, device=found.device, problem=problem, frames=frames)


def check_memory(request: Request, clips: Sequence[Clip], common: CommonOptions) -> None:
    """Raises RequestError for a request that does not fit into memory; nothing is loaded."""
    planned = planned_job(request, clips, common)
    if planned is not None and planned.problem is not None:
        raise RequestError(planned.problem)


def _machine(common: CommonOptions) -> Machine:
    """This machine. The small networks of our own family fit every device."""
    if common.model.family == TABLETOP_FAMILY:
        from sorairo.models.sizing.host_memory import free_memory

        return Machine(host=free_memory())
    from sorairo.models.sizing.placement import machine_of
    from sorairo.nn.precision import choose_device

    return machine_of(choose_device(common.device))


def few_steps_of(request: Request) -> FewSteps | None:
    """The schedule of a few-step LoRA among those of a request."""
    from sorairo.models.lora.choices import choices_of, few_steps

    return few_steps(choices_of(request.loras))


def is_guided(request: Request, common: CommonOptions) -> bool:
    """Whether a request samples with guidance, which takes two rows of a batch."""
    few = few_steps_of(request)
    scale = request.guidance if request.guidance is not None else few and few.guidance
    return (common.model.facts.sampling.guidance if scale is None else scale) != 1.0
