"""Each solver has its order of accuracy, on equations with a known solution."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor

from sorairo.flow.schedules import sampling_sigmas
from sorairo.flow.solvers import SOLVERS

EVALUATIONS_A_STEP = {"euler": 1, "adams": 1, "heun": 2, "unipc": 1}
ORDER = {"euler": 1, "adams": 2, "heun": 2, "unipc": 2}
ENOUGH_STEPS = {"euler": 200, "adams": 200, "heun": 200, "unipc": 1600}
"""From which on the error follows the order. UniPC's steps are of log((1 - s) / s), which has no
bounds."""


def slope(z: Tensor, s: float) -> Tensor:
    """Three equations: linear in z, linear with time in it, and not linear."""
    return torch.stack([z[0] * math.cos(3 * s), -2 * z[1] + s, -(z[2] ** 2)])


def exact(z: Tensor) -> Tensor:
    """The state at s = 0 of what is z at s = 1."""
    first = z[0] * math.exp(-math.sin(3) / 3)
    second = (z[1] - 0.25) * math.exp(2) - 0.25  # z' = -2 z + s has z = s/2 - 1/4 + C exp(-2 s)
    third = 1 / (1 / z[2] - 1)  # 1/z grows by one in one unit of s
    return torch.stack([first, second, third])


def start() -> Tensor:
    return torch.tensor([1.3, 0.7, 0.4], dtype=torch.float64)


def error(solver: str, sigmas: Tensor) -> float:
    *_, last = SOLVERS[solver](slope, start(), sigmas)
    return float((last.z - exact(start())).norm())


def alternating(steps: int) -> Tensor:
    """Levels whose steps are long and short in turn."""
    even = torch.linspace(1, 0, steps + 1, dtype=torch.float64)
    even[1:-1:2] += 0.4 / steps
    return even


@pytest.mark.parametrize("solver", SOLVERS)
@pytest.mark.parametrize(
    "sigmas",
    [lambda n: sampling_sigmas(n, 1.0), lambda n: sampling_sigmas(n, 3.0), alternating],
    ids=["even", "shifted", "alternating"],
)
def test_order(solver: str, sigmas):
    """Twice the steps: half the error at order one, a quarter at order two."""
    steps = ENOUGH_STEPS[solver]
    coarse, fine = error(solver, sigmas(steps)), error(solver, sigmas(2 * steps))
    assert coarse / fine == pytest.approx(2 ** ORDER[solver], rel=0.06)


@pytest.mark.parametrize("solver", SOLVERS)
def test_every_step_is_yielded(solver: str):
    sigmas = sampling_sigmas(7)
    calls = []

    def loss_mask(z: Tensor, s: float) -> Tensor:
        calls.append(s)
        return slope(z, s)

    steps = list(SOLVERS[solver](loss_mask, start(), sigmas))
    assert [step.index for step in steps] == list(range(7))
    assert [step.s for step in steps] == sigmas.tolist()[1:]
    assert len(calls) == 7 * EVALUATIONS_A_STEP[solver]
    z = start()
    for step, before in zip(steps, sigmas.tolist(), strict=False):
        if solver in ("euler", "heun"):  # z after a step: z before it and the slope
            torch.testing.assert_close(step.z, z + (step.s - before) * step.slope)
        z = step.z


@pytest.mark.parametrize("solver", SOLVERS)
def test_nothing_is_computed_before_it_is_needed(solver: str):
    calls = []

    def loss_mask(z: Tensor, s: float) -> Tensor:
        calls.append(s)
        return torch.zeros_like(z)

    steps = SOLVERS[solver](loss_mask, start(), sampling_sigmas(5))
    next(steps)
    steps.close()
    assert len(calls) == EVALUATIONS_A_STEP[solver]


@pytest.mark.parametrize("solver", SOLVERS)
def test_the_state_that_is_given_is_not_overwritten(solver: str):
    z = start()
    list(SOLVERS[solver](slope, z, sampling_sigmas(3)))
    assert torch.equal(z, start())


@pytest.mark.parametrize("solver", ["adams", "heun"])
def test_second_order_is_exact_where_the_slope_is_linear_in_time(solver: str):
    """z' = s: exact after the first Adams step, whatever the steps' lengths."""
    sigmas = torch.tensor([1.0, 0.8, 0.73, 0.3, 0.0], dtype=torch.float64)
    zero = torch.zeros(1, dtype=torch.float64)
    steps = list(SOLVERS[solver](lambda z, s: torch.full_like(z, s), zero, sigmas))
    for before, after in zip(steps, steps[1:], strict=False):
        torch.testing.assert_close(
            after.z - before.z, torch.tensor([(after.s**2 - before.s**2) / 2]).double()
        )


@pytest.mark.parametrize("solver", SOLVERS)
def test_a_solver_goes_on_after_any_step(solver: str):
    """From z, the number of steps and the history, to the same bits."""
    sigmas = alternating(6)
    whole = list(SOLVERS[solver](slope, start(), sigmas))
    for at in whole[:-1]:
        rest = SOLVERS[solver](slope, at.z, sigmas, at.index + 1, at.history)
        for step, expected in zip(rest, whole[at.index + 1 :], strict=True):
            assert step[:2] == expected[:2]
            assert torch.equal(step.z, expected.z)
            assert torch.equal(step.slope, expected.slope)
