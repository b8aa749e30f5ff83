"""Filling canvases of any length, window by window: each sees what is made already, slightly
noised, and the keyframes near it. Canvases of equal shape are filled together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from sorairo.flow import path
from sorairo.flow.solvers import Step
from sorairo.generation.canvas.canvas import Canvas, Stack
from sorairo.generation.sampling.sampler import Velocity, sample
from sorairo.generation.sampling.temporal_windows import Window

HISTORY = 0.05  # noise of what is made already: what went slightly wrong is not taken for the truth

VelocityOf = Callable[[Stack], Velocity]


@dataclass(frozen=True, kw_only=True)
class Sampling:
    """How canvases are filled: levels of noise, solver, and the randomness of each canvas."""

    sigmas: Tensor
    solver: str
    generators: Sequence[torch.Generator]

    @property
    def steps(self) -> int:
        return len(self.sigmas) - 1


@dataclass(frozen=True, kw_only=True)
class FillState:
    """After one of all steps of all windows: the whole canvases, what is being filled shown as it
    will be, as far as one can tell now. The last moment's are the result."""

    done: int
    canvases: tuple[Canvas, ...]


def fill(
    canvases: Sequence[Canvas],
    velocity_of: VelocityOf,
    sampling: Sampling,
    parts: list[Window],
    begun: int = 0,
) -> Iterator[FillState]:
    """Fills canvases of one shape window by window, of which the first `begun` are filled."""
    canvases, done = tuple(canvases), begun * sampling.steps
    for window in parts[begun:]:
        stack = Stack(tuple(_seen(canvas, window) for canvas in canvases))
        if all(bool(part.held.all()) for part in stack.canvases):
            done += sampling.steps
            continue
        shape = stack.canvases[0].tokens().shape
        noise = torch.stack([torch.randn(shape, generator=each) for each in sampling.generators])
        now = canvases
        for step, _ in sample(velocity_of(stack), stack, sampling.sigmas, noise, sampling.solver):
            done += 1
            made = stack.with_tokens(estimate(step)).canvases
            now = tuple(
                _written(canvas, part, window) for canvas, part in zip(canvases, made, strict=True)
            )
            yield FillState(done=done, canvases=now)
        canvases = now


def estimate(step: Step) -> Tensor:
    """The tokens without the noise that is left in them; after the last step, the result.

    The slope is (start - end) v and sigma is end + (start - end) s, so what is left to go at s is
    s times the slope.
    """
    return path.clean(step.z, step.slope, torch.tensor(step.s))


def _seen(canvas: Canvas, window: Window) -> Canvas:
    """The part of the canvas in a window: latent frames of earlier windows are held with a little
    noise, and keyframes near the window are seen."""
    units = canvas.units_per_second
    own = canvas.positions[0, list(window.groups), 0, 0, 0] / units
    later = torch.tensor(window.times) - own
    low, high = window.near
    reference_tokens = [
        each.later(float(later[-1]), units)
        for each in canvas.reference_tokens
        if low - 1e-3 <= each.seconds <= high + 1e-3
    ]
    part = replace(canvas, reference_tokens=tuple(reference_tokens)).part(window.groups, later)
    made = torch.where(part.sigma_start[: window.known] > 0, HISTORY, 0.0)
    start, end = part.sigma_start.clone(), part.sigma_end.clone()
    start[: window.known] = end[: window.known] = made
    return replace(part, sigma_start=start, sigma_end=end)


def _written(canvas: Canvas, part: Canvas, window: Window) -> Canvas:
    """The canvas with the new latent frames of a window."""
    latents = canvas.latents.clone()
    latents[:, list(window.groups[window.known :])] = part.latents[:, window.known :]
    return replace(canvas, latents=latents)
