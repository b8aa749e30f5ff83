"""The speed of training: floating-point operations (FLOP), counted and measured."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from sorairo.training.loop.state import TrainState

ROWS = 4096  # of the matrix products that are measured: tokens, or places of a convolution
LAYERS = ((256, 1024), (1024, 256), (2048, 2048))  # of a network that is not known
MEASURE_SECONDS, MEASURE_ROUNDS = 1.0, 50  # whichever is first


def count_flop(forward: Callable[[], object]) -> float:
    """FLOP of the matrix products and convolutions in one call.

    Gradients are enabled, as in training: without them, attention on a CPU is one fused kernel that
    the counter of torch does not know.
    """
    with torch.enable_grad(), FlopCounterMode(display=False) as counter:
        forward()
    return float(counter.get_total_flops())


def layer_shapes(network: nn.Module) -> tuple[tuple[int, int], ...]:
    """Inputs and outputs of each different layer of a network, of a convolution as the matrix
    product that it is. LAYERS, if it has none."""
    layers = [each for each in network.modules() if isinstance(each, nn.Linear | nn.Conv2d)]
    shapes = {(each.weight[0].numel(), len(each.weight)): None for each in layers}
    return tuple(shapes) or LAYERS


def measured_peak(
    device: torch.device, dtype: torch.dtype, shapes: Sequence[tuple[int, int]] = LAYERS
) -> float:
    """FLOP/s of matrix products with weights of these `shapes`, (inputs, outputs): the median over
    a second of rounds of all of them."""
    pairs = [
        [torch.randn(size, dtype=dtype, device=device) for size in ((ROWS, inner), (inner, outer))]
        for inner, outer in shapes
    ]
    flop = sum(2 * ROWS * inner * outer for inner, outer in shapes)
    rates: list[float] = []
    begun = now = time.perf_counter()
    while len(rates) < MEASURE_ROUNDS and now - begun < MEASURE_SECONDS:
        made = [a @ b for a, b in pairs]
        float(made[-1][0, 0])  # waits for a GPU
        started, now = now, time.perf_counter()
        rates.append(flop / (now - started))
    return statistics.median(rates)


@cache
def peak_of_process(
    device: torch.device, dtype: torch.dtype, shapes: tuple[tuple[int, int], ...]
) -> float:
    """`measured_peak`, measured once in a process: several runs of equal networks have one peak."""
    return measured_peak(device, dtype, shapes)


class Meter:
    """Measures the speed of a run since the last reading, also as a percentage of `peak` FLOP/s,
    and adds up the time of its steps."""

    def __init__(self, state: TrainState, peak: float) -> None:
        self.state, self.peak = state, peak
        self.step, self.flop = state.step, state.flop
        self.since = self.counted = time.perf_counter()
        self.counted_step = state.step

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Leaves out the time until the block ends: what is done in it is no step."""
        self.count()
        try:
            yield
        finally:
            now = time.perf_counter()
            self.since, self.counted = self.since + now - self.counted, now

    def count(self) -> None:
        """Adds the time since the last count, if there was a step in it, to that of the run."""
        now = time.perf_counter()
        if self.state.step > self.counted_step:
            self.state.seconds += now - self.counted
        self.counted, self.counted_step = now, self.state.step

    def read(self) -> dict[str, float]:
        """The speed since the last reading, and the totals of the run."""
        self.count()
        state, passed = self.state, self.counted - self.since
        rate = (state.flop - self.flop) / passed
        speed = (state.step - self.step) / passed
        self.step, self.flop, self.since = state.step, state.flop, self.counted
        return {
            "tflops": rate / 1e12,
            "percent_of_peak": 100 * rate / self.peak,
            "steps_per_second": speed,
            "seconds": state.seconds,
            "flop": state.flop,
        }
