"""Sampling that can be resumed: the canvases of a request are kept in files, at the end of every
window and every few seconds within one.

A file holds all that decides what follows, so that a resumed run gives the same bytes as one that
was never stopped. What follows from the request alone (the features of its prompts, their keys and
values, the encoded pictures) is computed again.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from sorairo.errors import WriteError
from sorairo.generation.canvas.canvas import Canvas
from sorairo.generation.sampling.sampler import SolverState
from sorairo.generation.sampling.window_sampling import Filled, FillState, Sampling
from sorairo.video.atomic_write import whole_file

INTERVAL = 10.0  # seconds from one file within a window to the next, at least
WRITING_SHARE = 0.02  # of the time that may go into these files, at most
HISTORY = "history-"  # the prefix of the tensors of a solver's history


@dataclass(frozen=True, kw_only=True)
class CanvasState:
    """A canvas between two steps."""

    filled: Filled
    """How much of it is filled."""
    latents: Tensor
    """[c, f, h, w] as the current window began with them."""
    random: Tensor
    """The state of the generator of its noise."""
    schedule: str = ""
    """That of the `Sampling`; without it, a step within a window cannot be resumed."""


@dataclass(kw_only=True)
class SamplingCheckpoint:
    """The files of one request. A canvas is known by its number: a request that runs again samples
    its canvases in the same order."""

    folder: Path
    model: str
    """The digest of the model; files of another model are ignored."""
    written: Callable[[Path], None] = lambda _path: None
    """Called with each file once it is complete."""
    interval: float = INTERVAL
    """Seconds between two files within a window, at least; longer where writing is slow. 0: there
    is one after every step."""
    durable: bool = False
    """Whether a file is on the disk before it takes the place of the one before."""
    optional: bool = False
    """Whether sampling goes on when a file cannot be written."""
    canvases: int = 0
    """The number of canvases begun so far."""

    @staticmethod
    def name(canvas: int) -> str:
        """The name of the file of a canvas, by its number."""
        return f"canvas-{canvas}.safetensors"

    def begin_canvas(self, sampling: Sampling) -> CanvasRecord:
        """The record of the next canvas, which is sampled that way, alone."""
        name = self.name(self.canvases)
        self.canvases += 1
        return CanvasRecord(self, name, sampling)

    def read(self, name: str) -> CanvasState | None:
        """The state in a file; None where there is none, it is broken, or of another model."""
        try:
            with safe_open(self.folder / name, framework="pt") as file:
                record = file.metadata() or {}
                if record.get("model") != self.model:
                    return None
                tensors = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118
                return CanvasState(
                    filled=Filled(windows=int(record["windows"]), midway=_midway(record, tensors)),
                    latents=tensors["latents"],
                    random=tensors["random"],
                    schedule=record.get("schedule", ""),
                )
        except (OSError, SafetensorError, KeyError, ValueError):
            return None

    def write(self, name: str, state: CanvasState) -> None:
        """Writes the file of a canvas, complete or not at all. Raises WriteError, unless files are
        optional."""
        record = {
            "model": self.model,
            "windows": str(state.filled.windows),
            "schedule": state.schedule,
        }
        tensors = {"latents": state.latents.contiguous(), "random": state.random}
        if midway := state.filled.midway:
            record["steps"], tensors["z"] = str(midway.steps), midway.z.contiguous()
            for index, part in enumerate(midway.history):
                tensors[f"{HISTORY}{index}"] = part.contiguous()
        path = self.folder / name
        try:
            with whole_file(path, durable=self.durable) as new:
                save_file(tensors, new, record)
        except SafetensorError as error:
            if not self.optional:
                raise WriteError(f"Cannot write {path}: {error}.") from error
        except WriteError:
            if not self.optional:
                raise
        else:
            self.written(path)


def _midway(record: dict[str, str], tensors: dict[str, Tensor]) -> SolverState | None:
    """The state of the solver in a file, if it was written within a window."""
    if "steps" not in record:
        return None
    count = sum(key.startswith(HISTORY) for key in tensors)
    history = tuple(tensors[f"{HISTORY}{index}"] for index in range(count))
    return SolverState(steps=int(record["steps"]), z=tensors["z"], history=history)


class CanvasRecord:
    """One canvas of a checkpoint."""

    def __init__(self, checkpoint: SamplingCheckpoint, name: str, sampling: Sampling) -> None:
        self.checkpoint, self.name = checkpoint, name
        self.schedule, (self.generator,) = sampling.schedule, sampling.generators
        self.state = self._usable(checkpoint.read(name))
        self.last, self.pause = time.monotonic(), checkpoint.interval

    def _usable(self, state: CanvasState | None) -> CanvasState | None:
        """The state, if this schedule can go on from it."""
        if state is None or state.filled.midway is None:
            return state
        return state if state.schedule == self.schedule else None

    @property
    def filled(self) -> Filled:
        """What an earlier run has filled."""
        return self.state.filled if self.state else Filled()

    def resumed(self, canvas: Canvas) -> Canvas:
        """The canvas as an earlier run left it; sets the generator to continue from there."""
        if self.state is None:
            return canvas
        self.generator.set_state(self.state.random)
        return replace(canvas, latents=self.state.latents)

    def keep(self, now: FillState) -> None:
        """Records the canvas at the end of a window, and within one if the last record is older
        than the interval. Raises WriteError."""
        begun = time.monotonic()
        if now.filled.midway is not None and begun - self.last < self.pause:
            return
        state = CanvasState(
            filled=now.filled,
            latents=now.begun[0].latents,
            random=self.generator.get_state(),
            schedule=self.schedule,
        )
        self.checkpoint.write(self.name, state)
        self.last = time.monotonic()
        if self.pause:
            self.pause = max(self.checkpoint.interval, (self.last - begun) / WRITING_SHARE)
