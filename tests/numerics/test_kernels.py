"""Faster kernels: which are chosen, that they are called as they want it, and that what is compiled
computes what the plain function computes."""

from __future__ import annotations

import logging
import sys
from collections.abc import Iterator
from types import ModuleType

import jaxtyping
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from random_weights import randomise
from single_precision import DEVICE, single_precision
from sorairo.nn import noise_runs, rope
from sorairo.nn.attention import Attention, RMSNorm
from sorairo.nn.kernels import compiled, flash
from sorairo.nn.kernels.compiled import Fused, is_compiled_for
from sorairo.nn.kernels.flash import chosen, generation
from sorairo.nn.rope import rotate, rotation

HALF = torch.bfloat16


def noise(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[str, tuple[int, ...]]]]:
    """Calls of FlashAttention 2 and 3, which are installed: they compute by torch."""
    found: list[tuple[str, tuple[int, ...]]] = []

    def module(name: str, *, with_sums: bool) -> ModuleType:
        def flash_attn_func(q: Tensor, k: Tensor, v: Tensor) -> Tensor | tuple[Tensor, Tensor]:
            found.append((name, tuple(q.shape)))
            q, k, v = q.transpose(1, 2), k.transpose(1, 2), v.transpose(1, 2)
            out = F.scaled_dot_product_attention(q, k, v).transpose(1, 2)
            return (out, out[..., 0]) if with_sums else out

        made = ModuleType(name)
        made.flash_attn_func = flash_attn_func  # type: ignore[attr-defined]
        return made

    monkeypatch.setitem(sys.modules, "flash_attn", module("flash_attn", with_sums=False))
    three = module("flash_attn_interface", with_sums=True)
    monkeypatch.setitem(sys.modules, "flash_attn_interface", three)
    flash.installed.cache_clear()
    yield found
    flash.installed.cache_clear()


@pytest.mark.parametrize(
    ("gpu", "dtype", "head_dim", "name"),
    [
        (9, HALF, 128, "flash_attn_interface"),
        (8, torch.float16, 64, "flash_attn"),
        (9, torch.float32, 128, None),
        (9, HALF, 512, None),
        (9, HALF, 12, None),
        (7, HALF, 128, None),
        (0, HALF, 128, None),
    ],
)
def test_the_choice(calls, gpu: int, dtype: torch.dtype, head_dim: int, name: str | None):
    assert chosen(gpu, dtype, head_dim) == name


def test_without_the_newer_package_the_older_one(calls, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "flash_attn_interface", None)
    assert chosen(9, HALF, 128) == "flash_attn"
    flash.installed.cache_clear()
    monkeypatch.setitem(sys.modules, "flash_attn", ModuleType("flash_attn"))
    assert chosen(9, HALF, 128) is None, "a package without the function"


def test_a_cpu_is_no_gpu():
    assert generation(torch.device("cpu")) == 0


@pytest.mark.parametrize(("gpu", "name"), [(9, "flash_attn_interface"), (8, "flash_attn")])
def test_attention_by_an_installed_package(calls, monkeypatch, gpu: int, name: str):
    attention = randomise(Attention(32, 2)).requires_grad_(False).to(HALF)
    x = noise(2, 5, 32).to(HALF)
    with torch.inference_mode():
        by_torch = attention(x)
        monkeypatch.setattr(flash, "generation", lambda _device: gpu)
        assert torch.equal(attention(x), by_torch)
        assert calls == [(name, (2, 5, 2, 16))]
        attention(x, mask=torch.ones(2, 5, dtype=torch.bool))
        attention.float()(x.float())
        monkeypatch.setenv("SORAIRO_KERNELS", "torch")
        attention.to(HALF)(x)
    attention(x)  # with gradients
    assert len(calls) == 1, "only without a mask, in two bytes, without gradients, and not if off"


FUSED = {
    "rotate": (
        rope._rotated,
        lambda dtype: (noise(2, 6, 3, 24).to(dtype), *rotation(noise(2, 6, 3), 24, 100.0)),
    ),
    "modulate": (
        noise_runs._modulate_each,
        lambda dtype: (
            *(noise(*shape, seed=4).to(dtype) for shape in ((2, 6, 24), (2, 24), (2, 24))),
            torch.tensor([[0, 1, 0, 0, 1, 1]]),
            1e-6,
        ),
    ),
    "gate": (
        noise_runs._add_gated_each,
        lambda dtype: (
            *(noise(*shape, seed=5).to(dtype) for shape in ((2, 6, 24), (2, 6, 24), (2, 24))),
            torch.tensor([[0, 1, 0, 0, 1, 1]]),
        ),
    ),
}


@pytest.mark.parametrize("dtype", [torch.float32, HALF])
@pytest.mark.parametrize("name", FUSED)
def test_a_whole_function_is_captured_and_computes_the_same(
    name: str, dtype: torch.dtype, monkeypatch: pytest.MonkeyPatch
):
    """As one graph, with any number of tokens; what a GPU makes of the graph is not tested. Types
    are not checked, as outside tests: the graph would have the checks in it."""
    monkeypatch.setattr(jaxtyping.config, "jaxtyping_disable", True)
    function, inputs = FUSED[name]
    captured = torch.compile(function.plain, dynamic=True, fullgraph=True, backend="aot_eager")
    with torch.inference_mode():
        given = inputs(dtype)
        torch.testing.assert_close(captured(*given), function(*given), rtol=0, atol=0)


def test_what_cannot_be_compiled_is_computed_plainly(monkeypatch, caplog):
    def compile_(*_: object, **__: object) -> object:
        def fails(*_: object) -> Tensor:
            raise RuntimeError("no Triton\nhere")

        compiling.append(1)
        return fails

    compiling: list[int] = []
    monkeypatch.setattr(compiled, "is_compiled_for", lambda _x: True)
    monkeypatch.setattr(torch, "compile", compile_)
    double = Fused(lambda x: 2 * x)
    with caplog.at_level(logging.WARNING):
        for _ in range(2):
            assert torch.equal(double(torch.ones(3)), torch.full((3,), 2.0))
    assert [record.getMessage() for record in caplog.records] == [
        "Kernels are not compiled: no Triton"
    ]
    assert compiling == [1]


def test_out_of_memory_is_no_failure_of_the_compiler(monkeypatch: pytest.MonkeyPatch):
    def compile_(*_: object, **__: object) -> object:
        def fails(*_: object) -> Tensor:
            raise torch.OutOfMemoryError("full")

        return fails

    monkeypatch.setattr(compiled, "is_compiled_for", lambda _x: True)
    monkeypatch.setattr(torch, "compile", compile_)
    with pytest.raises(torch.OutOfMemoryError):
        Fused(lambda x: 2 * x)(torch.ones(3))


def test_nothing_is_compiled_on_a_cpu():
    with torch.inference_mode():
        assert not is_compiled_for(torch.empty(2**24, dtype=torch.uint8))


def test_the_norm_of_other_devices_is_that_of_the_cpu():
    norm = randomise(RMSNorm(48)).requires_grad_(False)
    x = 5 * noise(300, 48)
    with torch.inference_mode():
        wanted = norm(x)
        torch.testing.assert_close(F.rms_norm(x, (48,), norm.weight, norm.eps), wanted)
        with single_precision():
            found = norm.to(DEVICE)(x.to(DEVICE)).cpu()
    torch.testing.assert_close(found, wanted, rtol=1e-6, atol=1e-6)


def test_positions_of_other_devices_are_rotated_in_float32():
    """The table is not rounded: the result is the exact one, rounded once."""
    x, positions = noise(1, 64, 2, 24).to(HALF), 30 * noise(1, 64, 3, seed=1)
    table = rotation(positions, 24, 100.0)
    exact = rotate(x.float(), table)
    with single_precision():
        found = rotate(x.to(DEVICE), (table[0].to(DEVICE), table[1].to(DEVICE))).cpu()
    assert found.dtype == HALF
    assert torch.equal(found, exact.to(HALF))
    assert not torch.equal(rotate(x, table), found), "a CPU rounds the table"
