"""Solvers of dz/ds = f(z, s) from s = 1 to s = 0. Each is a generator that yields a `Step` after
every step, so that the caller can report progress, show previews, cancel, and go on later: from z,
the number of steps `done` and the `history` of a step, it takes exactly the steps after that."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from typing import NamedTuple

from jaxtyping import Float
from torch import Tensor

Slope = Callable[[Tensor, float], Tensor]


class Step(NamedTuple):
    """`z` at level `s`, after `index + 1` steps; `slope` is what led here, and `history` is what
    the next step needs beside z, each of the shape of z."""

    index: int  # type: ignore[assignment]
    s: float
    z: Tensor
    slope: Tensor
    history: tuple[Tensor, ...] = ()


def _steps(values: list[float], done: int) -> Iterator[tuple[int, float, float]]:
    """The index of each step after the first `done`, the level that it leaves, and the next."""
    for i in range(done, len(values) - 1):
        yield i, values[i], values[i + 1]


def euler(
    slope: Slope,
    z: Float[Tensor, "..."],
    sigmas: Float[Tensor, "sigmas"],
    done: int = 0,
    history: tuple[Tensor, ...] = (),
) -> Iterator[Step]:
    """First order: one evaluation a step."""
    for i, s, s_next in _steps(sigmas.tolist(), done):
        v = slope(z, s)
        z = z + (s_next - s) * v
        yield Step(i, s_next, z, v)


def adams(
    slope: Slope,
    z: Float[Tensor, "..."],
    sigmas: Float[Tensor, "sigmas"],
    done: int = 0,
    history: tuple[Tensor, ...] = (),
) -> Iterator[Step]:
    """Adams-Bashforth of second order with variable steps (Hairer, Norsett and Wanner I, III.5):
    one evaluation a step, the first an Euler step. Its history is the slope of the step before."""
    values = sigmas.tolist()
    for i, s, s_next in _steps(values, done):
        v, h = slope(z, s), s_next - s
        if not history:
            z = z + h * v
        else:
            ratio = h / (s - values[i - 1])
            z = z + h * ((1 + ratio / 2) * v - ratio / 2 * history[0])
        history = (v,)
        yield Step(i, s_next, z, v, history)


def heun(
    slope: Slope,
    z: Float[Tensor, "..."],
    sigmas: Float[Tensor, "sigmas"],
    done: int = 0,
    history: tuple[Tensor, ...] = (),
) -> Iterator[Step]:
    """Second order with two evaluations a step (Karras et al., arXiv 2206.00364, algorithm 1
    without churn)."""
    for i, s, s_next in _steps(sigmas.tolist(), done):
        v = slope(z, s)
        ahead = z + (s_next - s) * v
        v = (v + slope(ahead, s_next)) / 2
        z = z + (s_next - s) * v
        yield Step(i, s_next, z, v)


class _Seen(NamedTuple):
    """A level at which UniPC has evaluated the model."""

    s: float
    snr: float  # half the logarithm of the signal-to-noise ratio, lambda in the paper
    clean: Tensor  # the data that the model predicts from there


def unipc(
    slope: Slope,
    z: Float[Tensor, "..."],
    sigmas: Float[Tensor, "sigmas"],
    done: int = 0,
    history: tuple[Tensor, ...] = (),
) -> Iterator[Step]:
    """UniPC of second order, on the predicted data, with B(h) = e^h - 1 (Zhao et al., "UniPC",
    arXiv 2302.04867, algorithms 1 and 2): one evaluation a step, which also corrects the step
    before. The first step and the last are of first order.

    All steps are z + h v and multiples of differences of predictions, so that tokens of slope 0 do
    not change by a bit. The history is z at the level before, corrected, and the predictions at up
    to two levels before.
    """
    values = sigmas.tolist()
    begun, *predictions = history or (z,)
    levels = values[done - len(predictions) : done]
    seen = [_Seen(s, _snr(s), clean) for s, clean in zip(levels, predictions, strict=True)]
    for i, s, s_next in _steps(values, done):
        here = _Seen(s, _snr(s), z - s * slope(z, s))
        if seen:
            z = _corrected(begun, seen, here)
        seen, begun = [*seen[-1:], here], z
        v = (z - here.clean) / s
        last_order = len(seen) < 2 or i + 2 == len(values)
        z = z + (s_next - s) * v
        if not last_order:
            h = _snr(s_next) - here.snr
            ratio = (seen[0].snr - here.snr) / h
            z = z - (1 - s_next) * math.expm1(-h) * 0.5 / ratio * (seen[0].clean - here.clean)
        yield Step(i, s_next, z, v, (begun, *(each.clean for each in seen)))


def _corrected(begun: Tensor, seen: list[_Seen], now: _Seen) -> Tensor:
    """The step to `now` again, with the prediction there (UniC, algorithm 1)."""
    before = seen[-1]
    h = now.snr - before.snr
    b = math.expm1(-h)
    z = begun + (now.s - before.s) * (begun - before.clean) / before.s
    ahead = now.clean - before.clean
    if len(seen) < 2:
        return z - (1 - now.s) * b * 0.5 * ahead
    ratio = (seen[0].snr - before.snr) / h
    first = b / -h - 1  # phi_2 h, and then phi_3 h^2 2
    second = (first / -h - 0.5) * 2
    one, two = first / b, second / b
    behind = (two - one) / (ratio - 1)
    change = behind / ratio * (seen[0].clean - before.clean) + (one - behind) * ahead
    return z - (1 - now.s) * b * change


def _snr(s: float) -> float:
    """log((1 - s) / s), finite at pure noise."""
    return math.log(max(1 - s, 1e-6) / s)


SOLVERS = {"euler": euler, "adams": adams, "heun": heun, "unipc": unipc}
