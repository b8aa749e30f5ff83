"""What becomes of a LoRA file when it is merged."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

SHOWN = 3  # names in a message


@dataclass(frozen=True, kw_only=True)
class LoraReport:
    """What became of a LoRA file."""

    path: Path
    weight: float
    placed: int
    """Keys that have a place in the model."""
    total: int
    """All keys of the file."""
    largest_change: float
    """The largest change of a weight, relative to the weight (Frobenius norms)."""
    unplaced: tuple[str, ...]
    """Keys that have none."""
    beside: bool = False
    """Whether it is computed beside the weights, because the host's memory has no room for both
    these and the changed ones."""

    def __str__(self) -> str:
        text = (
            f"{self.path.name}: {self.placed} of {self.total} keys, largest change"
            f" {self.largest_change:.1%}".replace("%", " %")
        )
        if self.beside:
            text += ", computed beside the weights, as there is little memory"
        if self.unplaced:
            more = f" and {len(self.unplaced) - SHOWN} more" if len(self.unplaced) > SHOWN else ""
            text += f"; without a place: {', '.join(self.unplaced[:SHOWN])}{more}"
        return f"{text}."
