"""Filling a canvas of any length, window by window: each sees what is made already, slightly
noised, and the keyframes near it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from sorairo.flow import path
from sorairo.flow.solvers import Step
from sorairo.generation.canvas import REFERENCE, SECOND, Canvas
from sorairo.generation.sampler import Velocity, sample
from sorairo.generation.windows import Window

HISTORY = 0.05  # noise of what is made already: what went slightly wrong is not taken for the truth

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


def fill(
    canvas: Canvas, velocity_of: VelocityOf, sampling: Sampling, parts: list[Window]
) -> Iterator[Moment]:
    """Fills the canvas window by window."""
    done = 0
    for window in parts:
        part = _seen(canvas, window)
        if bool(part.held.all()):
            done += sampling.steps
            continue
        steps = sample(
            velocity_of(part), part, sampling.levels, sampling.generator, sampling.solver
        )
        now = canvas
        for step, _ in steps:
            done += 1
            now = _written(canvas, part.with_tokens(estimate(part, step)), window)
            yield Moment(done=done, canvas=now)
        canvas = now


def estimate(canvas: Canvas, step: Step) -> Tensor:
    """The tokens without the noise that is left in them; after the last step, the result.

    The slope is (start - end) v and sigma is end + (start - end) s, so what is left to go at s is
    s times the slope.
    """
    return path.clean(step.z, step.slope, torch.tensor(step.s))


def _seen(canvas: Canvas, window: Window) -> Canvas:
    """What a window shows: what earlier windows made is held with a little noise, keyframes are
    those near it, references are always there."""
    own = canvas.positions[0, list(window.groups), 0, 0, 0] / SECOND
    later = torch.tensor(window.times) - own
    low, high = window.near
    loose = []
    for each in canvas.loose:
        time = float(each.positions[0, 0, 0, 0])
        if time <= REFERENCE:
            loose.append(each)
        elif low - 1e-3 <= time / SECOND <= high + 1e-3:
            loose.append(each.later(float(later[-1])))
    part = replace(canvas, loose=tuple(loose)).part(window.groups, later)
    made = torch.where(part.sigma_start[: window.known] > 0, HISTORY, 0.0)
    start, end = part.sigma_start.clone(), part.sigma_end.clone()
    start[: window.known] = end[: window.known] = made
    return replace(part, sigma_start=start, sigma_end=end)


def _written(canvas: Canvas, part: Canvas, window: Window) -> Canvas:
    """The canvas with the new latent frames of a window."""
    latents = canvas.latents.clone()
    latents[:, list(window.groups[window.known :])] = part.latents[:, window.known :]
    return replace(canvas, latents=latents)
