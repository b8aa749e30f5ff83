"""The speed of a loaded model: seconds of a forward pass and of a decode, percent of the peak."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import psutil
import torch

from sorairo.generation.canvas.canvas import Stack
from sorairo.generation.engine import Engine
from sorairo.generation.requests.generate import GenerateRequest
from sorairo.generation.sampling.temporal_windows import windows
from sorairo.generation.tasks.registry import layout_of
from sorairo.models.sizing.speed import counted_flops, first_and_steady, matmul_speed

WATCH_SECONDS = 0.01  # between two looks at the memory of the process


@dataclass(frozen=True, kw_only=True)
class Timing:
    """How long one part takes."""

    first: float
    """Seconds of the first call."""
    steady: float
    """Median of the seconds of later calls."""
    flop: float
    """FLOP of one call, as torch counts them."""
    peak_bytes: float
    """Most memory that a call takes beside what was there: of the device, or of this process."""


@dataclass(frozen=True, kw_only=True)
class Benchmark:
    """The speed of a model at one size."""

    size: tuple[int, int]
    """Pixels of the canvas."""
    frames: int
    """Frames of the window."""
    tokens: int
    rows: int
    """Rows of a forward pass: 2 with guidance."""
    peak_flops: float
    """FLOP a second of a product of matrices of the model's sizes."""
    forward: Timing
    decode: Timing

    def to_json(self) -> dict[str, Any]:
        """The numbers, with percent of the measured peak."""
        found: dict[str, Any] = {
            "size": list(self.size),
            "frames": self.frames,
            "tokens": self.tokens,
            "rows": self.rows,
            "peak_teraflops": round(self.peak_flops / 1e12, 4),
        }
        for name, timing in (("forward", self.forward), ("decode", self.decode)):
            rate = timing.flop / timing.steady
            found[name] = {
                "first_seconds": round(timing.first, 4),
                "steady_seconds": round(timing.steady, 4),
                "teraflop": round(timing.flop / 1e12, 4),
                "percent_of_peak": round(100 * rate / self.peak_flops, 1),
                "peak_megabytes": round(timing.peak_bytes / 1e6, 1),
            }
        return found


@torch.inference_mode()
def benchmark(
    engine: Engine, *, seconds: float, size: tuple[int, int] | None = None, repeats: int = 3
) -> Benchmark:
    """Times one guided forward pass of the first window of a clip, and the decoding of that
    window."""
    model = engine.model
    width, height = size or model.info.native_sizes[0]
    request = GenerateRequest(prompt="a red ball", seconds=seconds, width=width, height=height)
    request.validate(engine.limits)
    layout = layout_of(request, (), engine.spec.sized(width, height))
    canvas = engine.encode_layout(layout)
    window = windows(layout)[0]
    times = (
        torch.tensor(window.times)
        - canvas.positions[0, list(window.latent_frames), 0, 0, 0] / canvas.units_per_second
    )
    part = canvas.part(window.latent_frames, times)
    stack = Stack((part,))
    velocity = engine.velocity(stack, negative=model.info.negative, scale=None)
    x = torch.randn(stack.tokens().shape, generator=torch.Generator().manual_seed(0))
    sigma = stack.sigma(0.9)
    latents = part.latents + torch.randn(part.latents.shape)
    law, guidance = model.codec.law, model.sampling.guidance_of(None)
    rows = 1 if guidance.at(0.9) == 1.0 else 2
    hidden = _width(engine)
    frames = law.coded_frames(part.grid[0])

    def decode() -> object:
        return model.codec.decode(latents[None].to(model.device, model.dtype))

    return Benchmark(
        size=(layout.width, layout.height),
        frames=frames,
        tokens=x.shape[1],
        rows=rows,
        peak_flops=matmul_speed(rows * x.shape[1], hidden, 4 * hidden, model.device),
        forward=_timed(lambda: velocity(x, sigma), model.device, repeats),
        decode=_timed(decode, model.device, repeats),
    )


def _width(engine: Engine) -> int:
    """The width of the network: that of its keys of the text."""
    context = engine.model.denoiser.read(*engine.model.text.encode([""]))
    return context.layers[0][0].numel() // context.mask.numel()


def _timed(run: Callable[[], object], device: torch.device, repeats: int) -> Timing:
    first, steady = first_and_steady(run, device, repeats)
    with _PeakMemory(device) as memory:
        run()
    return Timing(first=first, steady=steady, flop=counted_flops(run), peak_bytes=memory.most)


class _PeakMemory:
    """The most memory that is used while the block runs, beside what was used before."""

    def __init__(self, device: torch.device) -> None:
        self.device, self.most = device, 0.0

    def __enter__(self) -> _PeakMemory:
        self._ended = threading.Event()
        if self.device.type == "cuda":
            torch.cuda.reset_peak_memory_stats(self.device)
            self._before = torch.cuda.memory_allocated(self.device)
            return self
        self._before = psutil.Process().memory_info().rss
        self._watcher = threading.Thread(target=self._watch, daemon=True)
        self._watcher.start()
        return self

    def __exit__(self, *_error: object) -> None:
        if self.device.type == "cuda":
            self.most = torch.cuda.max_memory_allocated(self.device) - self._before
            return
        self._ended.set()
        self._watcher.join()

    def _watch(self) -> None:
        process = psutil.Process()
        while not self._ended.wait(WATCH_SECONDS):
            self.most = max(self.most, process.memory_info().rss - self._before)
