"""Convolutions of Wan's codecs with fewer products against the plain ones, in float64 and in the
formats in which they run."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from relative_error import relative_error
from sorairo.models.wan.codec import layers, winograd
from sorairo.models.wan.codec.layers import CausalConv, Up

LAST = torch.channels_last_3d


def drawn(*shape: int, dtype: torch.dtype = torch.float32) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(len(shape))).to(dtype)


@pytest.mark.parametrize(("dtype", "most"), [(torch.float32, 2e-6), (torch.bfloat16, 8e-3)])
@pytest.mark.parametrize("side", [1, 3])
@torch.no_grad()
def test_pairs_of_frames(dtype: torch.dtype, most: float, side: int):
    """A stream of 1, 4, 3 and 2 frames gives what one convolution in float64 gives of them all."""
    conv = CausalConv(24, 40, side).to(dtype)
    conv.to_stacked()
    x, state = drawn(1, 24, 10, 16, 24, dtype=dtype).contiguous(memory_format=LAST), {}
    assert winograd.is_faster(x)
    found = torch.cat([conv.step(each, state) for each in x.split([1, 4, 3, 2], dim=2)], dim=2)
    padded = F.pad(x.double(), (side // 2,) * 4 + (2, 0))
    assert conv.bias is not None
    wanted = F.conv3d(padded, conv.weight.double(), conv.bias.double())
    assert relative_error(found, wanted) < most


@pytest.mark.parametrize(("dtype", "most"), [(torch.float32, 2e-6), (torch.bfloat16, 8e-3)])
@torch.no_grad()
def test_twice_the_size(dtype: torch.dtype, most: float):
    up = Up(24, 40, time=False).to(dtype)
    x = drawn(1, 24, 3, 14, 18, dtype=dtype).contiguous(memory_format=LAST)
    assert winograd.is_faster(x)
    larger = F.interpolate(x[0].double().movedim(1, 0), scale_factor=2, mode="nearest-exact")
    assert up.conv.bias is not None
    wanted = F.conv2d(larger, up.conv.weight.double(), up.conv.bias.double(), padding=1)
    assert relative_error(up(x, {})[0].movedim(1, 0), wanted) < most


def test_where_it_pays(monkeypatch: pytest.MonkeyPatch):
    """Not for few places, nor for bfloat16 on a CPU with AMX."""
    many, few = torch.empty(1, 1, 2, 16, 16), torch.empty(1, 1, 2, 8, 8)
    monkeypatch.setattr(winograd, "_has_matrix_unit", lambda: False)
    assert winograd.is_faster(many)
    assert winograd.is_faster(many.bfloat16())
    assert not winograd.is_faster(few)
    monkeypatch.setattr(winograd, "_has_matrix_unit", lambda: True)
    assert winograd.is_faster(many)
    assert not winograd.is_faster(many.bfloat16())
    assert layers.is_faster is winograd.is_faster
