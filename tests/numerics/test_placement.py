"""Weights that are on a device only while they are used, and which of them stay."""

from __future__ import annotations

import weakref
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode

from sorairo.generation.engine import load
from sorairo.generation.progress import Progress
from sorairo.models.model_info import MemoryNeeds, Workload
from sorairo.models.sizing.needs import least_pixels
from sorairo.models.sizing.plan import NetworkSizes, plan_weights, spread
from sorairo.nn.placement import StreamedBlocks, bytes_of, pin
from tiny_wan import write_wan

CPU = torch.device("cpu")


class Copies(TorchDispatchMode):
    """Counts the bytes of the copies of weights that exist at the same time."""

    def __init__(self) -> None:
        super().__init__()
        self.alive = self.most = 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        result = func(*args, **(kwargs or {}))
        if func is torch.ops.aten._to_copy.default:
            size = result.numel() * result.element_size()
            self.alive += size
            self.most = max(self.most, self.alive)
            weakref.finalize(result.untyped_storage(), self._gone, size)
        return result

    def _gone(self, size: int) -> None:
        self.alive -= size


def blocks(count: int = 6) -> nn.ModuleList:
    torch.manual_seed(0)
    rows = [nn.Sequential(nn.Linear(32, 32), nn.BatchNorm1d(32)) for _ in range(count)]
    return nn.ModuleList(rows).eval().requires_grad_(False)


def through(network: nn.ModuleList, x: Tensor) -> Tensor:
    for block in network:
        x = block(x)
    return x


@pytest.mark.parametrize("kept", [(), (1, 4)])
def test_two_blocks_are_on_the_device_at_a_time(kept: tuple[int, ...]):
    x, plain = torch.randn(3, 32), blocks()
    streamed = StreamedBlocks(plain, CPU, kept)
    expected = through(plain, x)
    before = {name: tensor.data_ptr() for name, tensor in streamed.state_dict().items()}
    with Copies() as copies:
        assert torch.equal(through(streamed, x), expected)
    assert copies.alive == 0
    assert copies.most == 2 * bytes_of(plain[0])
    assert {name: tensor.data_ptr() for name, tensor in streamed.state_dict().items()} == before


def test_a_run_that_is_cancelled_gives_the_memory_back():
    streamed = StreamedBlocks(blocks(), CPU)
    before = [each.data_ptr() for each in streamed.parameters()]
    with Copies() as copies:
        turns: Iterator[nn.Module] | None = iter(streamed)
        next(turns), next(turns)
        assert [each.data_ptr() for each in streamed.parameters()] != before
        turns = None
        assert copies.alive == 0
    assert [each.data_ptr() for each in streamed.parameters()] == before


GB = 1e9
SIZES = NetworkSizes(
    text=int(11.4 * GB),
    text_block=int(0.39 * GB),
    fixed=int(1.8 * GB),
    block=int(0.32 * GB),
    blocks=30,
)
NEEDS = MemoryNeeds(weights=int(22.8 * GB), per_token=164e3, per_pixel=11.4e3)
CLIP = Workload(tokens=27_280, pixels=1280 * 704)  # wan2.2-5b


@pytest.mark.parametrize(
    ("memory", "text_stays", "kept", "tiled"),
    [(80, True, None, False), (26, False, None, False), (16, False, 7, False), (8, False, 0, True)],
)
def test_what_stays_on_a_device(memory: float, text_stays: bool, kept: int | None, tiled: bool):
    """As much as fits beside what a clip of the official size takes, and no more."""
    plan = plan_weights(SIZES, NEEDS, CLIP, memory * GB, None)
    assert plan.text_stays == text_stays
    assert (plan.kept if plan.kept is None else len(plan.kept)) == kept
    assert (plan.most_pixels < CLIP.pixels) == tiled
    placed = plan.applied(NEEDS, rests=True)
    assert placed.staying + placed.working(CLIP) <= 0.9 * memory * GB
    assert placed.staying + placed.resting == NEEDS.weights
    assert placed.working(CLIP) >= plan.moving + NEEDS.per_token * CLIP.tokens
    assert plan.most_pixels >= int(least_pixels(CLIP.pixels))


def test_the_answer_of_the_user_counts():
    assert plan_weights(SIZES, NEEDS, CLIP, 8 * GB, False).kept is None
    assert plan_weights(SIZES, NEEDS, CLIP, 80 * GB, True).kept == ()
    assert spread(3, 30) == (5, 15, 25)


def test_clips_of_a_model_that_rests_in_host_memory_are_the_same(tmp_path: Path):
    """With a control branch, which is a second row of blocks beside the first."""
    folder = write_wan(tmp_path / "wan", "wan2.1-vace-1.3b")
    options = {"seconds": 5 / 16, "steps": 1, "width": 64, "height": 64}
    whole, resting = load(folder, device="cpu"), load(folder, device="cpu", offload=True)
    expected = whole.generate("a red ball", **options)
    rows = [each.blocks for each in resting.model.denoiser.experts]
    assert all(isinstance(row, StreamedBlocks) for row in rows)
    assert isinstance(resting.model.text.network.encoder.block, StreamedBlocks)
    made = resting.generate("a red ball", **options)
    assert np.array_equal(made.frames, expected.frames)
    places = [each.data_ptr() for row in rows for each in row.parameters()]

    def cancelled(_now: Progress) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        resting.generate("a red ball", on_progress=cancelled, **options)
    assert [each.data_ptr() for row in rows for each in row.parameters()] == places
    assert resting.model.info.memory.moving > 0


@pytest.mark.parametrize("layers", [7, 40])
def test_pinned_weights_take_hardly_more_memory_than_they_have(layers: int):
    """torch rounds pinned memory up to a power of two: one by one, the weights of a block of 14B
    would take 1.53 times their size."""
    asked: list[int] = []

    def allocate(count: int) -> Tensor:
        asked.append(count)
        return torch.empty(count, dtype=torch.uint8, device="meta")

    sides = [(5120, 5120)] * 8 + [(5120, 13824), (13824, 5120)]
    rows = [
        nn.Sequential(*(nn.Linear(*each, device="meta", dtype=torch.bfloat16) for each in sides))
        for _ in range(layers)
    ]
    weights = bytes_of(nn.ModuleList(rows))
    alone = sum(1 << (2 * p.numel() - 1).bit_length() for row in rows for p in row.parameters())
    assert alone / weights == pytest.approx(1.53, abs=0.01)
    pin(rows, allocate)
    assert all(count.bit_count() == 1 for count in asked)
    assert weights <= sum(asked) < 1.1 * weights
    assert max(asked) <= 2**30


def test_pinned_weights_are_what_they_were():
    """Of every format and shape, each in a place of its own."""
    network = blocks(2)
    network[0].register_buffer("packed", torch.arange(77, dtype=torch.uint8))
    network[1].register_buffer("small", torch.tensor(3.5))
    network[1].register_buffer("eight", torch.randn(5, 3).to(torch.float8_e4m3fn))
    network[1].register_buffer("turned", torch.randn(4, 6).T)
    before = {name: each.clone() for name, each in network.state_dict().items()}
    x, pieces = torch.randn(3, 32), []
    wanted = through(blocks(2), x)

    def allocate(count: int) -> Tensor:
        pieces.append(torch.empty(count, dtype=torch.uint8))
        return pieces[-1]

    pin(list(network), allocate)
    for name, tensor in network.state_dict().items():
        assert torch.equal(tensor.float(), before[name].float()), name
        assert any(
            each.data_ptr() <= tensor.data_ptr() < each.data_ptr() + len(each) for each in pieces
        )
    assert torch.equal(through(network, x), wanted)
