"""The speed of training: floating-point operations (FLOP), counted and measured."""

from __future__ import annotations

import time
from collections.abc import Callable

import torch
from torch.utils.flop_counter import FlopCounterMode

from sorairo.training.loop.state import TrainState


def count_flop(forward: Callable[[], object]) -> float:
    """FLOP of the matrix products and convolutions in one call, without gradients."""
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        forward()
    return float(counter.get_total_flops())


def measured_peak(device: torch.device, dtype: torch.dtype) -> float:
    """FLOP/s of the fastest matrix product measured on this machine, at sizes like those of the
    networks."""
    best = 0.0
    for m, k, n in ((4096, 256, 1024), (4096, 1024, 256), (2048, 2048, 2048)):
        a, b = (torch.randn(s, dtype=dtype, device=device) for s in ((m, k), (k, n)))
        for _ in range(5):
            start = time.perf_counter()
            float((a @ b)[0, 0])
            best = max(best, 2 * m * k * n / (time.perf_counter() - start))
    return best


class Meter:
    """Measures the speed of a run since the last reading, also as a percentage of `peak` FLOP/s."""

    def __init__(self, state: TrainState, peak: float) -> None:
        self.state, self.peak = state, peak
        self.step, self.flop = state.step, state.flop
        self.restart()

    def restart(self) -> None:
        """Excludes the time since the last reading."""
        self.since = time.perf_counter()

    def read(self) -> dict[str, float]:
        """The speed since the last reading, and the totals of the run."""
        now, state = time.perf_counter(), self.state
        rate = (state.flop - self.flop) / (now - self.since)
        speed = (state.step - self.step) / (now - self.since)
        state.seconds += now - self.since
        self.step, self.flop, self.since = state.step, state.flop, now
        return {
            "tflops": rate / 1e12,
            "percent_of_peak": 100 * rate / self.peak,
            "steps_per_second": speed,
            "seconds": state.seconds,
            "flop": state.flop,
        }
