"""Sampling that can be resumed: the canvases of a request are kept in files, window by window.

A file holds all that decides what follows, so that a resumed run gives the same bytes as one that
was never stopped.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from sorairo.errors import WriteError
from sorairo.generation.canvas.canvas import Canvas


@dataclass(frozen=True, kw_only=True)
class CanvasState:
    """A canvas between two windows."""

    windows: int
    """Windows that are filled."""
    latents: Tensor
    """[c, f, h, w]"""
    random: Tensor
    """The state of the generator of its noise."""


@dataclass(kw_only=True)
class SamplingCheckpoint:
    """The files of one request. A canvas is known by its number: a request that runs again samples
    its canvases in the same order."""

    folder: Path
    model: str
    """The digest of the model; files of another model are ignored."""
    written: Callable[[Path], None] = lambda _path: None
    """Called with each file once it is complete."""
    canvases: int = 0
    """The number of canvases begun so far."""

    @staticmethod
    def name(canvas: int) -> str:
        """The name of the file of a canvas, by its number."""
        return f"canvas-{canvas}.safetensors"

    def begin_canvas(self, generator: torch.Generator) -> CanvasRecord:
        """The record of the next canvas, whose noise is from this generator."""
        name = self.name(self.canvases)
        self.canvases += 1
        return CanvasRecord(self, name, generator)

    def read(self, name: str) -> CanvasState | None:
        """The state in a file; None where there is none, it is broken, or of another model."""
        try:
            with safe_open(self.folder / name, framework="pt") as file:
                record = file.metadata() or {}
                if record.get("model") != self.model:
                    return None
                return CanvasState(
                    windows=int(record["windows"]),
                    latents=file.get_tensor("latents"),
                    random=file.get_tensor("random"),
                )
        except (OSError, SafetensorError, KeyError, ValueError):
            return None

    def write(self, name: str, state: CanvasState) -> None:
        """Writes the file of a canvas, complete or not at all. Raises WriteError."""
        new = self.folder / f".{name}"
        tensors = {"latents": state.latents.contiguous(), "random": state.random}
        try:
            save_file(tensors, new, {"model": self.model, "windows": str(state.windows)})
            path = new.replace(self.folder / name)
        except (OSError, SafetensorError) as error:
            new.unlink(missing_ok=True)
            raise WriteError(f"Cannot write {self.folder / name}: {error}.") from error
        self.written(path)


class CanvasRecord:
    """One canvas of a checkpoint."""

    def __init__(
        self, checkpoint: SamplingCheckpoint, name: str, generator: torch.Generator
    ) -> None:
        self.checkpoint, self.name, self.generator = checkpoint, name, generator
        self.state = checkpoint.read(name)

    @property
    def windows(self) -> int:
        """The number of windows that an earlier run has filled."""
        return self.state.windows if self.state else 0

    def resumed(self, canvas: Canvas) -> Canvas:
        """The canvas as an earlier run left it; sets the generator to continue from there."""
        if self.state is None:
            return canvas
        self.generator.set_state(self.state.random)
        return replace(canvas, latents=self.state.latents)

    def write(self, canvas: Canvas, windows: int) -> None:
        """Records the canvas after the first `windows` windows have been filled."""
        random = self.generator.get_state()
        state = CanvasState(windows=windows, latents=canvas.latents, random=random)
        self.checkpoint.write(self.name, state)
