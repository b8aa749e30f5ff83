"""How long clips of a model will take on this machine, measured before one is made."""

from __future__ import annotations

import time
from collections.abc import Callable

import torch

from sorairo.generation.engine import Engine
from sorairo.generation.progress import ProgressCallback
from sorairo.jobs.work_rates import Point
from sorairo.models.hub import ModelDirectory
from sorairo.models.sizing.shape import NetworkShape
from sorairo.models.sizing.speed import block_speed

SECONDS = 5.0  # of the clip whose work is computed
SHORT = 2  # latent frames of the clips that are made
ENLARGED = 4  # sides of the larger of them : sides of the native size
FEWER = 4  # steps of a usual clip : steps of the one that shows what does not depend on steps


def rates_by_block(
    info: ModelDirectory, shape: NetworkShape, device: torch.device, go_on: Callable[[], None]
) -> list[Point]:
    """Those of a model that need not be loaded: one block of its width is timed, and scaled by the
    FLOP of whole requests at its native size, at half its sides, and with fewer steps. An exception
    that `go_on` raises stops it before the next run of the block."""
    facts, speed = info.facts, block_speed(shape, device, go_on)
    width, height = facts.native_sizes[0]
    frames = round(SECONDS * facts.fps)
    usual, few = facts.sampling.steps, _fewer(facts.sampling.steps)
    points = []
    for size, steps in (
        ((width, height), usual),
        ((width // 2, height // 2), usual),
        *([((width, height), few)] if few < usual else []),
    ):
        guided = facts.sampling.guidance != 1.0
        flops = shape.request_flops(size, frames, steps=steps, guided=guided)
        points.append(Point(float(size[0] * size[1]), flops / speed / SECONDS, steps / usual))
    return points


def rates_by_clips(engine: Engine, fps: float, on_progress: ProgressCallback) -> list[Point]:
    """Those of a loaded model, from short clips at `fps` frames a second that it makes at its
    native size, enlarged, and with fewer steps. An exception that `on_progress` raises stops it
    within a step."""
    info = engine.model.info
    seconds = engine.model.codec.law.frames_held(SHORT) / info.fps
    width, height = info.native_sizes[0]
    usual = engine.model.sampling.steps
    few = _fewer(usual)
    points = []
    for side, steps in (
        (1, usual),  # the first is slower than later ones, and does not count
        (1, usual),
        (ENLARGED, usual),
        *([(1, few)] if few < usual else []),
    ):
        started = time.perf_counter()
        engine.generate(
            "a red ball",
            seconds=seconds,
            fps=fps,
            steps=steps,
            rewrite=False,
            vary=False,
            on_progress=on_progress,
            width=side * width,
            height=side * height,
        )
        taken = time.perf_counter() - started
        points.append(Point(float(side * width * side * height), taken / seconds, steps / usual))
    return points[1:]


def _fewer(steps: int) -> int:
    return max(1, steps // FEWER)
