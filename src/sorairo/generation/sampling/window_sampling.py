"""Fills canvases of any length, window by window. A window sees what earlier windows have filled,
slightly noised, and the keyframes near it. Canvases of equal shape are filled as one batch."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from sorairo.flow import path
from sorairo.flow.reuse import Reuse
from sorairo.flow.solvers import Step
from sorairo.generation.canvas.canvas import Canvas, Stack
from sorairo.generation.sampling.sampler import SolverState, Velocity, sample
from sorairo.generation.sampling.temporal_windows import Window

HISTORY = 0.05  # noise level of what is filled already, so that small errors are corrected

VelocityOf = Callable[[Stack], Velocity]


@dataclass(frozen=True, kw_only=True)
class Sampling:
    """How canvases are filled."""

    sigmas: Tensor
    """The schedule: noise levels from 1 to 0, [steps + 1]."""
    solver: str
    """A name in `sorairo.flow.solvers.SOLVERS`."""
    generators: Sequence[torch.Generator]
    """The source of each canvas's noise."""
    reuse: Reuse | None = None
    """When a velocity is taken again; None: it is computed in every step."""

    @property
    def steps(self) -> int:
        return len(self.sigmas) - 1

    @property
    def schedule(self) -> str:
        """The solver and its noise levels, exactly."""
        reused = [repr(self.reuse)] if self.reuse else []
        return " ".join([self.solver, *reused, *map(repr, self.sigmas.tolist())])


@dataclass(frozen=True, kw_only=True)
class Filled:
    """How much of a canvas is filled."""

    windows: int = 0
    """Windows that are filled, from the first on."""
    midway: SolverState | None = None
    """Where the solver is in the next one; None before its first step."""


@dataclass(frozen=True, kw_only=True)
class FillState:
    """The canvases after one of the steps of one of the windows."""

    done: int
    """Steps that are done, of all windows."""
    canvases: tuple[Canvas, ...]
    """The whole canvases, with the current estimate of what is being filled; after the last step
    they are the result."""
    begun: tuple[Canvas, ...]
    """The canvases as the window that is being filled began, or will begin, with them."""
    filled: Filled
    """How much is filled."""


def fill(
    canvases: Sequence[Canvas],
    velocity_of: VelocityOf,
    sampling: Sampling,
    windows: list[Window],
    filled: Filled = Filled(),
) -> Iterator[FillState]:
    """Fills canvases of one shape window by window. `filled` is what an earlier run has done: then
    the canvases are its `begun`, and the generators are in the states that it left them in."""
    canvases, midway = tuple(canvases), filled.midway
    done = filled.windows * sampling.steps + (midway.steps if midway else 0)
    for index, window in enumerate(windows[filled.windows :], filled.windows):
        stack = Stack(tuple(_window_of(canvas, window) for canvas in canvases))
        if all(bool(part.held.all()) for part in stack.canvases):
            done += sampling.steps
            continue
        noise = stack.tokens() if midway else _noise(stack, sampling.generators)
        begun, (velocity, sigmas) = canvases, (velocity_of(stack), sampling.sigmas)
        solved = sample(velocity, stack, sigmas, noise, sampling.solver, midway, sampling.reuse)
        for step, _ in solved:
            done += 1
            parts = stack.with_tokens(estimate(step)).canvases
            canvases = tuple(
                _with_window(canvas, part, window)
                for canvas, part in zip(begun, parts, strict=True)
            )
            if step.index + 1 == sampling.steps:
                begun, now = canvases, Filled(windows=index + 1)
            else:
                now = Filled(windows=index, midway=SolverState.of(step))
            yield FillState(done=done, canvases=canvases, begun=begun, filled=now)
        midway = None


def _noise(stack: Stack, generators: Sequence[torch.Generator]) -> Tensor:
    """Noise for each canvas from its own generator, [b, n, p]."""
    shape = stack.canvases[0].tokens().shape
    return torch.stack([torch.randn(shape, generator=each) for each in generators])


def estimate(step: Step) -> Tensor:
    """The tokens without their remaining noise; after the last step, the result.

    The slope is (start - end) v and sigma is end + (start - end) s, so the remaining change at s is
    s times the slope.
    """
    return path.clean(step.z, step.slope, torch.tensor(step.s))


def _window_of(canvas: Canvas, window: Window) -> Canvas:
    """The part of the canvas in a window: latent frames of earlier windows are held with a little
    noise, and keyframes near the window are seen."""
    units = canvas.units_per_second
    own = canvas.positions[0, list(window.latent_frames), 0, 0, 0] / units
    later = torch.tensor(window.times) - own
    low, high = window.near
    reference_tokens = [
        each.later(float(later[-1]), units)
        for each in canvas.reference_tokens
        if each.generated or low - 1e-3 <= each.seconds <= high + 1e-3
    ]
    part = replace(canvas, reference_tokens=tuple(reference_tokens)).part(
        window.latent_frames, later
    )
    return part.with_history(window.known, HISTORY)


def _with_window(canvas: Canvas, part: Canvas, window: Window) -> Canvas:
    """The canvas with the new latent frames of a window; those that are given whole stay."""
    latents, whole = canvas.latents.clone(), canvas.given_whole
    new = [
        (place, index)
        for place, index in enumerate(window.latent_frames)
        if place >= window.known and not (whole is not None and whole[index])
    ]
    if new:
        places, indices = map(list, zip(*new, strict=True))
        latents[:, indices] = part.latents[:, places]
    return replace(canvas, latents=latents)
