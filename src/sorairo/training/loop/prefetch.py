"""Batches, drawn when they are due or by other processes ahead of that: the same either way."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from typing import Any

from torch.utils.data import DataLoader, Dataset

AHEAD = 3  # batches that each process holds ready


@dataclass
class Steps(Dataset):
    """What is drawn for each of some steps."""

    draw: Callable[[int], Any]
    steps: Sequence[int]

    def __len__(self) -> int:
        return len(self.steps)

    def __getitem__(self, index: int) -> Any:
        return self.draw(self.steps[index])


def feed(
    draw: Callable[[int], Any], steps: Sequence[int], *, workers: int, pinned: bool
) -> Generator[Any, None, None]:
    """`draw` of each step in order. `workers` processes are forked from this one: what `draw` reads
    is shared, and it must touch no other device than the CPU. `pinned`: in memory that a GPU copies
    from quickly."""
    if not workers:
        yield from map(draw, steps)
        return
    yield from DataLoader(
        Steps(draw, steps),
        batch_size=None,
        collate_fn=_as_drawn,
        num_workers=workers,
        prefetch_factor=AHEAD,
        pin_memory=pinned,
        multiprocessing_context="fork",
    )


def _as_drawn(batch: Any) -> Any:
    return batch
