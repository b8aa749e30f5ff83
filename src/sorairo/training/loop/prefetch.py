"""Batches drawn at their step, or ahead of it by other processes: the same either way."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from typing import Any

from torch.utils.data import DataLoader, Dataset

AHEAD = 3  # batches that each process keeps ready


@dataclass
class Steps(Dataset):
    """The batches of some steps, as a data set."""

    draw: Callable[[int], Any]
    steps: Sequence[int]

    def __len__(self) -> int:
        return len(self.steps)

    def __getitem__(self, index: int) -> Any:
        return self.draw(self.steps[index])


def feed(
    draw: Callable[[int], Any], steps: Sequence[int], *, workers: int, pinned: bool
) -> Generator[Any, None, None]:
    """Yields the batch of each step in order.

    With `workers`, the batches are drawn ahead by that number of processes, forked from this one:
    they share the data that `draw` reads, and `draw` must not use a GPU. `pinned`: in pinned
    memory, which a GPU copies from quickly.
    """
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
