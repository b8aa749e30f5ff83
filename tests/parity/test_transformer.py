"""Our transformer against that of diffusers, on the same random weights."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from torch import Tensor

from random_weights import randomise
from relative_error import relative_error
from sorairo.models.protocols import TokenBatch
from sorairo.models.wan.denoiser import WanDenoiser
from sorairo.models.wan.files.loading import load_transformer
from sorairo.models.wan.positions import WholePositions
from sorairo.models.wan.variants import Variant, variant_named
from sorairo.nn.patches import patchify, unpatchify

GRID, TEXT = (3, 4, 6), 32  # latent frames, rows, columns; features of a text token
LARGER = (5, 16, 14)  # 280 tokens
SMALL = {"num_attention_heads": 2, "ffn_dim": 320, "num_layers": 4, "text_dim": TEXT}
NAMES = ["wan2.1-1.3b", "wan2.2-i2v-14b", "wan2.2-5b", "wan2.1-vace-1.3b"]
SPACING = {"wan2.1-vace-1.3b": 2, "wan2.1-vace-14b": 5}  # of the blocks that are steered


def theirs(variant: Variant, **sizes: int) -> torch.nn.Module:
    """diffusers' transformer of a variant, with random weights."""
    from diffusers import WanTransformer3DModel, WanVACETransformer3DModel

    channels = {"in_channels": variant.in_channels, "out_channels": variant.latent_channels}
    common = {**SMALL, "attention_head_dim": 128, **channels, **sizes}
    if variant.enters != "control branch":
        return randomise(WanTransformer3DModel(**common))
    layers = [*range(0, common["num_layers"], SPACING[variant.name])]
    return randomise(WanVACETransformer3DModel(**common, vace_layers=layers, vace_in_channels=96))


def in_dtype(network: torch.nn.Module, dtype: torch.dtype) -> torch.nn.Module:
    """As diffusers loads it: in `dtype`, but for the modules that it keeps in float32."""
    for name, parameter in network.named_parameters():
        if not any(part in name for part in network._keep_in_fp32_modules):
            parameter.data = parameter.data.to(dtype)
    return network


def inputs(
    variant: Variant, batch: int = 2, shape: tuple[int, int, int] = GRID
) -> tuple[Tensor, Tensor, Tensor]:
    """Latents, what else is given of them, and text features."""
    generator = torch.Generator().manual_seed(1)
    given = 96 if variant.enters == "control branch" else variant.in_channels
    given -= 0 if variant.enters == "control branch" else variant.latent_channels
    x, further = (
        torch.randn(batch, channels, *shape, generator=generator)
        for channels in (variant.latent_channels, given)
    )
    return x, further, torch.randn(batch, 8, TEXT, generator=generator)


def ours(denoiser: WanDenoiser, x: Tensor, given: Tensor, text: Tensor, sigma: Tensor) -> Tensor:
    dtype = denoiser.experts[0].patch_embedding.weight.dtype
    grid = (x.shape[2], x.shape[3] // 2, x.shape[4] // 2)
    places = WholePositions(units_per_second=4.0).grid(grid, torch.arange(grid[0]) / 4)
    batch = TokenBatch(
        x=patchify(x, 2).to(dtype),
        sigma=sigma,
        positions=places.reshape(1, -1, 3).expand(len(x), -1, -1),
        grid=grid,
        given=patchify(given, 2).to(dtype) if given.shape[1] else None,
    )
    context = denoiser.read(text.to(dtype), torch.ones(text.shape[:2], dtype=torch.bool))
    return unpatchify(denoiser.velocity(batch, context), grid, 2)


def expected(network: torch.nn.Module, x: Tensor, given: Tensor, text: Tensor, time: Tensor):
    """The velocity that diffusers' network gives; it takes other tokens of the grid at `time`."""
    dtype = network.patch_embedding.weight.dtype
    if hasattr(network, "vace_blocks"):
        return network(
            x.to(dtype),
            timestep=time,
            encoder_hidden_states=text.to(dtype),
            control_hidden_states=given.to(dtype),
            control_hidden_states_scale=torch.ones(len(network.vace_blocks)),
        ).sample
    x = torch.cat([x, given], dim=1).to(dtype)
    return network(x, timestep=time, encoder_hidden_states=text.to(dtype)).sample


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16], ids=["fp32", "bf16"])
@torch.no_grad()
def test_velocity(name: str, dtype: torch.dtype, tmp_path: Path):
    variant = variant_named(name)
    network = theirs(variant)
    network.save_pretrained(tmp_path)
    reference = in_dtype(network, dtype)
    files = [tmp_path / "diffusion_pytorch_model.safetensors"]
    denoiser = WanDenoiser(experts=(load_transformer(files, variant, dtype),))
    x, given, text = inputs(variant)
    time = torch.tensor([749, 749])
    found = ours(denoiser, x, given, text, torch.full((2, 1), 0.7496))
    wanted = expected(reference, x, given, text, time)
    assert relative_error(found, wanted) < (1e-4 if dtype == torch.float32 else 2e-2)


@pytest.mark.parametrize("name", NAMES)
@torch.no_grad()
def test_a_larger_grid_in_bfloat16(name: str, tmp_path: Path):
    """Further from the origin positions matter more, and sums are longer; one of the two prompts is
    empty, which is zeros."""
    variant = variant_named(name)
    network = theirs(variant)
    network.save_pretrained(tmp_path)
    reference = in_dtype(network, torch.bfloat16)
    files = [tmp_path / "diffusion_pytorch_model.safetensors"]
    denoiser = WanDenoiser(experts=(load_transformer(files, variant, torch.bfloat16),))
    x, given, text = inputs(variant, shape=LARGER)
    text[1] = 0
    found = ours(denoiser, x, given, text, torch.full((2, 1), 0.9984))
    wanted = expected(reference, x, given, text, torch.tensor([998, 998]))
    assert relative_error(found, wanted) < 2e-2


@torch.no_grad()
def test_control_blocks_of_14b(tmp_path: Path):
    """Every fifth block is steered; which ones is inferred from their number."""
    variant = variant_named("wan2.1-vace-14b")
    network = theirs(variant, num_layers=10)
    network.save_pretrained(tmp_path)
    expert = load_transformer(
        [tmp_path / "diffusion_pytorch_model.safetensors"], variant, torch.float32
    )
    assert expert.config.control_blocks == (0, 5)
    x, given, text = inputs(variant)
    found = ours(WanDenoiser(experts=(expert,)), x, given, text, torch.full((2, 1), 0.5))
    wanted = expected(network, x, given, text, torch.tensor([500, 500]))
    assert relative_error(found, wanted) < 1e-4
    every_other = theirs(variant_named("wan2.1-vace-1.3b"), num_layers=10)
    with_three = {**every_other.state_dict(), **network.state_dict()}
    every_other.load_state_dict(with_three)
    other = expected(every_other, x, given, text, torch.tensor([500, 500]))
    assert relative_error(found, other) > 1e-2, "the spacing matters"


@pytest.mark.parametrize("name", ["wan2.1-1.3b", "wan2.2-5b"])
@torch.no_grad()
def test_timesteps_in_bfloat16(name: str, tmp_path: Path):
    """They stay in float32 up to the sinusoid and through the first layer: bfloat16 has no 999 and
    no 749."""
    variant = variant_named(name)
    network = theirs(variant, num_layers=1)
    network.save_pretrained(tmp_path)
    reference = in_dtype(network, torch.bfloat16)
    files = [tmp_path / "diffusion_pytorch_model.safetensors"]
    expert = load_transformer(files, variant, torch.bfloat16)
    seen: list[Tensor] = []
    layers = (expert.time_embedding[0], reference.condition_embedder.time_embedder.linear_1)
    for layer in layers:
        layer.register_forward_pre_hook(lambda _layer, given: seen.append(given[0]))
    x, given, text = inputs(variant, batch=1)
    tokens = x[0, 0].numel() // 4
    for time in (999, 998, 749, 333, 1):
        at = torch.full((1, tokens if name == "wan2.2-5b" else 1), (time + 0.39) / 1000)
        ours(WanDenoiser(experts=(expert,)), x, given, text, at)
        each = torch.full((1, tokens), time) if name == "wan2.2-5b" else torch.tensor([time])
        expected(reference, x, given, text, each)
        found, wanted = (each.reshape(-1, 256)[0] for each in seen[-2:])
        assert found.dtype == wanted.dtype == torch.float32
        torch.testing.assert_close(found, wanted, atol=1e-4, rtol=0)
        rounded = torch.tensor(float(time)).bfloat16().float()
        if rounded != time:
            assert float((found[0] - rounded.cos()).abs()) > 1e-2


@torch.no_grad()
def test_time_of_each_token(tmp_path: Path):
    """TI2V-5B with a given picture: its latent frame at time 0, the others at one time."""
    variant = variant_named("wan2.2-5b")
    network = theirs(variant)
    network.save_pretrained(tmp_path)
    files = [tmp_path / "diffusion_pytorch_model.safetensors"]
    denoiser = WanDenoiser(experts=(load_transformer(files, variant, torch.float32),))
    x, given, text = inputs(variant, batch=1)
    sigma = torch.full((1, GRID[0], 6), 0.9)
    sigma[:, 0] = 0
    found = ours(denoiser, x, given, text, sigma.flatten(1))
    time = (sigma.flatten(1) * 1000).round()
    assert relative_error(found, expected(network, x, given, text, time)) < 1e-4


@torch.no_grad()
def test_the_expert_follows_the_noise(tmp_path: Path):
    variant = variant_named("wan2.2-14b")
    experts, networks = [], []
    for index in range(2):
        network = randomise(theirs(variant), seed=index)
        network.save_pretrained(tmp_path / str(index))
        files = [tmp_path / str(index) / "diffusion_pytorch_model.safetensors"]
        experts.append(load_transformer(files, variant, torch.float32))
        networks.append(network)
    denoiser = WanDenoiser(experts=tuple(experts), boundary=variant.boundary)
    x, given, text = inputs(variant, batch=1)
    for sigma, expert in ((0.875, 0), (0.8749, 1)):
        found = ours(denoiser, x, given, text, torch.full((1, 1), sigma))
        time = torch.tensor([int(1000 * sigma)])
        wanted = expected(networks[expert], x, given, text, time)
        assert relative_error(found, wanted) < 1e-4


@torch.no_grad()
def check_one_block(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the full width of a model."""
    # what `randomise` replaces need not be drawn
    monkeypatch.setattr(torch.nn.Linear, "reset_parameters", lambda _layer: None)
    variant = variant_named(name)
    sizes = {1536: (12, 8960), 3072: (24, 14336), 5120: (40, 13824)}[variant.width]
    heads, ffn = sizes
    network = theirs(variant, num_attention_heads=heads, ffn_dim=ffn, num_layers=1)
    network.save_pretrained(tmp_path)
    files = [tmp_path / "diffusion_pytorch_model.safetensors"]
    denoiser = WanDenoiser(experts=(load_transformer(files, variant, torch.float32),))
    x, given, text = inputs(variant, batch=1)
    found = ours(denoiser, x, given, text, torch.full((1, 1), 0.25))
    wanted = expected(network, x, given, text, torch.tensor([250]))
    assert relative_error(found, wanted) < 1e-4


@pytest.mark.parametrize("name", ["wan2.2-5b", "wan2.1-vace-1.3b"])
def test_one_block_of_full_width(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Each width but the largest, which `make wan` adds; the models that are not named have the
    same blocks as one that is."""
    check_one_block(name, tmp_path, monkeypatch)
