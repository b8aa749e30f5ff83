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
    misfitting: tuple[str, ...] = ()
    """Keys whose place has another shape; they are left out."""
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
        for keys, what in (
            (self.unplaced, "without a place"),
            (self.misfitting, "of another shape, left out"),
        ):
            if keys:
                more = f" and {len(keys) - SHOWN} more" if len(keys) > SHOWN else ""
                text += f"; {what}: {', '.join(keys[:SHOWN])}{more}"
        return f"{text}."
