"""What is done of a request so far, kept in files: a job that was killed goes on where it was.

A page is written after every window of a canvas. It has all that decides what follows, so that a
run that goes on gives the bytes of one that was never stopped.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor


@dataclass(frozen=True, kw_only=True)
class CanvasState:
    """After `windows` windows: the canvas's latents [c, f, h, w], and the state of the generator of
    its noise."""

    windows: int
    latents: Tensor
    random: Tensor


@dataclass(kw_only=True)
class SamplingCheckpoint:
    """The pages of one request of one `model` (its digest), in a folder; `written` hears of each
    file once it is whole. A canvas is known by when it came: what is asked for again comes in the
    same order."""

    folder: Path
    model: str
    written: Callable[[Path], None] = lambda _path: None
    canvases: int = 0

    def next_canvas(self) -> str:
        """The name of the page of a canvas that is begun."""
        self.canvases += 1
        return self.name(self.canvases - 1)

    @staticmethod
    def name(canvas: int) -> str:
        return f"canvas-{canvas}.safetensors"

    def read(self, name: str) -> CanvasState | None:
        """None where there is none, or it is broken, or another model's."""
        try:
            with safe_open(self.folder / name, framework="pt") as file:
                about = file.metadata() or {}
                if about.get("model") != self.model:
                    return None
                return CanvasState(
                    windows=int(about["windows"]),
                    latents=file.get_tensor("latents"),
                    random=file.get_tensor("random"),
                )
        except (OSError, SafetensorError, KeyError, ValueError):
            return None

    def write(self, name: str, state: CanvasState) -> None:
        new = self.folder / f".{name}"
        tensors = {"latents": state.latents.contiguous(), "random": state.random}
        save_file(tensors, new, {"model": self.model, "windows": str(state.windows)})
        self.written(new.replace(self.folder / name))
