"""The training loop, the same for every network: an objective gives a loss, the loop does the rest.

Everything random in step n comes from (seed, n), so a resumed run is the same run.
"""

from __future__ import annotations

import json
import math
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Protocol, runtime_checkable

import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode
from tqdm import tqdm

from sorairo.errors import TrainingError
from sorairo.training.optimiser import OptimiserConfig
from sorairo.training.state import TrainState


@dataclass(frozen=True, kw_only=True)
class LoopConfig:
    """`steps` in all: `warmup` rising, then constant, the last `cooldown` share falling to zero."""

    steps: int = 2000
    warmup: int = 50
    cooldown: float = 0.3
    ema: float = 0.995
    seed: int = 0
    log_every: int = 20
    sheet_every: int = 500
    save_minutes: float = 5.0


@runtime_checkable
class Objective(Protocol):
    """What is trained. `loss` must draw all its randomness from the generator."""

    @property
    def network(self) -> nn.Module: ...

    def loss(self, step: int, generator: torch.Generator) -> tuple[Tensor, dict[str, float]]: ...

    def sheet(self, path: Path, ema: dict[str, Tensor], step: int) -> dict[str, float]: ...


def learning_factor(step: int, config: LoopConfig) -> float:
    """Warm-up, constant, linear to zero (Hu et al., arXiv 2404.06395: WSD)."""
    falling = max(1, round(config.steps * config.cooldown))
    return min(1.0, (step + 1) / max(1, config.warmup), max(0.0, (config.steps - step) / falling))


def step_generator(seed: int, step: int) -> torch.Generator:
    """The randomness of one step. A generator on a CPU keeps only 32 bits of what it is given."""
    return torch.Generator().manual_seed((seed * 1_000_003 + step) % 2**32)


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

    def write(self, step: int, values: dict[str, float]) -> None:
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
    peak = measured_peak(device, dtype)
    saved = logged = time.perf_counter()
    last_logged, seen = state.step, state.flop
    bar = tqdm(total=config.steps, initial=state.step, desc=folder.name, unit="step")
    try:
        while state.step < config.steps and not stop.asked:
            values = _step(objective, state, config, optimiser, device, dtype)
            bar.update()
            now = time.perf_counter()
            if state.step % config.log_every == 0 or state.step == config.steps:
                rate = (state.flop - seen) / (now - logged)
                speed = (state.step - last_logged) / (now - logged)
                state.seconds += now - logged
                values |= {"tflops": rate / 1e12, "percent_of_peak": 100 * rate / peak}
                values |= {"steps_per_second": speed, "seconds": state.seconds}
                values |= {"flop": state.flop}
                journal.write(state.step, values)
                bar.set_postfix({k: f"{v:.3g}" for k, v in values.items() if k in SHOWN})
                last_logged, seen, logged = state.step, state.flop, now
            if state.step % config.sheet_every == 0 or state.step == config.steps:
                journal.write(
                    state.step,
                    objective.sheet(folder / f"sheet-{state.step:06d}.png", state.ema, state.step),
                )
                logged = time.perf_counter()
            if now - saved > 60 * config.save_minutes:
                save()
                saved = now
    finally:
        bar.close()
        journal.close()
        stop.forget()
    save()
    if stop.asked:
        raise KeyboardInterrupt


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
    state: TrainState,
    config: LoopConfig,
    optimiser: OptimiserConfig,
    device: torch.device,
    dtype: torch.dtype,
) -> dict[str, float]:
    """One step of training; what it measured."""
    generator = step_generator(config.seed, state.step)
    network = objective.network
    with torch.autocast(device.type, dtype, enabled=dtype != torch.float32):
        loss, values = objective.loss(state.step, generator)
    loss.backward()
    norm = float(nn.utils.clip_grad_norm_(network.parameters(), optimiser.clip_norm))
    if not math.isfinite(loss.item()) or not math.isfinite(norm):
        raise TrainingError(
            f"The loss at step {state.step} is {loss.item()}, its gradient {norm}: lower the "
            "learning rate (optimiser.muon_lr, optimiser.adam_lr) and resume from the last saved "
            "state."
        )
    state.optimiser.step(learning_factor(state.step, config))
    network.zero_grad(set_to_none=True)
    state.step += 1
    state.average(config.ema)
    state.flop += values.pop("flop", 0.0)
    return {"loss": loss.item(), "grad_norm": norm, **values}


def count_flop(forward: Callable[[], object]) -> float:
    """FLOP of matrix products and convolutions in one call, without gradients."""
    with torch.no_grad(), FlopCounterMode(display=False) as counter:
        forward()
    return float(counter.get_total_flops())
