"""The training loop, the same for every network.

All randomness of step n comes from (seed, n). So a resumed run is the same run, and batches may be
drawn by other processes ahead of their steps.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Generator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from tqdm import tqdm

from sorairo.errors import TrainingError
from sorairo.nn.precision import compute_dtype
from sorairo.training.loop.interruption import StopAfterStep
from sorairo.training.loop.journal import Journal
from sorairo.training.loop.objective import Objective
from sorairo.training.loop.optimiser import OptimiserConfig
from sorairo.training.loop.prefetch import feed
from sorairo.training.loop.randomness import step_generator, step_rng
from sorairo.training.loop.schedule import LoopConfig, learning_factor
from sorairo.training.loop.state import TrainState
from sorairo.training.loop.throughput import Meter, layer_shapes, peak_of_process
from sorairo.video.atomic_write import whole_file

Values = dict[str, float | Tensor]
SHOWN = {"loss", "percent_of_peak", "psnr", "objects"}  # beside the progress bar


class Loop:
    """Trains the network of `objective` from `state.step` to `config.steps`.

    `save` writes the state and the result; `folder` holds the journal and the sheets. `run` trains
    to the end; `step` is a single step.
    """

    def __init__(
        self,
        objective: Objective,
        state: TrainState,
        config: LoopConfig,
        optimiser: OptimiserConfig,
        folder: Path,
        save: Callable[[], None],
    ) -> None:
        self.objective, self.state, self.config, self.optimiser = (
            objective,
            state,
            config,
            optimiser,
        )
        self.folder, self.save = folder, save
        self.device = next(objective.network.parameters()).device
        self.dtype = compute_dtype(self.device)

    def run(self) -> None:
        """Trains to the end; saves by time, at the end and when interrupted.

        Raises TrainingError when the loss is not finite; the last saved state stays as it was.
        Raises KeyboardInterrupt after an interruption, once the state is saved.
        """
        stop = StopAfterStep()
        with ExitStack() as exits:
            exits.callback(stop.restore)
            self.journal = exits.enter_context(closing(Journal(self.folder, self.state.step)))
            torch.backends.cudnn.benchmark = True  # batches have few shapes, each of them often
            self.meter = Meter(self.state, self._peak())
            self.bar = exits.enter_context(self._bar())
            values = self._train(stop)
            if values:
                read_values(values, self.state.step - 1)
            self._save()
            if values and not stop.requested:
                self._sheet()
        if stop.requested:
            raise KeyboardInterrupt

    def _train(self, stop: StopAfterStep) -> Values:
        """Steps until the end or a stop; the values of the last step."""
        state, config = self.state, self.config
        values: Values = {}
        begun = saved = time.perf_counter()
        before = state.minutes
        with closing(self._batches()) as batches:
            while state.step < config.steps and not stop.requested:
                if config.minutes and state.minutes >= config.minutes:
                    break
                factor = learning_factor(state.step, config, state.minutes)
                values = self.step(next(batches), factor)
                self.bar.update()
                logged = state.step % config.log_every == 0 or state.step == config.steps
                if logged:
                    values = self._log(values, factor)
                if state.step % config.sheet_every == 0 and state.step < config.steps:
                    with self.meter.paused():
                        self._sheet()
                state.minutes = before + (time.perf_counter() - begun) / 60
                due = time.perf_counter() - saved > 60 * config.save_minutes
                if due and (logged or self.device.type == "cpu"):  # only with a loss that was read
                    self._save()
                    saved = time.perf_counter()
        return values

    def step(self, batch: object, factor: float) -> Values:
        """One step, with the learning rate times `factor`; what it measured. On a CPU a loss that
        is not finite changes nothing; on other devices values are read only when they are logged or
        saved, so as not to wait for them."""
        state, network = self.state, self.objective.network
        generator = step_generator(self.config.seed, state.step, self.device)
        with torch.autocast(self.device.type, self.dtype, enabled=self.dtype != torch.float32):
            loss, values = self.objective.loss(batch, generator)
        loss.backward()
        norm = nn.utils.clip_grad_norm_(network.parameters(), self.optimiser.clip_norm)
        values = {"loss": loss.detach(), "grad_norm": norm, **values}
        if self.device.type == "cpu":
            values = read_values(values, state.step)
        state.optimiser.step(factor)
        network.zero_grad(set_to_none=True)
        state.step += 1
        state.average(self.config.ema)
        state.flop += float(values.pop("flop", 0.0))
        return values

    def _batches(self) -> Generator[Any, None, None]:
        return feed(
            lambda step: self.objective.draw(step, step_rng(self.config.seed, step)),
            range(self.state.step, self.config.steps),
            workers=self.config.workers,
            pinned=self.device.type == "cuda",
        )

    def _peak(self) -> float:
        shapes = layer_shapes(self.objective.network)
        return peak_of_process(self.device, self.dtype, shapes)

    def _bar(self) -> tqdm:
        total, done = self.config.steps, self.state.step
        return tqdm(total=total, initial=done, desc=self.folder.name, unit="step")

    def _log(self, values: Values, factor: float) -> Values:
        values = read_values(values, self.state.step - 1)
        values |= {"learning_factor": factor, **self.meter.read()}
        self.journal.write(self.state.step, values)
        self.bar.set_postfix({k: f"{v:.3g}" for k, v in values.items() if k in SHOWN})
        return values

    def _save(self) -> None:
        with self.meter.paused():
            self.save()

    def _sheet(self) -> None:
        step = self.state.step
        path = self.folder / f"sheet-{step:06d}.png"
        with whole_file(path) as new:
            values = self.objective.sheet(new, self.state.ema, step)
        self.journal.write(step, values)


def read_values(values: Values, step: int) -> Values:
    """The measured values of a step as numbers.

    Raises TrainingError where the loss or its gradient is not finite.
    """
    read: Values = {name: float(value) for name, value in values.items()}
    if not math.isfinite(read["loss"]) or not math.isfinite(read["grad_norm"]):
        raise TrainingError(
            f"The loss at step {step} is {read['loss']}, its gradient {read['grad_norm']}: lower "
            "the learning rate (optimiser.muon_lr, optimiser.adam_lr) and resume from the last "
            "saved state."
        )
    return read
