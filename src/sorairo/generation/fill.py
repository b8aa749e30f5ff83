"""Filling a canvas of any length: whole if the model sees it whole, else first a sparse plan, then
window by window, each seeing a slightly noised past and the plan's pictures."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from sorairo.flow import path
from sorairo.flow.solvers import Step
from sorairo.generation.canvas import REFERENCE, Canvas, Loose
from sorairo.generation.sampler import Velocity, sample

OVERLAP = 4  # latent frames of the past that a window sees
HISTORY = 0.05  # their noise: what went slightly wrong is not taken for the truth

VelocityOf = Callable[[Canvas], Velocity]


@dataclass(frozen=True, kw_only=True)
class Sampling:
    """How a canvas is filled: levels of noise, solver, randomness."""

    levels: Tensor
    solver: str
    generator: torch.Generator

    @property
    def steps(self) -> int:
        return len(self.levels) - 1


@dataclass(frozen=True, kw_only=True)
class Moment:
    """After one of all steps of all windows: the whole canvas, what is being filled shown as it
    will be, as far as one can tell now. The last moment's is the result."""

    done: int
    canvas: Canvas


def windows(frames: int, size: int, overlap: int = OVERLAP) -> list[tuple[int, int, int]]:
    """(first, last, known): latent frames first <= i < last, the first `known` of them made by the
    window before. Windows are as even as can be."""
    if frames <= size:
        return [(0, frames, 0)]
    count = -(-(frames - overlap) // (size - overlap))
    ends = [overlap + round((frames - overlap) * (i + 1) / count) for i in range(count)]
    firsts = [0, *(end - overlap for end in ends[:-1])]
    return [
        (first, end, overlap if i else 0)
        for i, (first, end) in enumerate(zip(firsts, ends, strict=True))
    ]


def fill(
    canvas: Canvas,
    velocity_of: VelocityOf,
    sampling: Sampling,
    parts: list[tuple[int, int, int]],
) -> Iterator[Moment]:
    """Fills the canvas window by window (see `windows`)."""
    done = 0
    for first, last, known in parts:
        part = _past(canvas, first, last, known)
        if bool(part.held.all()):
            done += sampling.steps
            continue
        steps = sample(
            velocity_of(part), part, sampling.levels, sampling.generator, sampling.solver
        )
        now = canvas
        for step, _ in steps:
            done += 1
            now = _written(canvas, part.with_tokens(estimate(part, step)), first, known)
            yield Moment(done=done, canvas=now)
        canvas = now


def estimate(canvas: Canvas, step: Step) -> Tensor:
    """The tokens without the noise that is left in them; after the last step, the result.

    The slope is (start - end) v and sigma is end + (start - end) s, so what is left to go at s is
    s times the slope.
    """
    return path.clean(step.z, step.slope, torch.tensor(step.s))


def _past(canvas: Canvas, first: int, last: int, known: int) -> Canvas:
    """A window, what earlier windows made being held with a little noise."""
    part = canvas.window(first, last)
    if known:
        made = torch.where(canvas.sigma_start[first : first + known] > 0, HISTORY, 0.0)
        start, end = part.sigma_start.clone(), part.sigma_end.clone()
        start[:known] = end[:known] = made
        part = replace(part, sigma_start=start, sigma_end=end)
    times = part.positions[0, :, 0, 0, 0]
    ahead = float(times[-1]) + 8
    return replace(part, loose=tuple(x for x in part.loose if _near(x, float(times[0]), ahead)))


def _near(loose: Loose, start: float, end: float) -> bool:
    time = float(loose.positions[0, 0, 0, 0])
    return time <= REFERENCE or start - 1 <= time <= end


def _written(canvas: Canvas, part: Canvas, first: int, known: int) -> Canvas:
    """The canvas with the new latent frames of a window."""
    latents = canvas.latents.clone()
    latents[:, first + known : first + part.grid[0]] = part.latents[:, known:]
    return replace(canvas, latents=latents)
