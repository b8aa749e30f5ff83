"""With the ideal velocity of a known distribution, sampling must give that distribution.

The ideal velocity is E[noise - z | z_sigma], here in closed form.
"""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from sorairo.flow import path
from sorairo.flow.schedules import sampling_sigmas
from sorairo.flow.solvers import SOLVERS


def gaussian_velocity(mean: float, std: float):
    """For data of N(mean, std^2): both expectations are linear in z_sigma."""

    def velocity(z: Tensor, sigma: float) -> Tensor:
        variance = ((1 - sigma) * std) ** 2 + sigma**2
        off = z - (1 - sigma) * mean
        noise = sigma / variance * off
        data = mean + (1 - sigma) * std**2 / variance * off
        return noise - data

    return velocity


def points_velocity(points: Tensor, weights: Tensor):
    """For data at `points` [k, d] with `weights` [k]: a softmax over the points."""

    def velocity(z: Tensor, sigma: float) -> Tensor:
        sigma = max(sigma, 1e-9)
        off = z[:, None, :] - (1 - sigma) * points[None]  # sigma * noise, were it that point
        logits = weights.log() - off.square().sum(-1) / (2 * sigma**2)
        data = logits.softmax(1) @ points
        return (z - data) / sigma

    return velocity


def noise(*shape: int) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


def last(solver: str, velocity, z: Tensor, sigmas: Tensor) -> Tensor:
    *_, step = SOLVERS[solver](velocity, z, sigmas)
    return step.z


@pytest.mark.parametrize(("solver", "tolerance"), [("euler", 0.1), ("adams", 2e-3), ("heun", 2e-3)])
def test_a_gaussian_comes_out(solver: str, tolerance: float):
    """The flow maps noise e to mean + std e, so each single sample is known too."""
    e = noise(4000)
    z = last(solver, gaussian_velocity(1.5, 0.3), e, sampling_sigmas(200, 1.0))
    assert float(z.mean()) == pytest.approx(1.5 + 0.3 * float(e.mean()), abs=tolerance * 0.3)
    assert float(z.var()) == pytest.approx(0.09 * float(e.var()), rel=2 * tolerance)
    torch.testing.assert_close(z, 1.5 + 0.3 * e, atol=3 * tolerance * 0.3, rtol=0)


@pytest.mark.parametrize("solver", SOLVERS)
@pytest.mark.parametrize("steps", [1, 2, 7])
def test_one_data_point_is_reached_along_a_straight_line(solver: str, steps: int):
    """The velocity is constant on the path, so every solver with any number of steps stays on
    it."""
    point, e = torch.tensor([[0.3, -2.0, 5.0]], dtype=torch.float64), noise(50, 3)
    velocity = points_velocity(point, torch.ones(1, dtype=torch.float64))
    end = 0.01 if solver == "heun" else 0.0  # at 0 the direction is 0 / 0, and Heun looks there
    sigmas = end + (1 - end) * sampling_sigmas(steps)
    z = last(solver, velocity, e, sigmas)
    torch.testing.assert_close(z, path.point(point.expand_as(e), e, torch.tensor(end).double()))


@pytest.mark.parametrize("solver", SOLVERS)
def test_a_few_points_come_out_in_their_shares(solver: str):
    """The flow of one dimension keeps order: the lowest 30 % of the noise goes to the lower."""
    points = torch.tensor([[-1.0], [2.0]], dtype=torch.float64)
    weights = torch.tensor([0.3, 0.7], dtype=torch.float64)
    # the middles of 1000 equal slices of the normal distribution
    e = torch.special.ndtri((torch.arange(1000, dtype=torch.float64) + 0.5) / 1000)[:, None]
    end = 1e-3 if solver == "heun" else 0.0
    sigmas = end + (1 - end) * sampling_sigmas(150)
    z = last(solver, points_velocity(points, weights), e, sigmas).squeeze(1)
    lower = z < 0.5
    assert int(lower.sum()) == pytest.approx(300, abs=4)
    assert float((z[lower] + 1).abs().max()) < 0.02
    assert float((z[~lower] - 2).abs().max()) < 0.02
    assert bool((z.diff() > -1e-6).all())
