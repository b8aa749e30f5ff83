"""Solvers of dz/ds = f(z, s) from s = 1 to s = 0. Each is a generator that yields (step, z, slope)
after every step, so that the caller can report progress, show previews and cancel."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from jaxtyping import Float
from torch import Tensor

Slope = Callable[[Tensor, float], Tensor]


class Step(NamedTuple):
    """`z` at level `s`, after `index + 1` steps; `slope` is what led here."""

    index: int  # type: ignore[assignment]
    s: float
    z: Tensor
    slope: Tensor


def euler(slope: Slope, z: Float[Tensor, "..."], sigmas: Float[Tensor, "sigmas"]) -> Iterator[Step]:
    """First order: one evaluation a step."""
    values = sigmas.tolist()
    for i, (s, s_next) in enumerate(zip(values, values[1:], strict=False)):
        v = slope(z, s)
        z = z + (s_next - s) * v
        yield Step(i, s_next, z, v)


def adams(slope: Slope, z: Float[Tensor, "..."], sigmas: Float[Tensor, "sigmas"]) -> Iterator[Step]:
    """Adams-Bashforth of second order with variable steps (Hairer, Norsett and Wanner I, III.5):
    one evaluation a step, the first an Euler step."""
    values = sigmas.tolist()
    before: tuple[Tensor, float] | None = None
    for i, (s, s_next) in enumerate(zip(values, values[1:], strict=False)):
        v, h = slope(z, s), s_next - s
        if before is None:
            z = z + h * v
        else:
            v_before, h_before = before
            ratio = h / h_before
            z = z + h * ((1 + ratio / 2) * v - ratio / 2 * v_before)
        before = (v, h)
        yield Step(i, s_next, z, v)


def heun(slope: Slope, z: Float[Tensor, "..."], sigmas: Float[Tensor, "sigmas"]) -> Iterator[Step]:
    """Second order with two evaluations a step (Karras et al., arXiv 2206.00364, algorithm 1
    without churn)."""
    values = sigmas.tolist()
    for i, (s, s_next) in enumerate(zip(values, values[1:], strict=False)):
        v = slope(z, s)
        ahead = z + (s_next - s) * v
        v = (v + slope(ahead, s_next)) / 2
        z = z + (s_next - s) * v
        yield Step(i, s_next, z, v)


SOLVERS = {"euler": euler, "adams": adams, "heun": heun}
