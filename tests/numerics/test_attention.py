"""Attention: two ways to compute it, one result; rotary positions; normalised queries and keys."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from random_weights import randomise
from sorairo.nn.attention import Attention, RMSNorm, attend
from sorairo.nn.rope import axis_pairs, rotate, rotation


def noise(*shape: int, seed: int = 0) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(*shape, generator=generator, dtype=torch.float64)


@pytest.mark.parametrize("masked", [False, True])
def test_the_explicit_way_and_the_fused_one_agree(masked: bool):
    """With gradients attention is written out, without it is the fused kernel."""
    q, k, v = noise(2, 5, 3, 8), noise(2, 7, 3, 8, seed=1), noise(2, 7, 3, 8, seed=2)
    mask = torch.ones(2, 7, dtype=torch.bool)
    mask[0, 3:] = mask[1, 6:] = False
    seen = mask if masked else None
    explicit = attend(q, k, v, seen)
    with torch.no_grad():
        fused = attend(q, k, v, seen)
    torch.testing.assert_close(explicit, fused)
    assert explicit.shape == (2, 5, 24)
    if masked:
        alone = attend(q[:1], k[:1, :3], v[:1, :3])
        torch.testing.assert_close(explicit[:1], alone)


def test_gradients_of_the_explicit_way():
    tensors = [noise(2, 5, 3, 8, seed=i).requires_grad_() for i in range(3)]
    weight = noise(2, 5, 24, seed=9)
    ours = torch.autograd.grad((attend(*tensors) * weight).sum(), tensors)
    q, k, v = (t.transpose(1, 2) for t in tensors)
    fused = F.scaled_dot_product_attention(q, k, v).transpose(1, 2).flatten(2)
    theirs = torch.autograd.grad((fused * weight).sum(), tensors)
    for mine, other in zip(ours, theirs, strict=True):
        torch.testing.assert_close(mine, other)


def test_rms_norm():
    norm = RMSNorm(16)
    x = noise(3, 16).float() * 50
    torch.testing.assert_close(norm(x).square().mean(-1), torch.ones(3))
    torch.testing.assert_close(norm(3 * x), norm(x))
    with torch.no_grad():
        norm.weight.copy_(torch.arange(16.0))
    torch.testing.assert_close(norm(x)[:, 0], torch.zeros(3))
    assert norm(x.bfloat16()).dtype == torch.bfloat16


def test_queries_and_keys_are_normalised():
    """The size of a query or key projection makes no difference; that of the values does."""
    attention = randomise(Attention(24, 2))
    x = noise(1, 6, 24).float()
    before = attention(x)
    with torch.no_grad():
        for layer in (attention.q, attention.k):
            layer.weight *= 10
            layer.bias *= 10
    torch.testing.assert_close(attention(x), before, atol=1e-5, rtol=1e-4)
    with torch.no_grad():
        attention.v.weight *= 2
    assert not torch.allclose(attention(x), before, atol=1e-3)


def test_a_context_read_once_is_the_context():
    attention = randomise(Attention(24, 2))
    x, context = noise(1, 6, 24).float(), noise(1, 4, 24, seed=1).float()
    read = attention.keys_values(context)
    assert read[0].shape == read[1].shape == (1, 4, 2, 12)
    itself = attention.keys_values(x)
    torch.testing.assert_close(attention(x, itself), attention(x))
    assert not torch.allclose(attention(x, read), attention(x), atol=1e-3)


@pytest.mark.parametrize("head_dim", [12, 16, 32, 64, 128])
def test_every_pair_of_a_head_belongs_to_one_axis(head_dim: int):
    assert sum(axis_pairs(head_dim)) == head_dim // 2
    assert axis_pairs(128) == (22, 21, 21)  # Wan 2.1: 44, 42, 42 of 128 channels


def scores(q: torch.Tensor, k: torch.Tensor, positions: torch.Tensor) -> torch.Tensor:
    rope = rotation(positions, q.shape[-1], 100.0)
    return torch.einsum("bnhd,bmhd->bhnm", rotate(q, rope), rotate(k, rope))


def test_scores_depend_on_differences_of_positions():
    q, k = noise(1, 6, 2, 24).float(), noise(1, 6, 2, 24, seed=1).float()
    positions = noise(1, 6, 3, seed=2).float() * 4
    before = scores(q, k, positions)
    moved = scores(q, k, positions + torch.tensor([2.0, -1.0, 0.5]))
    torch.testing.assert_close(moved, before, atol=1e-4, rtol=1e-4)
    for axis in range(3):
        stretched = positions.clone()
        stretched[..., axis] *= 2
        assert not torch.allclose(scores(q, k, stretched), before, atol=1e-2)


def test_turning_keeps_lengths_and_zero_turns_nothing():
    x, positions = noise(2, 5, 3, 24).float(), noise(2, 5, 3, seed=1).float() * 9
    turned = rotate(x, rotation(positions, 24, 100.0))
    torch.testing.assert_close(turned.norm(dim=-1), x.norm(dim=-1))
    assert torch.equal(rotate(x, rotation(torch.zeros(2, 5, 3), 24, 100.0)), x)


def test_each_axis_turns_its_own_pairs():
    """The first pair of an axis turns by its position in radians, the others more slowly."""
    x = torch.zeros(1, 1, 1, 24)
    x[..., :12] = 1  # the first of each pair
    time, y, _ = axis_pairs(24)
    for axis, first in enumerate((0, time, time + y)):
        positions = torch.zeros(1, 1, 3)
        positions[..., axis] = 0.7
        turned = rotate(x, rotation(positions, 24, 100.0))[0, 0, 0]
        pairs = axis_pairs(24)[axis]
        angles = torch.zeros(12)
        angles[first : first + pairs] = 0.7 * 100.0 ** (-torch.arange(pairs) / pairs)
        torch.testing.assert_close(turned, torch.cat([angles.cos(), angles.sin()]))
