"""The canvas and the sampler: given tokens stay, blank ones are filled, by one law."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch import Tensor

from sorairo.errors import ModelError
from sorairo.flow import path
from sorairo.flow.reuse import Reuse
from sorairo.flow.schedules import sampling_sigmas
from sorairo.flow.solvers import SOLVERS
from sorairo.generation.canvas.canvas import Canvas, blank, even_times
from sorairo.generation.sampling.sampler import sample
from sorairo.models.tabletop import POSITIONS

GRID = (3, 2, 4)
TOKENS = 24


def mixed_canvas() -> Canvas:
    """Frame 0 given clean; frame 1 held at noise .05 but for its first row; all kinds after."""
    latents = torch.randn(5, 3, 4, 8, generator=torch.Generator().manual_seed(1))
    start, end = torch.ones(GRID), torch.zeros(GRID)
    start[0] = 0.0
    start[1, 1] = end[1, 1] = 0.05
    start[1, 0] = 0.6
    start[2, 0, 0] = end[2, 0, 0] = 1.0
    empty = blank(latent_channels=5, patch=2, grid=GRID, frame_seconds=1 / 3, law=POSITIONS)
    return replace(empty, latents=latents, sigma_start=start, sigma_end=end)


def some_velocity(x: Tensor, sigma: Tensor) -> Tensor:
    """Any function in which every token depends on every other."""
    mixed = torch.tanh(x + x.mean(0, keepdim=True) * 3)
    return mixed * (1 + sigma.unsqueeze(-1)) - 0.3 * x.roll(1, 0)


def fill(canvas: Canvas, solver: str, seed: int = 0, velocity=some_velocity, steps: int = 5):
    noise = torch.randn(TOKENS, 20, generator=torch.Generator().manual_seed(seed))
    return list(sample(velocity, canvas, sampling_sigmas(steps), noise, solver))


@pytest.mark.parametrize("solver", SOLVERS)
def test_held_tokens_never_move(solver: str):
    canvas = mixed_canvas()
    held = canvas.held.flatten()
    results = [now.tokens() for _, now in fill(canvas, solver)]
    given = canvas.sigma_start.flatten() == 0
    for x in results:
        assert torch.equal(x[given], canvas.tokens()[given])
        assert torch.equal(x[held], results[0][held])
        assert not torch.isclose(x[~held], canvas.tokens()[~held]).all(1).any()
    assert int(held.sum()) == 8 + 4 + 1


def test_a_held_token_with_noise_is_a_point_of_the_path():
    canvas = mixed_canvas()
    (_, now) = fill(canvas, "euler", seed=3)[-1]
    noise = torch.randn(TOKENS, 20, generator=torch.Generator().manual_seed(3))
    expected = path.point(canvas.tokens(), noise, torch.tensor(0.05))
    at = slice(12, 16)  # frame 1, row 1
    assert torch.equal(now.tokens()[at], expected[at])


@pytest.mark.parametrize("solver", SOLVERS)
def test_every_token_runs_from_its_start_to_its_end(solver: str):
    """With a constant velocity a token must have moved by exactly its span of sigma."""
    canvas = mixed_canvas()
    constant = torch.randn(TOKENS, 20, generator=torch.Generator().manual_seed(2))
    noise = torch.randn(TOKENS, 20, generator=torch.Generator().manual_seed(0))
    start = canvas.sigma_start.flatten().unsqueeze(-1)
    end = canvas.sigma_end.flatten().unsqueeze(-1)
    (_, now) = fill(canvas, solver, velocity=lambda x, sigma: constant)[-1]
    expected = path.point(canvas.tokens(), noise, start) + (end - start) * constant
    torch.testing.assert_close(now.tokens(), expected, atol=1e-5, rtol=1e-5)


def test_the_velocity_gets_the_noise_level_of_each_token():
    canvas, seen = mixed_canvas(), []

    def watched(x: Tensor, sigma: Tensor) -> Tensor:
        seen.append(sigma)
        return some_velocity(x, sigma)

    fill(canvas, "adams", velocity=watched)
    start, end = canvas.sigma_start.flatten(), canvas.sigma_end.flatten()
    for sigma, s in zip(seen, sampling_sigmas(5).tolist(), strict=False):
        torch.testing.assert_close(sigma, end + (start - end) * s)
        assert torch.equal(sigma[canvas.held.flatten()], start[canvas.held.flatten()])
    assert len(seen) == 5


@pytest.mark.parametrize("strength", [0.3, 0.6, 1.0])
def test_a_partial_start_keeps_what_was_there(strength: float):
    """With the ideal velocity of one known picture any strength ends on that picture."""
    target = torch.randn(TOKENS, 20, generator=torch.Generator().manual_seed(5))
    canvas = mixed_canvas()
    canvas = replace(
        canvas.with_tokens(target),
        sigma_start=torch.full(GRID, strength),
        sigma_end=torch.zeros(GRID),
    )
    results = fill(canvas, "euler", velocity=lambda x, sigma: (x - target) / sigma.unsqueeze(-1))
    noise = torch.randn(TOKENS, 20, generator=torch.Generator().manual_seed(0))
    for step, now in results:
        expected = path.point(target, noise, torch.tensor(strength * step.s))
        torch.testing.assert_close(now.tokens(), expected, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("solver", SOLVERS)
def test_a_seed_is_a_result(solver: str):
    first, again, other = (fill(mixed_canvas(), solver, seed)[-1][1].latents for seed in (7, 7, 8))
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
@pytest.mark.parametrize("reuse", [None, Reuse(tolerance=0.1, below=0.9)])
def test_numbers_that_are_not_finite_are_no_result(value: float, reuse: Reuse | None):
    """They would become a black clip. The steps before are yielded."""
    calls: list[Tensor] = []

    def velocity(x: Tensor, sigma: Tensor) -> Tensor:
        calls.append(x)
        return some_velocity(x, sigma) if len(calls) < 3 else x.new_full(x.shape, value)

    noise = torch.randn(TOKENS, 20, generator=torch.Generator().manual_seed(0))
    free = blank(latent_channels=5, patch=2, grid=GRID, frame_seconds=1 / 3, law=POSITIONS)
    steps = sample(velocity, free, sampling_sigmas(30), noise, "euler", reuse=reuse)
    seen = []
    with pytest.raises(ModelError, match=r"infinite or nan in step \d"):
        seen += iter(steps)
    assert all(bool(torch.isfinite(step.z).all()) for step, _ in seen)


def test_every_step_is_yielded_and_the_canvas_is_left_as_it_was():
    canvas = mixed_canvas()
    before = canvas.latents.clone()
    steps = fill(canvas, "heun", steps=6)
    assert [step.index for step, _ in steps] == list(range(6))
    assert steps[-1][0].s == 0.0
    assert torch.equal(canvas.latents, before)
    for step, now in steps:
        assert torch.equal(now.tokens(), step.z)


def test_the_law_of_noise_on_a_canvas():
    canvas = mixed_canvas()
    start, end = canvas.sigma_start.flatten(), canvas.sigma_end.flatten()
    for s in (0.0, 0.25, 1.0):
        torch.testing.assert_close(canvas.sigma(s), end + (start - end) * s)


def test_a_blank_canvas_holds_nothing():
    canvas = blank(latent_channels=8, patch=2, grid=(4, 3, 5), frame_seconds=1 / 3, law=POSITIONS)
    assert canvas.latents.shape == (8, 4, 6, 10)
    assert canvas.grid == (4, 3, 5)
    assert canvas.tokens().shape == (60, 32)
    assert not canvas.held.any()
    assert torch.equal(canvas.with_tokens(canvas.tokens()).latents, canvas.latents)


def test_positions_are_centred():
    for grid in ((2, 6, 6), (2, 5, 8), (1, 3, 3)):
        places = POSITIONS.grid(grid, even_times(grid[0], 1 / 3))
        assert places.shape == (*grid, 3)
        torch.testing.assert_close(places[..., 1:].mean((0, 1, 2)), torch.zeros(2))
        torch.testing.assert_close(places[..., 1:], -places[..., 1:].flip(1, 2))


@pytest.mark.parametrize("grid", [(2, 4, 4), (2, 3, 5), (2, 8, 2)])
def test_a_place_keeps_its_position_at_twice_the_resolution(grid: tuple[int, int, int]):
    """A token of the coarse grid is in the middle of the four that replace it."""
    f, h, w = grid
    coarse = POSITIONS.grid(grid, even_times(grid[0], 1 / 3))
    fine = POSITIONS.grid((f, 2 * h, 2 * w), even_times(f, 1 / 3))
    four = fine.reshape(f, h, 2, w, 2, 3).mean((2, 4))
    torch.testing.assert_close(four, coarse)
    assert float(fine[0, 1, 0, 1] - fine[0, 0, 0, 1]) == pytest.approx(4 / (h * w) ** 0.5)


def test_one_unit_of_time_is_a_third_of_a_second():
    at_12 = POSITIONS.grid((4, 2, 2), even_times(4, 4 / 12))[:, 0, 0, 0]
    at_6 = POSITIONS.grid((4, 2, 2), even_times(4, 4 / 6, 1.0))[:, 0, 0, 0]
    torch.testing.assert_close(at_12, torch.tensor([0.0, 1, 2, 3]))
    torch.testing.assert_close(at_6, torch.tensor([3.0, 5, 7, 9]))
