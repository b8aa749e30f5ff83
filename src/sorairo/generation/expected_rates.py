"""How long clips of a model will take on this machine, measured before one is made."""

from __future__ import annotations

import time
from collections.abc import Callable

import torch

from sorairo.generation.engine import Engine
from sorairo.generation.progress import ProgressCallback
from sorairo.models.hub import ModelDirectory
from sorairo.models.sizing.shape import NetworkShape
from sorairo.models.sizing.speed import block_speed

SECONDS = 5.0  # of the clip whose work is computed
SHORT = 2  # latent frames of the clips that are made
ENLARGED = 4  # sides of the larger of them : sides of the native size
Points = list[tuple[float, float]]
"""Pixels of a frame, and seconds for each second of a clip of that size."""


def rates_by_block(
    info: ModelDirectory, shape: NetworkShape, device: torch.device, go_on: Callable[[], None]
) -> Points:
    """Those of a model that need not be loaded: one block of its width is timed, and scaled by the
    FLOP of whole requests at its native size, and at half its sides. An exception that `go_on`
    raises stops it before the next run of the block."""
    facts, speed = info.facts, block_speed(shape, device, go_on)
    width, height = facts.native_sizes[0]
    frames = round(SECONDS * facts.fps)
    points = []
    for size in ((width, height), (width // 2, height // 2)):
        guided = facts.sampling.guidance != 1.0
        flops = shape.request_flops(size, frames, steps=facts.sampling.steps, guided=guided)
        points.append((float(size[0] * size[1]), flops / speed / SECONDS))
    return points


def rates_by_clips(engine: Engine, fps: float, on_progress: ProgressCallback) -> Points:
    """Those of a loaded model, from short clips that it makes at its native size and enlarged, at
    `fps` frames a second. An exception that `on_progress` raises stops it within a step."""
    info = engine.model.info
    seconds = engine.model.codec.law.frames_held(SHORT) / info.fps
    width, height = info.native_sizes[0]
    points = []
    for side in (1, 1, ENLARGED):  # the first is slower than later ones
        started = time.perf_counter()
        engine.generate(
            "a red ball",
            seconds=seconds,
            fps=fps,
            rewrite=False,
            vary=False,
            on_progress=on_progress,
            width=side * width,
            height=side * height,
        )
        taken = time.perf_counter() - started
        points.append((float(side * width * side * height), taken / seconds))
    return points[1:]
