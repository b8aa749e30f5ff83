"""What a job takes before its model is loaded. No torch."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from sorairo.generation.memory.estimate import Shortage, job_memory
from sorairo.generation.memory.job_size import JobSize
from sorairo.generation.tasks.layout import CanvasSpec
from sorairo.models.hub import ModelDirectory
from sorairo.models.model_info import MemoryNeeds, Size
from sorairo.models.model_record import TABLETOP_FAMILY, facts_of
from sorairo.models.sizing.before_loading import ALWAYS, SMALL, largest_fitting
from sorairo.models.sizing.machine import Machine
from sorairo.models.sizing.shape import NetworkShape, shape_of, wan_shape
from sorairo.models.wan.facts import record_of
from sorairo.models.wan.variants import VARIANTS, Variant

WINDOW = 49  # frames that a model of our own sees at once, where its record does not say
LEAST_SIDE = 64


def canvas_on_disk(info: ModelDirectory) -> CanvasSpec | None:
    """The canvas of a model on disk; None for a family that is not known here."""
    shape = shape_of(info)
    if shape is None:
        return None
    own = info.family == TABLETOP_FAMILY
    variants = {each.name: each.frames for each in VARIANTS}
    frames = info.record["config"].get("window_frames", WINDOW)
    window = int(frames) if own else variants[info.facts.name]
    return _canvas(info.record, shape, window, sparse=own)


def published_canvas(variant: Variant) -> CanvasSpec:
    """The canvas of a variant."""
    return _canvas(record_of(variant), wan_shape(variant), variant.frames, sparse=False)


def _canvas(
    record: dict[str, Any], shape: NetworkShape, window: int, *, sparse: bool
) -> CanvasSpec:
    facts = facts_of(record, Path())
    width, height = facts.native_sizes[0]
    return CanvasSpec(
        fps=facts.fps,
        frames_per_latent_frame=shape.law.time_factor,
        multiple=facts.multiple,
        area=width * height,
        size=(width, height),
        window=shape.law.latent_frames(window),
        world=facts.world,
        smaller_sizes=facts.smaller_sizes,
        sparse_plans=sparse,
    )


def use_instead(short: Shortage, job: JobSize, task: str, machine: Machine) -> str:
    """The model to use for a job of a task that does not fit: "" where it fits at another size, or
    where it is one of a model of our own."""
    if short.size or job.spec.world:
        return ""

    def fits(wanted: Size, variant: Variant, needs: MemoryNeeds) -> bool:
        return job_memory(_moved(job, variant, wanted), needs, machine).fits(machine)

    small = _of_area(job.result, SMALL)
    as_large = largest_fitting(task, machine, partial(fits, job.result))
    return as_large or largest_fitting(task, machine, partial(fits, small)) or ALWAYS


def _moved(job: JobSize, variant: Variant, size: Size) -> JobSize:
    """The job by another model, at most at its official size."""
    spec, seconds = published_canvas(variant), job.canvas_frames / job.spec.fps
    frames = seconds * spec.fps
    latent_frames = 1 + round(frames / spec.frames_per_latent_frame)
    moved = replace(job, spec=spec, canvas_frames=frames, latent_frames=latent_frames)
    return moved.sized(*_of_area(size, min(spec.area, size[0] * size[1])))


def _of_area(size: Size, area: float) -> Size:
    """A size of that shape, of at most so many pixels."""
    scale = min(1.0, (area / (size[0] * size[1])) ** 0.5)
    return max(LEAST_SIDE, int(size[0] * scale)), max(LEAST_SIDE, int(size[1] * scale))
