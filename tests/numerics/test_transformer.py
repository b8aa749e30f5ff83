"""The transformer: noise per token, positions as data, text without its padding."""

from __future__ import annotations

import dataclasses
import functools
import math

import pytest
import torch

from random_weights import randomise
from sorairo.generation.canvas.canvas import even_times
from sorairo.models.model import DenoiserNetwork
from sorairo.models.tabletop import POSITIONS
from sorairo.models.text import TextConfig
from sorairo.models.transformer import (
    LONGEST_WAVE,
    Transformer,
    TransformerConfig,
    place_waves,
    sinusoid,
)
from sorairo.nn.patches import patchify, unpatchify

close = functools.partial(torch.testing.assert_close, atol=1e-5, rtol=1e-4)  # norms are float32

GRID = (2, 3, 2)
TOKENS = 12


@pytest.fixture(scope="module")
def denoiser() -> DenoiserNetwork:
    transformer = TransformerConfig(
        latent_channels=4, dim=48, ffn_dim=64, heads=2, layers=2, text_dim=32, freq_dim=32
    )
    text = TextConfig(vocabulary=50, dim=32, heads=2, layers=2)
    return randomise(DenoiserNetwork(transformer, text), scale=1.5).double().requires_grad_(False)


def noise(*shape: int, seed: int = 0) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(*shape, generator=generator, dtype=torch.float64)


def inputs(batch: int = 2) -> dict[str, torch.Tensor]:
    positions = POSITIONS.grid(GRID, even_times(GRID[0], 1 / 3)).reshape(1, -1, 3)
    ids = torch.tensor([[1, 7, 9, 3], [1, 8, 0, 0]])[:batch]
    mask = torch.tensor([[True] * 4, [True, True, False, False]])[:batch]
    return {
        "x": noise(batch, TOKENS, 16),
        "positions": positions.expand(batch, -1, -1),
        "sigma": torch.linspace(0.05, 1, batch * TOKENS).double().reshape(batch, TOKENS),
        "ids": ids,
        "mask": mask,
    }


def moved(a: torch.Tensor, b: torch.Tensor) -> list[int]:
    """Tokens of the first sample that are not the same in both."""
    return ((a - b).abs() > 1e-9).any(-1)[0].nonzero().flatten().tolist()


def test_patches_and_back():
    latents = torch.arange(2 * 3 * 4 * 6 * 8.0).reshape(2, 3, 4, 6, 8)
    x = patchify(latents, 2)
    assert x.shape == (2, 4 * 3 * 4, 12)
    assert torch.equal(unpatchify(x, (4, 3, 4), 2), latents)
    token = x[1, (3 * 3 + 1) * 4 + 2]  # frame 3, row 1, column 2
    assert torch.equal(token, latents[1, :, 3, 2:4, 4:6].flatten())


def test_a_new_network_predicts_nothing():
    """Every output starts at zero, so training starts from the mean and not from noise."""
    config = TransformerConfig(dim=48, ffn_dim=64, heads=2, layers=1, text_dim=32)
    network = Transformer(config)
    given = inputs()
    x = noise(2, TOKENS, 32).float()
    text = network.read_text(noise(2, 4, 32).float())
    out = network(x, given["positions"], given["sigma"].float(), text, given["mask"])
    assert torch.equal(out, torch.zeros_like(x))


def test_one_level_for_all_is_the_same_as_the_level_of_each(denoiser: DenoiserNetwork):
    given = inputs()
    for level in (0.0, 0.3, 1.0):
        one = denoiser(**{**given, "sigma": torch.full((2, 1), level).double()})
        each = denoiser(**{**given, "sigma": torch.full((2, TOKENS), level).double()})
        close(one, each)


def test_every_token_depends_on_its_own_level(denoiser: DenoiserNetwork):
    """A token's level changes its own output and, through attention, that of others."""
    given = inputs()
    sigma = given["sigma"].clone()
    sigma[0, 5] = 0.9
    assert 5 in moved(denoiser(**{**given, "sigma": sigma}), denoiser(**given))

    alone = randomise(Transformer(denoiser.transformer.config), scale=1.5).double()
    alone.requires_grad_(False)
    for block in alone.blocks:  # no word from one token to another
        block.self_attn.o.weight.zero_()
        block.self_attn.o.bias.zero_()
    text = alone.read_text(denoiser.text(given["ids"], given["mask"]))
    rest = (text, given["mask"])
    before = alone(given["x"], given["positions"], given["sigma"], *rest)
    after = alone(given["x"], given["positions"], sigma, *rest)
    assert moved(after, before) == [5]


def test_every_token_attends_to_every_other(denoiser: DenoiserNetwork):
    given = inputs()
    before = denoiser(**given)
    x = given["x"].clone()
    x[0, 3] += 1
    after = denoiser(**{**given, "x": x})
    assert moved(after, before) == list(range(TOKENS))
    close(after[1], before[1])


def test_the_order_of_tokens_means_nothing_their_positions_do(denoiser: DenoiserNetwork):
    given = inputs()
    before = denoiser(**given)
    order = torch.randperm(TOKENS, generator=torch.Generator().manual_seed(0))
    shuffled = {name: given[name][:, order] for name in ("x", "positions", "sigma")}
    close(denoiser(**{**given, **shuffled}), before[:, order])
    del shuffled["positions"]
    assert not torch.allclose(denoiser(**{**given, **shuffled}), before[:, order], atol=1e-4)


def test_only_differences_of_positions_count(denoiser: DenoiserNetwork):
    given = inputs()
    elsewhere = given["positions"] + torch.tensor([11.0, -2.0, 3.0])
    out = denoiser(**{**given, "positions": elsewhere})
    close(out, denoiser(**given))


def placed(denoiser: DenoiserNetwork, **asked: bool) -> DenoiserNetwork:
    """The same network with a position embedding; `learned`: with random weights."""
    config = dataclasses.replace(denoiser.transformer.config, place_frequencies=4)
    network = DenoiserNetwork(config, denoiser.text.config).double().requires_grad_(False)
    network.load_state_dict(denoiser.state_dict(), strict=False)
    if asked.get("learned"):
        weight = network.transformer.place_embedding.weight
        weight.copy_(0.3 * noise(*weight.shape, seed=1))
    return network


def test_places_mean_nothing_at_first(denoiser: DenoiserNetwork):
    """What a network without them has learned is kept."""
    given = inputs()
    assert torch.equal(placed(denoiser)(**given), denoiser(**given))
    elsewhere = given["positions"] + torch.tensor([0.0, -2.0, 3.0])
    network = placed(denoiser, learned=True)
    assert moved(network(**given), network(**{**given, "positions": elsewhere}))


def test_without_places_tokens_that_are_alike_stay_alike(denoiser: DenoiserNetwork):
    """Attention to equal values is their average at every position: without an embedding, left
    cannot be distinguished from right in pure noise."""
    given = inputs()
    related_shots = {
        **given,
        "x": given["x"][:, :1].expand(-1, TOKENS, -1),
        "sigma": given["sigma"][:, :1],
    }
    out = denoiser(**related_shots)
    close(out, out[:, :1].expand_as(out))
    out = placed(denoiser, learned=True)(**related_shots)
    apart = (out[0][:, None] - out[0][None]).norm(dim=-1) + torch.eye(TOKENS)
    assert float(apart.min()) > 1e-3, "the twelve positions differ"


def test_places_are_distinguished():
    """Within one wave of the longest, and as the same numbers whatever else is in the batch."""
    y, x = torch.meshgrid(torch.linspace(-40, 40, 41), torch.linspace(-40, 40, 41), indexing="ij")
    positions = torch.stack([torch.zeros_like(x), y, x], dim=-1).reshape(1, -1, 3)
    waves = place_waves(positions, 6)
    assert waves.shape == (1, 41 * 41, 36)
    close(waves.square().sum(-1), torch.full((1, 41 * 41), 18.0))
    assert float((torch.cdist(waves, waves)[0] + 9 * torch.eye(41 * 41)).min()) > 0.5
    one = place_waves(torch.tensor([[[3.0, 0.0, 16.0]]]), 1)
    expected = [math.cos(2 * math.pi * t / LONGEST_WAVE) for t in (3, 0, 16)]
    close(one[0, 0, :3], torch.tensor(expected))


def test_padding_of_the_text_has_no_influence(denoiser: DenoiserNetwork):
    given = inputs()
    before = denoiser(**given)
    garbage = given["ids"].clone()
    garbage[1, 2:] = torch.tensor([33, 44])
    close(denoiser(**{**given, "ids": garbage}), before)
    longer = torch.nn.functional.pad(garbage, (0, 5), value=21)
    mask = torch.nn.functional.pad(given["mask"], (0, 5))
    close(denoiser(**{**given, "ids": longer, "mask": mask}), before)


def test_the_text_has_influence(denoiser: DenoiserNetwork):
    given = inputs()
    other = given["ids"].clone()
    other[0, 2] = 30
    after = denoiser(**{**given, "ids": other})
    assert moved(after, denoiser(**given)) == list(range(TOKENS))
    swapped = given["ids"][:, [0, 2, 1, 3]]
    assert moved(denoiser(**{**given, "ids": swapped}), denoiser(**given)) == list(range(TOKENS))


def test_text_read_once_is_text_read_every_time(denoiser: DenoiserNetwork):
    given = inputs()
    text = denoiser.transformer.read_text(denoiser.text(given["ids"], given["mask"]))
    out = denoiser.transformer(given["x"], given["positions"], given["sigma"], text, given["mask"])
    assert torch.equal(out, denoiser(**given))


def test_samples_of_a_batch_are_independent(denoiser: DenoiserNetwork):
    given = inputs()
    alone = denoiser(**{name: value[1:] for name, value in given.items()})
    close(alone, denoiser(**given)[1:])


def test_with_and_without_gradients_alike(denoiser: DenoiserNetwork):
    given = inputs()
    with torch.no_grad():
        fused = denoiser(**given)
    close(denoiser(**given), fused)


def test_noise_levels_are_distinguished():
    embedded = sinusoid(torch.tensor([[0.0, 500.0, 501.0, 1000.0]]), 256)
    assert embedded.shape == (1, 4, 256)
    close(embedded[0, 0, :128], torch.ones(128))
    close(embedded.square().sum(-1), torch.full((1, 4), 128.0))
    assert float((embedded[0, 1] - embedded[0, 2]).norm()) > 0.5


def with_texts(k: int, prompt_weights: torch.Tensor) -> dict[str, torch.Tensor]:
    """The inputs with k texts a sample."""
    ids = torch.tensor([[1, 7, 9, 3], [1, 8, 0, 0], [1, 30, 31, 0]])
    mask = torch.tensor([[True] * 4, [True, True, False, False], [True, True, True, False]])
    rows = torch.arange(2 * k) % 3
    return {
        **inputs(),
        "ids": ids[rows],
        "mask": mask[rows],
        "prompt_weights": prompt_weights.double(),
    }


def test_one_text_of_all_is_that_text(denoiser: DenoiserNetwork):
    for which in range(2):
        prompt_weights = torch.zeros(2, TOKENS, 2)
        prompt_weights[..., which] = 1
        given = with_texts(2, prompt_weights)
        rows = [which, 2 + which]
        alone = {**inputs(), "ids": given["ids"][rows], "mask": given["mask"][rows]}
        close(denoiser(**given), denoiser(**alone))


def test_a_token_attends_to_its_own_text_first(denoiser: DenoiserNetwork):
    """In one block, before tokens attend to one another, only the prompt weights count."""
    prompt_weights = torch.zeros(2, TOKENS, 2)
    prompt_weights[:, :6, 0], prompt_weights[:, 6:, 1] = 1, 1
    given = with_texts(2, prompt_weights)
    other = {**given, "ids": given["ids"].clone()}
    other["ids"][1] = torch.tensor([1, 40, 41, 42])
    block = denoiser.transformer.blocks[0]
    x = noise(2, TOKENS, 48)

    def attended(ids: torch.Tensor) -> torch.Tensor:
        context = denoiser.transformer.text_embedding(denoiser.text(ids, given["mask"]))
        keys = block.cross_attn.keys_values(context)
        return block.cross_attn.mixed(x, keys, given["mask"], given["prompt_weights"])

    assert moved(attended(given["ids"]), attended(other["ids"])) == list(range(6, TOKENS))


def test_texts_are_mixed_in_proportion(denoiser: DenoiserNetwork):
    def attended(first: float) -> torch.Tensor:
        prompt_weights = torch.tensor([first, 1 - first]).expand(2, TOKENS, 2)
        given = with_texts(2, prompt_weights)
        cross = denoiser.transformer.blocks[0].cross_attn
        context = denoiser.transformer.text_embedding(denoiser.text(given["ids"], given["mask"]))
        return cross.mixed(
            noise(2, TOKENS, 48), cross.keys_values(context), given["mask"], prompt_weights
        )

    close(attended(0.3), 0.3 * attended(1.0) + 0.7 * attended(0.0))
