"""The one sampler: noise on the canvas, then steps of the solver. It knows no task."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from jaxtyping import Float
from torch import Tensor

from sorairo.flow import path
from sorairo.flow.solvers import SOLVERS, Step
from sorairo.generation.canvas import Canvas

Velocity = Callable[[Tensor, Tensor], Tensor]
"""Tokens [n, p] and their sigma [n] to velocities [n, p], guidance included."""


def sample(
    velocity: Velocity,
    canvas: Canvas,
    levels: Float[Tensor, "levels"],
    generator: torch.Generator,
    solver: str = "adams",
) -> Iterator[tuple[Step, Canvas]]:
    """Fills the canvas; yields after every step the step and the canvas as it then is (its last one
    is the result).

    With s the schedule's value, a token's sigma is end + (start - end) s, so dz/ds = (start - end)
    v: a held token has slope 0 and stays bit for bit what it was (a clean one; a noised one keeps
    its noise).
    """
    given = canvas.tokens()
    noise = torch.randn(given.shape, generator=generator)
    start = canvas.sigma(1.0).unsqueeze(-1)
    span = start - canvas.sigma(0.0).unsqueeze(-1)
    z = path.point(given, noise, start)

    def slope(z: Tensor, s: float) -> Tensor:
        return span * velocity(z, canvas.sigma(s))

    for step in SOLVERS[solver](slope, z, levels):
        yield step, canvas.with_tokens(step.z)
