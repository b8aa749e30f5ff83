"""Noise levels shared by runs of tokens: the same velocity as a level for each token."""

from __future__ import annotations

import functools

import pytest
import torch
import torch.nn.functional as F

from random_weights import randomise
from sorairo.models.model import DenoiserNetwork
from sorairo.models.protocols import PromptContext, TokenBatch
from sorairo.models.text import TextConfig
from sorairo.models.transformer import Block, Transformer, TransformerConfig
from sorairo.models.wan.denoiser import WanDenoiser
from sorairo.nn.gelu import Gelu
from sorairo.nn.noise_runs import MAX_RUNS, modulate, noise_runs
from sorairo.nn.rope import rotation

close = functools.partial(torch.testing.assert_close, atol=1e-5, rtol=1e-4)
TOKENS = 12


@pytest.fixture(scope="module")
def denoiser() -> DenoiserNetwork:
    transformer = TransformerConfig(
        latent_channels=4, dim=48, ffn_dim=64, heads=2, layers=2, text_dim=32, freq_dim=32
    )
    text = TextConfig(vocabulary=50, dim=32, heads=2, layers=1)
    return randomise(DenoiserNetwork(transformer, text), scale=1.5).double().requires_grad_(False)


def noise(*shape: int, seed: int = 0) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(*shape, generator=generator, dtype=torch.float64)


ONE = [[0.7]]
SAME = [[0.7] * TOKENS]
HISTORY = [[0.05] * 4 + [0.7] * 6 + [0.0] * 2]
BY_ROW = [[0.05] * 4 + [0.7] * 8, [0.3] * 4 + [0.2] * 8]
SHIFTED = [[0.05] * 4 + [0.7] * 8, [0.3] * 5 + [0.2] * 7]
EACH = [[i / TOKENS for i in range(TOKENS)]]
REGION = [[0.0, 0.7] * 6]  # every second token
REGIONS = [[0.0, 0.7] * 6, [0.7, 0.0, 0.0] * 4]


@pytest.mark.parametrize("levels", [ONE, SAME, HISTORY, BY_ROW, SHIFTED, EACH, REGION, REGIONS])
def test_the_velocity_is_that_of_a_level_for_each_token(denoiser, levels: list[list[float]]):
    sigma = torch.tensor(levels, dtype=torch.float64).expand(2, -1)
    positions, x = noise(2, TOKENS, 3), noise(2, TOKENS, 16, seed=1)
    mask = torch.tensor([[True] * 4, [True, True, False, False]])
    context = denoiser.read(noise(2, 4, 32, seed=2), mask)
    assert isinstance(context, PromptContext)
    batch = TokenBatch(x=x, sigma=sigma, positions=positions, grid=(3, 2, 2))
    apart = denoiser.transformer(
        x, positions, sigma.expand(2, TOKENS), list(context.layers), context.mask
    )
    close(denoiser.velocity(batch, context), apart)


@pytest.mark.parametrize(
    ("levels", "runs", "rows"),
    [
        (ONE, (), 1),
        (SAME, (), 1),
        (HISTORY, (4, 6, 2), 1),
        (BY_ROW, (4, 8), 2),
        (SHIFTED, (4, 1, 7), 2),
        (EACH, (), 1),
    ],
)
def test_runs_are_as_long_as_they_can_be(levels, runs: tuple[int, ...], rows: int):
    sigma = torch.tensor(levels).expand(2, -1)
    found, lengths = noise_runs(sigma)
    assert lengths == runs
    assert len(found) == rows
    whole = found
    if lengths:
        whole = found.repeat_interleave(torch.tensor(lengths), dim=1)
    assert torch.equal(whole.expand(2, TOKENS), sigma.expand(2, TOKENS))
    assert len(lengths) <= MAX_RUNS


@pytest.mark.parametrize(("levels", "rows"), [(REGION, 1), (REGIONS, 2)])
def test_few_levels_in_many_runs_are_looked_up(levels, rows: int):
    sigma = torch.tensor(levels).expand(2, -1)
    found, numbers = noise_runs(sigma)
    assert isinstance(numbers, torch.Tensor)
    assert found.tolist() == [[0.0, sigma.max()]]
    assert numbers.shape == (rows, TOKENS)
    assert torch.equal(found[0][numbers].expand(2, -1), sigma)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize("levels", [REGION, REGIONS])
def test_looking_levels_up_changes_no_bit(levels, dtype: torch.dtype):
    config = TransformerConfig(dim=48, ffn_dim=64, heads=2, layers=1, text_dim=32)
    block = randomise(Block(config)).requires_grad_(False).to(dtype)
    found, numbers = noise_runs(torch.tensor(levels).expand(2, -1))
    noise_of = noise(1, found.shape[1], 6, 48).to(dtype)
    x, context = noise(2, TOKENS, 48, seed=1).to(dtype), noise(2, 4, 48, seed=2).to(dtype)
    cos, sin = rotation(noise(1, TOKENS, 3, seed=3).float(), 24, 100.0)
    text = block.cross_attn.keys_values(context)
    looked_up = block(x, noise_of, text, None, (cos, sin), None, numbers)
    apart = block(x, noise_of[0][numbers], text, None, (cos, sin))
    assert torch.equal(looked_up, apart)


def test_a_region_of_wan_embeds_each_level_once():
    config = TransformerConfig(
        latent_channels=4, dim=48, ffn_dim=64, heads=2, layers=1, text_dim=32, time_scale=1.0
    )
    network = randomise(Transformer(config)).requires_grad_(False)
    shapes: list[tuple[int, ...]] = []
    network.time_projection.register_forward_hook(lambda _n, _i, out: shapes.append(out.shape))
    denoiser = WanDenoiser(experts=(network,))
    context = denoiser.read(noise(2, 4, 32).float(), torch.ones(2, 4, dtype=torch.bool))
    x, positions = noise(2, TOKENS, 16).float(), noise(2, TOKENS, 3, seed=1).float()
    sigma = torch.tensor(REGION).expand(2, -1)
    batch = TokenBatch(x=x, sigma=sigma, positions=positions, grid=(3, 2, 2))
    found = denoiser.velocity(batch, context)
    assert shapes == [(1, 2, 6 * 48)]
    times = (sigma * 1000 + 1e-3).floor()
    close(found, network(x, positions, times, list(context.layers), None))


def test_one_level_is_the_affine_layer_norm():
    x, shift, scale = noise(2, 5, 8), noise(1, 1, 8, seed=1), noise(1, 1, 8, seed=2)
    expected = F.layer_norm(x, (8,)) * (1 + scale) + shift
    close(modulate(x, shift, scale), expected)
    close(modulate(x, shift.expand(2, 5, 8), scale.expand(2, 5, 8)), expected)


def test_gelu_is_the_tanh_form_up_to_the_rounding_of_bfloat16():
    x = torch.linspace(-6, 6, 20_001)
    tanh = F.gelu(x, approximate="tanh")
    assert torch.equal(Gelu()(x), tanh)
    rounded = Gelu()(x.bfloat16()).float()
    true = F.gelu(x.bfloat16().float(), approximate="tanh")
    assert rounded.dtype == torch.float32
    assert (rounded - true).abs().max() <= 2**-8 * 4  # half of the last place at 4 to 8
    assert (rounded - true).abs()[x.abs() < 1].max() <= 2**-9 + 5e-4
