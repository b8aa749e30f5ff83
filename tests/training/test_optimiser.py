"""The optimiser: orthogonal updates, every parameter stepped once, and downhill."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import nn

from random_weights import randomise
from sorairo.models.codec import Codec
from sorairo.models.model import DenoiserNetwork
from sorairo.training.loop.optimiser import MuonAdam, OptimiserConfig, make_optimiser, orthogonalise
from sorairo.training.loop.state import TrainState
from training_recipes import CODEC, CODEC_RECIPE, MODEL_RECIPE

CONFIG = OptimiserConfig(weight_decay=0.0)


@pytest.mark.parametrize("shape", [(3, 16, 16), (2, 8, 40), (2, 40, 8), (1, 1, 5)])
def test_singular_values_come_out_near_one(shape: tuple[int, int, int]):
    x = torch.randn(shape, generator=torch.Generator().manual_seed(0))
    if shape[1] == shape[2]:  # a square noise matrix is nearly singular: spread its values evenly
        u, _, v = torch.linalg.svd(x)
        x = u @ torch.diag(torch.linspace(0.05, 1, shape[1])) @ v
    made = orthogonalise(1000 * x)
    assert made.shape == shape
    values = torch.linalg.svdvals(made)
    assert float(values.min()) > 0.6
    assert float(values.max()) < 1.3
    u, _, v = torch.linalg.svd(x, full_matrices=False)
    nearest = u @ v
    cosine = (made * nearest).sum() / made.norm() / nearest.norm()
    assert float(cosine) > 0.97


def test_updates_do_not_depend_on_the_size_of_gradients():
    x = torch.randn(2, 6, 9, generator=torch.Generator().manual_seed(0))
    torch.testing.assert_close(orthogonalise(x), orthogonalise(1e4 * x), atol=1e-3, rtol=1e-3)


def test_a_linear_regression_is_solved():
    generator = torch.Generator().manual_seed(0)
    network = nn.Linear(12, 8)
    true = torch.randn(8, 12, generator=generator)
    optimiser = MuonAdam(
        [network.weight],
        [network.bias],
        OptimiserConfig(muon_lr=0.1, adam_lr=0.02, weight_decay=0.0),
    )
    x = torch.randn(256, 12, generator=generator)
    y = x @ true.T + 1.5
    losses = []
    for step in range(300):
        loss = (network(x) - y).square().mean()
        losses.append(loss.item())
        network.zero_grad()
        loss.backward()
        optimiser.step(1 - step / 300)
    assert losses[-1] < 1e-3 * losses[0]
    torch.testing.assert_close(network.weight.detach(), true, atol=0.1, rtol=0.05)


def test_the_first_adam_step_is_the_learning_rate():
    """With one gradient seen, mean / sqrt(square) is its sign (Kingma and Ba, section 2.1)."""
    p = nn.Parameter(torch.tensor([1.0, -2.0, 3.0]))
    optimiser = MuonAdam([], [p], OptimiserConfig(adam_lr=0.1))
    p.grad = torch.tensor([0.3, -700.0, 1e-3])
    optimiser.step(0.5)
    torch.testing.assert_close(p.detach(), torch.tensor([0.95, -1.95, 2.95]))


def test_adam_is_adam():
    """Against the one of torch, over steps of different gradients."""
    ours, theirs = (nn.Parameter(torch.linspace(-1, 1, 5)) for _ in range(2))
    optimiser = MuonAdam([], [ours], OptimiserConfig(adam_lr=0.01, betas=(0.9, 0.98)))
    reference = torch.optim.Adam([theirs], lr=0.01, betas=(0.9, 0.98), eps=1e-8)
    for seed in range(6):
        gradient = torch.randn(5, generator=torch.Generator().manual_seed(seed))
        ours.grad, theirs.grad = gradient.clone(), gradient.clone()
        optimiser.step()
        reference.step()
    torch.testing.assert_close(ours, theirs)


def test_convolutions_are_stepped_as_matrices():
    """The update of a convolution is orthogonal as out x rest; weights decay towards zero."""
    p = nn.Parameter(torch.randn(6, 4, 3, 3, generator=torch.Generator().manual_seed(0)))
    before = p.detach().clone()
    p.grad = torch.randn(6, 4, 3, 3, generator=torch.Generator().manual_seed(1))
    MuonAdam([p], [], OptimiserConfig(muon_lr=0.1, weight_decay=0.5)).step()
    update = (before * (1 - 0.1 * 0.5) - p.detach()).reshape(6, -1) / 0.1
    values = torch.linalg.svdvals(update)
    assert float(values.min()) > 0.6
    assert float(values.max()) < 1.3


@pytest.mark.parametrize("which", ["codec", "denoiser"])
def test_every_parameter_is_stepped_exactly_once(which: str):
    model = MODEL_RECIPE.model
    network = Codec(CODEC) if which == "codec" else DenoiserNetwork(model.transformer, model.text)
    optimiser = make_optimiser(network, CONFIG)
    stepped = [id(p) for group in optimiser.param_groups for p in group["params"]]
    assert sorted(stepped) == sorted(id(p) for p in network.parameters())
    muon = {id(p) for group in optimiser.param_groups if group["muon"] for p in group["params"]}
    for name, p in network.named_parameters():
        if p.ndim < 2 or "embedding" in name or "head" in name or "modulation" in name:
            assert id(p) not in muon, name
        if name.endswith(("attn.q.weight", "ffn.0.weight", "conv1.weight", "mix.proj.weight")):
            assert id(p) in muon, name


def trained(steps: int) -> TrainState:
    torch.manual_seed(0)
    network = randomise(Codec(CODEC))
    state = TrainState(network, make_optimiser(network, CONFIG))
    for _ in range(steps):
        step(state)
    return state


def step(state: TrainState) -> None:
    video = torch.linspace(-1, 1, 3 * 4 * 16 * 16).reshape(1, 3, 4, 16, 16)
    loss = (state.network.decode(state.network.encode(video)) - video).square().mean()
    state.network.zero_grad()
    loss.backward()
    state.optimiser.step()
    state.step += 1
    state.average(0.9)


def test_a_loaded_state_continues_as_the_saved_one(tmp_path: Path):
    state = trained(2)
    state.seconds, state.flop = 12.5, 3e12
    state.save(tmp_path, CODEC_RECIPE)
    torch.manual_seed(5)
    network = Codec(CODEC)
    loaded = TrainState(network, make_optimiser(network, CONFIG))
    assert not loaded.load(tmp_path / "nothing-here")
    assert loaded.load(tmp_path)
    assert (loaded.step, loaded.seconds, loaded.flop) == (2, 12.5, 3e12)
    step(state)
    step(loaded)
    assert state.network.state_dict().keys() == loaded.ema.keys() == state.ema.keys()
    for name, value in state.network.state_dict().items():
        assert torch.equal(value, loaded.network.state_dict()[name]), name
        assert torch.equal(state.ema[name], loaded.ema[name]), name
    assert [each.name for each in tmp_path.iterdir()] == ["state.safetensors"]


def test_the_average_follows_with_a_delay():
    """decay^n of the beginning is left once the warm-up of the average is over."""
    network = nn.Linear(1, 1, bias=False)
    state = TrainState(network, make_optimiser(network, CONFIG))
    with torch.no_grad():
        network.weight.fill_(1.0)
        state.ema["weight"].fill_(0.0)
    state.step = 10_000
    for _ in range(20):
        state.average(0.9)
    assert state.ema["weight"].item() == pytest.approx(1 - 0.9**20)
    assert network.weight.item() == 1.0
    state.step = 0
    state.ema["weight"].fill_(0.0)
    state.average(0.999)  # at first the memory is short: (1 + 0) / (10 + 0)
    assert state.ema["weight"].item() == pytest.approx(0.9)


def test_the_iteration_is_newton_schulz():
    """X <- a X + (b XX' + c (XX')^2) X, in double precision and written out."""
    x = torch.randn(2, 6, 9, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    expected = x / x.norm(dim=(1, 2), keepdim=True)
    for _ in range(5):
        gram = expected @ expected.mT
        expected = 3.4445 * expected + (-4.7750 * gram + 2.0315 * gram @ gram) @ expected
    torch.testing.assert_close(orthogonalise(x), expected, atol=1e-5, rtol=1e-5)
    torch.testing.assert_close(orthogonalise(x.mT), expected.mT, atol=1e-5, rtol=1e-5)
