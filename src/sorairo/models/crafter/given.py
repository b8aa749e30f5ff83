"""What the network is given at each place of a picture beside the noised latents.

- what was last seen of the same place of the world, and how long ago (memory by position);
- if the model counts (`PlayConfig.counted`), for how many steps each amount of the inventory has
  been what it is, and for how many the player has slept or been awake: hunger, thirst and rest go
  by these;
- the row and the column;
- in anchored play and in part of the training: what is true there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
import torch.nn.functional as F
from jaxtyping import Float, Int
from torch import Tensor

from sorairo.world.crafter.names import COLUMNS, GROUND, ITEM_ROWS, ITEMS, MOST, ROWS, THINGS

HEIGHT = ROWS + ITEM_ROWS
PLACES = HEIGHT * COLUMNS
MAP_PLACES = ROWS * COLUMNS
SLEEP_PLACE = MAP_PLACES + len(ITEMS)
"""The place below the map that shows no item. Its age is for how long the player has slept, or been
awake."""
TRUE_CHANNELS = 1 + len(GROUND) + len(THINGS) + (MOST + 1) + 2
SLEEPING = -2  # the channel of `Truth.channels` that says whether the player sleeps
AGE_SCALE = 5.0  # logarithm of the longest age that matters


def given_channels(latent_channels: int, counted: int = 0) -> int:
    """How many channels `given` has."""
    return latent_channels + 2 + counted + HEIGHT + COLUMNS + TRUE_CHANNELS


@dataclass(frozen=True, kw_only=True)
class Truth:
    """What is true of pictures. Leading axes are batches, such as samples and frames."""

    ground: Int[Tensor, "... r c"]
    """Indices into `names.GROUND`."""
    things: Int[Tensor, "... r c"]
    """Indices into `names.THINGS`."""
    inventory: Int[Tensor, "... i"]
    """Amounts of `names.ITEMS`."""
    daylight: Float[Tensor, "..."]
    sleeping: Float[Tensor, "..."]
    """1 where the player sleeps."""

    @classmethod
    def of(cls, arrays: dict[str, np.ndarray]) -> Truth:
        """From arrays with the names that `world.crafter.rollouts.Game.truth` gives."""
        return cls(
            **{name: torch.from_numpy(arrays[name].astype(np.int64)) for name in _WHOLE},
            **{name: torch.from_numpy(arrays[name].astype(np.float32)) for name in _REAL},
        )

    def channels(self) -> Float[Tensor, "... p t"]:
        """One row for each place of the picture, TRUE_CHANNELS wide: ones and zeros for ground and
        thing, or for the amount of an item; daylight and sleep; and a one."""
        batch = self.daylight.shape
        ground = F.one_hot(self.ground.flatten(-2), len(GROUND)).float()
        things = F.one_hot(self.things.flatten(-2), len(THINGS)).float()
        amounts = F.one_hot(self.inventory.clamp(max=MOST), MOST + 1).float()
        amounts = F.pad(amounts, (0, 0, 0, PLACES - MAP_PLACES - len(ITEMS)))
        upper = F.pad(torch.cat([ground, things], -1), (0, MOST + 1))
        lower = F.pad(amounts, (len(GROUND) + len(THINGS), 0))
        scalars = torch.stack([self.daylight, self.sleeping, torch.ones_like(self.daylight)], -1)
        everywhere = scalars[..., None, :].expand(*batch, PLACES, 3)
        return torch.cat([torch.cat([upper, lower], -2), everywhere], -1)


_WHOLE = ("ground", "things", "inventory")
_REAL = ("daylight", "sleeping")


def given(
    memory: Float[Tensor, "... p c"],
    age: Float[Tensor, "... p"],
    true: Float[Tensor, "... p t"] | None = None,
    counted: int = 0,
) -> Float[Tensor, "... p g"]:
    """The channels of all places. `memory` is zero and `age` negative where a place was never seen;
    `age` counts steps, 1 for what the last picture showed, and of the inventory's places 1 for what
    changed in it. Ages below `counted` are told apart exactly. `true` is from `Truth.channels`, or
    zero."""
    batch, like = memory.shape[:-1], memory
    seen = (age >= 0).to(like)
    old = torch.log(age.clamp(min=0) + 1).to(like) / AGE_SCALE * seen
    parts = [memory, seen[..., None], old[..., None]]
    if counted:
        parts.append(
            F.one_hot(age.clamp(0, counted - 1).long(), counted).to(like) * seen[..., None]
        )
    if true is None:
        true = like.new_zeros(*batch, TRUE_CHANNELS)
    rows, columns = _places(like.device)
    places = torch.cat([rows, columns], -1).to(like).expand(*batch, HEIGHT + COLUMNS)
    return torch.cat([*parts, places, true.to(like)], -1)


def _places(device: torch.device) -> tuple[Tensor, Tensor]:
    index = torch.arange(PLACES, device=device)
    return F.one_hot(index // COLUMNS, HEIGHT), F.one_hot(index % COLUMNS, COLUMNS)


def positions(
    time: Float[Tensor, "..."], x: Float[Tensor, "..."], y: Float[Tensor, "..."]
) -> Float[Tensor, "... p 3"]:
    """(time, y, x) of every place of pictures at a time in steps, with the player at x and y of the
    world. So a place of the world has one position in all pictures that show it."""
    index = torch.arange(PLACES, device=time.device)
    rows = y[..., None] + index // COLUMNS - ROWS // 2
    columns = x[..., None] + index % COLUMNS - COLUMNS // 2
    return torch.stack([time[..., None].expand_as(rows), rows, columns], -1).float()
