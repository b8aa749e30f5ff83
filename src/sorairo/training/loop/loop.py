"""The training loop, the same for every network: an objective gives a loss, the loop does the rest.

Everything random in step n comes from (seed, n), so a resumed run is the same run, and batches may
be drawn by other processes ahead of their steps.
"""

from __future__ import annotations

import json
import math
import signal
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Protocol, runtime_checkable

import numpy as np
import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode
from tqdm import tqdm

from sorairo.errors import TrainingError
from sorairo.training.loop.optimiser import OptimiserConfig
from sorairo.training.loop.prefetch import feed
from sorairo.training.loop.state import TrainState


@dataclass(frozen=True, kw_only=True)
class LoopConfig:
    """`steps` in all: `warmup` rising, then constant, the last `cooldown` share falling to zero.
    `minutes`, if not 0: the run is over after so many, with a learning rate that has fallen to zero
    by then (what it learns depends on the machine, then). `workers` draw batches ahead; 0: each
    is drawn when it is due."""

    steps: int = 2000
    warmup: int = 50
    cooldown: float = 0.3
    ema: float = 0.995
    seed: int = 0
    log_every: int = 20
    sheet_every: int = 500
    save_minutes: float = 5.0
    minutes: float = 0.0
    workers: int = 0


@runtime_checkable
class Objective(Protocol):
    """What is trained. `draw` makes the batch of a step, on the CPU, from nothing but the step and
    its `rng`; `loss` takes it to the network's device, and draws noise from the generator there.
    The values beside the loss may be tensors, which are read only when they are logged."""

    @property
    def network(self) -> nn.Module: ...

    def draw(self, step: int, rng: np.random.Generator) -> Any: ...

    def loss(
        self, batch: Any, generator: torch.Generator
    ) -> tuple[Tensor, dict[str, float | Tensor]]: ...

    def sheet(self, path: Path, ema: dict[str, Tensor], step: int) -> dict[str, float]: ...


def learning_factor(step: int, config: LoopConfig, minutes: float = 0.0) -> float:
    """Warm-up, constant, linear to zero (Hu et al., arXiv 2404.06395: WSD) by steps or by the
    minutes that have passed, whichever is sooner."""
    falling = max(1, round(config.steps * config.cooldown))
    factor = min(1.0, (step + 1) / max(1, config.warmup), max(0.0, (config.steps - step) / falling))
    if config.minutes:
        left = 1 - minutes / config.minutes
        factor = min(factor, max(0.0, left / config.cooldown if config.cooldown else left > 0))
    return factor


def step_generator(seed: int, step: int, device: torch.device | str = "cpu") -> torch.Generator:
    """The noise of one step. A generator on a CPU keeps only 32 bits of what it is given."""
    return torch.Generator(device).manual_seed((seed * 1_000_003 + step) % 2**32)


def step_rng(seed: int, step: int) -> np.random.Generator:
    """What decides the batch of one step."""
    return np.random.default_rng((seed, step))


def measured_peak(device: torch.device, dtype: torch.dtype) -> float:
    """FLOP/s of the best matrix product seen on this machine, at sizes like the networks' own."""
    best = 0.0
    for m, k, n in ((4096, 256, 1024), (4096, 1024, 256), (2048, 2048, 2048)):
        a, b = (torch.randn(s, dtype=dtype, device=device) for s in ((m, k), (k, n)))
        for _ in range(5):
            start = time.perf_counter()
            float((a @ b)[0, 0])
            best = max(best, 2 * m * k * n / (time.perf_counter() - start))
    return best


class Journal:
    """JSONL always, TensorBoard where it is installed."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.lines = (folder / "log.jsonl").open("a")
        self.board = None
        try:
            from torch.utils.tensorboard import SummaryWriter

            self.board = SummaryWriter(str(folder / "tensorboard"))
        except ImportError:
            pass

    def write(self, step: int, values: Mapping[str, float | Tensor]) -> None:
        self.lines.write(json.dumps({"step": step, **values}) + "\n")
        self.lines.flush()
        for name, value in values.items():
            if self.board is not None:
                self.board.add_scalar(name, value, step)

    def close(self) -> None:
        self.lines.close()
        if self.board is not None:
            self.board.close()


def train(
    objective: Objective,
    state: TrainState,
    config: LoopConfig,
    optimiser: OptimiserConfig,
    folder: Path,
    save: Callable[[], None],
    *,
    device: torch.device,
    dtype: torch.dtype,
) -> None:
    """Runs from `state.step` to `config.steps`; saves by time, at the end, and when interrupted.

    Raises TrainingError when the loss is not finite; the last saved state stays as it was.
    """
    journal, stop = Journal(folder), StopAfterStep()
    torch.backends.cudnn.benchmark = True  # batches have few shapes, each of them often
    meter = Meter(state, measured_peak(device, dtype))
    begun = saved = time.perf_counter()
    batches = feed(
        lambda step: objective.draw(step, step_rng(config.seed, step)),
        range(state.step, config.steps),
        workers=config.workers,
        pinned=device.type == "cuda",
    )
    bar = tqdm(total=config.steps, initial=state.step, desc=folder.name, unit="step")
    values: dict[str, float | Tensor] = {}
    try:
        while state.step < config.steps and not stop.asked:
            minutes = (time.perf_counter() - begun) / 60
            if config.minutes and minutes >= config.minutes:
                break
            factor = learning_factor(state.step, config, minutes)
            values = _step(
                objective, next(batches), state, config, optimiser, factor, device, dtype
            )
            bar.update()
            due = state.step % config.log_every == 0 or state.step == config.steps
            if due:
                values = _read(values, state.step - 1)
                values |= {"learning_factor": factor, **meter.read()}
                journal.write(state.step, values)
                bar.set_postfix({k: f"{v:.3g}" for k, v in values.items() if k in SHOWN})
            if state.step % config.sheet_every == 0 and state.step < config.steps:
                _sheet(objective, state, folder, journal)
                meter.forget()
            if time.perf_counter() - saved > 60 * config.save_minutes and (
                due or device.type == "cpu"
            ):
                save()
                saved = time.perf_counter()
        if values:
            _read(values, state.step - 1)
        save()
        if values and not stop.asked:
            _sheet(objective, state, folder, journal)
    finally:
        batches.close()
        bar.close()
        journal.close()
        stop.forget()
    if stop.asked:
        raise KeyboardInterrupt


class Meter:
    """How fast a run is, beside the `peak` of its machine in FLOP/s, since it was last read."""

    def __init__(self, state: TrainState, peak: float) -> None:
        self.state, self.peak = state, peak
        self.step, self.flop = state.step, state.flop
        self.forget()

    def forget(self) -> None:
        """What time has passed does not count."""
        self.since = time.perf_counter()

    def read(self) -> dict[str, float]:
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


def _sheet(objective: Objective, state: TrainState, folder: Path, journal: Journal) -> None:
    path = folder / f"sheet-{state.step:06d}.png"
    journal.write(state.step, objective.sheet(path, state.ema, state.step))


class StopAfterStep:
    """The first Ctrl-C (or SIGTERM) is a wish, granted between two steps; a second interrupts."""

    signals: ClassVar = (signal.SIGINT, signal.SIGTERM)

    def __init__(self) -> None:
        self.asked = False
        self.before = {}
        if threading.current_thread() is threading.main_thread():
            self.before = {each: signal.signal(each, self._ask) for each in self.signals}

    def _ask(self, number: int, frame: object) -> None:
        del number, frame
        self.asked = True
        self.forget()

    def forget(self) -> None:
        """Gives the signals back."""
        for each, handler in self.before.items():
            signal.signal(each, handler)
        self.before = {}


SHOWN = {"loss", "percent_of_peak", "psnr", "objects"}


def _step(
    objective: Objective,
    batch: Any,
    state: TrainState,
    config: LoopConfig,
    optimiser: OptimiserConfig,
    factor: float,
    device: torch.device,
    dtype: torch.dtype,
) -> dict[str, float | Tensor]:
    """One step of training; what it measured. On a CPU a loss that is not finite changes nothing;
    another device is not waited for until its values are logged or saved."""
    generator = step_generator(config.seed, state.step, device)
    network = objective.network
    with torch.autocast(device.type, dtype, enabled=dtype != torch.float32):
        loss, values = objective.loss(batch, generator)
    loss.backward()
    norm = nn.utils.clip_grad_norm_(network.parameters(), optimiser.clip_norm)
    values = {"loss": loss.detach(), "grad_norm": norm, **values}
    if device.type == "cpu":
        values = _read(values, state.step)
    state.optimiser.step(factor)
    network.zero_grad(set_to_none=True)
    state.step += 1
    state.average(config.ema)
    state.flop += float(values.pop("flop", 0.0))
    return values


def _read(values: dict[str, float | Tensor], step: int) -> dict[str, float | Tensor]:
    """The values as numbers.

    Raises TrainingError where the loss or its gradient is not finite.
    """
    read: dict[str, float | Tensor] = {name: float(value) for name, value in values.items()}
    if not math.isfinite(read["loss"]) or not math.isfinite(read["grad_norm"]):
        raise TrainingError(
            f"The loss at step {step} is {read['loss']}, its gradient {read['grad_norm']}: lower "
            "the learning rate (optimiser.muon_lr, optimiser.adam_lr) and resume from the last "
            "saved state."
        )
    return read


def count_flop(forward: Callable[[], object]) -> float:
    """FLOP of matrix products and convolutions in one call, without gradients."""
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        forward()
    return float(counter.get_total_flops())
