"""The sampler: adds noise to a canvas, then takes the steps of a solver. It does not depend on
tasks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

import torch
from jaxtyping import Float
from torch import Tensor

from sorairo.errors import ModelError
from sorairo.flow import path
from sorairo.flow.reuse import KEPT, Reuse, ReusedSlope
from sorairo.flow.solvers import SOLVERS, Step
from sorairo.generation.canvas.canvas import Canvas, Stack

Velocity = Callable[[Tensor, Tensor], Tensor]
"""Tokens [..., n, p] and their sigma [..., n] to velocities [..., n, p], guidance included."""
Painted = TypeVar("Painted", Canvas, Stack)


@dataclass(frozen=True, kw_only=True)
class SolverState:
    """Where a solver is after some of its steps."""

    steps: int
    """Steps that are done."""
    z: Tensor
    """The noised tokens, [..., n, p]."""
    history: tuple[Tensor, ...] = ()
    """What the next step needs beside them (see `flow.solvers` and `flow.reuse`)."""

    @classmethod
    def of(cls, step: Step) -> SolverState:
        return cls(steps=step.index + 1, z=step.z, history=step.history)


def sample(
    velocity: Velocity,
    canvas: Painted,
    sigmas: Float[Tensor, "sigmas"],
    noise: Float[Tensor, "... n p"],
    solver: str = "adams",
    after: SolverState | None = None,
    reuse: Reuse | None = None,
) -> Iterator[tuple[Step, Painted]]:
    """Fills a canvas, or a stack of them, from noise, or from where an earlier run has stopped
    (`after`). Yields the step and the canvas after every step; the last one is the result.

    With s the schedule's value, a token's sigma is end + (start - end) s, so dz/ds = (start - end)
    v. A held token has slope 0 and does not change by a bit; one that is held with noise keeps its
    noise. With `reuse`, slopes are taken again where they hardly change (see `flow.reuse`). Raises
    ModelError where the network gives numbers that are not finite.
    """
    given = canvas.tokens()
    start = canvas.sigma(1.0).unsqueeze(-1)
    span = start - canvas.sigma(0.0).unsqueeze(-1)
    now = after or SolverState(steps=0, z=path.point(given, noise, start))

    def slope(z: Tensor, s: float) -> Tensor:
        return span * velocity(z, canvas.sigma(s))

    if reuse is None:
        for step in SOLVERS[solver](slope, now.z, sigmas, now.steps, now.history):
            _check(step)
            yield step, canvas.with_tokens(step.z)
        return
    kept = len(now.history) - KEPT if after else 0
    reused = ReusedSlope(slope, reuse, now.history[kept:])
    for step in SOLVERS[solver](reused, now.z, sigmas, now.steps, now.history[:kept]):
        _check(step)
        yield step._replace(history=(*step.history, *reused.state)), canvas.with_tokens(step.z)


def _check(step: Step) -> None:
    """Raises ModelError for numbers that would become a black clip without a word."""
    if bool(torch.isfinite(step.z).all()):
        return
    raise ModelError(
        f"The model computed numbers that are infinite or nan in step {step.index + 1}: leave LoRAs"
        " out or lower their weights; without any, its weights are damaged, or the device computes"
        " wrongly."
    )
