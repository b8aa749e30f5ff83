"""The path, its velocity, guidance and the noise levels, checked against their definitions."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from sorairo.flow import path
from sorairo.flow.guidance import guide
from sorairo.flow.schedules import sampling_sigmas, shift, training_sigmas


def data_and_noise(seed: int = 0) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(seed)
    z, noise = torch.randn(2, 3, 5, 4, generator=generator, dtype=torch.float64)
    return z, noise


def test_the_path_goes_from_data_to_noise():
    z, noise = data_and_noise()
    assert torch.equal(path.point(z, noise, torch.tensor(0.0)), z)
    assert torch.equal(path.point(z, noise, torch.tensor(1.0)), noise)
    torch.testing.assert_close(path.point(z, noise, torch.tensor(0.25)), 0.75 * z + 0.25 * noise)


def test_velocity_is_the_derivative_of_the_path():
    z, noise = data_and_noise()
    for level in (0.1, 0.5, 0.9):
        sigma = torch.full((3, 5, 1), level, dtype=torch.float64, requires_grad=True)
        point = path.point(z, noise, sigma)
        # d/dsigma of the sum of all coordinates of a token, by autograd
        (slope,) = torch.autograd.grad(point.sum(), sigma)
        torch.testing.assert_close(slope, path.velocity(z, noise).sum(-1, keepdim=True))


def test_clean_is_the_inverse_at_a_level_per_token():
    z, noise = data_and_noise()
    sigma = torch.rand(3, 5, 1, dtype=torch.float64)
    back = path.clean(path.point(z, noise, sigma), path.velocity(z, noise), sigma)
    torch.testing.assert_close(back, z)


def test_the_loss_counts_only_what_is_counted():
    predicted, target = data_and_noise()
    loss_mask = torch.tensor([[1.0, 0, 0, 1, 0], [1, 1, 1, 1, 1], [0, 0, 0, 0, 0]])
    errors = (predicted - target).square().float()
    expected = torch.stack([errors[0, [0, 3]].mean(), errors[1].mean(), torch.tensor(0.0)])
    torch.testing.assert_close(path.matching_loss(predicted, target, loss_mask), expected)
    elsewhere = predicted + 100 * (1 - loss_mask).unsqueeze(-1)
    torch.testing.assert_close(path.matching_loss(elsewhere, target, loss_mask), expected)


@given(scale=st.floats(0, 20))
def test_guidance_is_linear_and_one_is_the_conditional(scale: float):
    conditional, unconditional = data_and_noise()
    torch.testing.assert_close(guide(conditional, unconditional, 1.0), conditional)
    torch.testing.assert_close(guide(conditional, unconditional, 0.0), unconditional)
    direction = guide(conditional, unconditional, scale) - unconditional
    torch.testing.assert_close(direction, scale * (conditional - unconditional))


@given(steps=st.integers(1, 100), factor=st.floats(0.2, 20))
def test_schedule_falls_from_one_to_zero(steps: int, factor: float):
    sigmas = sampling_sigmas(steps, factor)
    assert sigmas.shape == (steps + 1,)
    assert float(sigmas[0]) == pytest.approx(1, abs=1e-15)
    assert sigmas[-1] == 0
    assert bool((sigmas.diff() < 0).all())


def test_shift_in_closed_form():
    """The odds of noise, s / (1 - s), are multiplied by the factor."""
    sigma = torch.linspace(0.01, 0.99, 50, dtype=torch.float64)
    moved = shift(sigma, 3.0)
    torch.testing.assert_close(moved / (1 - moved), 3 * sigma / (1 - sigma))
    torch.testing.assert_close(shift(moved, 1 / 3), sigma)
    torch.testing.assert_close(shift(sigma, 1.0), sigma)


@pytest.mark.parametrize("factor", [1.0, 2.0, 5.0])
def test_training_levels_are_logit_normal(factor: float):
    law = {"factor": factor, "spread": 1.2}
    sigmas = np.asarray(training_sigmas(np.random.default_rng(0), 20_000, **law))
    assert ((sigmas > 0) & (sigmas < 1)).all()
    logits = np.log(sigmas / (1 - sigmas))
    assert abs(logits.mean() - np.log(factor)) < 0.03
    assert abs(logits.std() - 1.2) < 0.03
    again = training_sigmas(np.random.default_rng(0), 20_000, **law)
    assert np.array_equal(sigmas, again)
