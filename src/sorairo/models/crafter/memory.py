"""What was last seen of each place of the world, in a memory of fixed size."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor

from sorairo.models.crafter.given import MAP_PLACES, PLACES, SLEEP_PLACE
from sorairo.world.crafter.names import COLUMNS, ROWS

SPAN = 128  # tiles to a side; places further apart than that take each other's room
CHANGED = 0.35
"""The distance between latents of a place of the inventory from which they are different amounts.
(Different digits are at least .6 apart, a digit and its reconstruction at most .22, see
tests/numerics/test_play_amounts.py.)"""


class PlaceMemory:
    """Latents of the map's places by their position in the world, and of the inventory's places by
    their place in the picture."""

    def __init__(self, channels: int, span: int = SPAN, changed: float = CHANGED) -> None:
        """`changed`: the distance from which amounts are different; -1: all are always new."""
        self.span, self.changed = span, changed
        self.latents = torch.zeros(span, span, channels)
        self.times = torch.full((span, span), -1, dtype=torch.long)
        self.owners = torch.zeros(span, span, 2, dtype=torch.long)
        self.items = torch.zeros(PLACES - MAP_PLACES, channels)
        self.items_since = torch.full((PLACES - MAP_PLACES,), -1, dtype=torch.long)
        self.asleep = False

    def write(
        self,
        latents: Float[Tensor, "p c"],
        position: tuple[int, int],
        time: int,
        asleep: bool = False,
    ) -> None:
        """Remembers a picture with the player at a position (x, y), asleep or awake."""
        where, owners = self._where(position)
        land = latents[:MAP_PLACES].float().cpu()
        self.latents[where] = land.unflatten(0, (ROWS, COLUMNS))
        self.times[where] = time
        self.owners[where] = owners
        items = latents[MAP_PLACES:].float().cpu()
        changed = (self.items_since < 0) | ((items - self.items).norm(dim=-1) > self.changed)
        changed[SLEEP_PLACE - MAP_PLACES] |= asleep != self.asleep
        self.items, self.items_since = items, torch.where(changed, time, self.items_since)
        self.asleep = asleep

    def read(
        self, position: tuple[int, int], time: int, longest: int | None = None
    ) -> tuple[Float[Tensor, "p c"], Float[Tensor, "p"]]:
        """Latents of the places of a picture with the player at a position, and their ages in steps
        at a time; zero and -1 where a place was not seen, or longer ago than `longest` steps. The
        age of a place of the inventory is that of its last change, see `changed`; that of
        SLEEP_PLACE counts from when the player fell asleep or woke."""
        where, owners = self._where(position)
        times = self.times[where]
        known = (times >= 0) & (self.owners[where] == owners).all(-1)
        if longest is not None:
            known &= time - times <= longest
        land = torch.where(known[..., None], self.latents[where], 0).flatten(0, 1)
        ages = torch.where(known, time - times, -1).flatten()
        items_age = torch.where(self.items_since >= 0, time - self.items_since, -1)
        return torch.cat([land, self.items]), torch.cat([ages, items_age]).float()

    def _where(self, position: tuple[int, int]) -> tuple[tuple[Tensor, Tensor], Tensor]:
        x, y = position
        rows = torch.arange(y - ROWS // 2, y - ROWS // 2 + ROWS)
        columns = torch.arange(x - COLUMNS // 2, x - COLUMNS // 2 + COLUMNS)
        grid = torch.meshgrid(rows, columns, indexing="ij")
        return (grid[0] % self.span, grid[1] % self.span), torch.stack(grid, -1)
