"""The amounts of the inventory as choices: a network names each amount, and a table of latents
draws it.

Two digits differ by little of a picture, so a loss on latents hardly teaches when an amount
changes, and the mean of two digits is no digit. A table of latents is what a quantised codec has
(van den Oord et al., arXiv 1711.00937); this one is written, not learned: the codec's latents of
each item in each amount.
"""

from __future__ import annotations

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from sorairo.models.codec import Codec
from sorairo.models.crafter.given import MAP_PLACES, PLACES
from sorairo.nn.pixels import to_video
from sorairo.world.crafter.drawing import item_tiles
from sorairo.world.crafter.names import COLUMNS, ITEM_ROWS, ITEMS, MOST, ROWS, TILE

AMOUNTS = MOST + 1
ITEM_PLACES = slice(MAP_PLACES, MAP_PLACES + len(ITEMS))
UNLIKELY = 0.05
"""Probabilities below this are errors of the network rather than chances of the game, the least of
which is .1 (a sapling)."""
SHARPNESS = 2.0
"""The power of the probabilities by which amounts are drawn (a temperature of 1/2): a network that
is nearly sure that a tree gives wood is right nearly always, and chances of the game are rarer."""
KEPT = 6.0  # logit of the remembered amount before anything is learned: nothing changes


class AmountHead(nn.Module):
    """Names the amount of each item from a transformer's features and from what is remembered."""

    table: Tensor
    """The latents of each item in each amount, [16, 10, c]."""

    def __init__(self, dim: int, channels: int) -> None:
        super().__init__()
        self.register_buffer("table", torch.zeros(len(ITEMS), AMOUNTS, channels))
        self.norm = nn.LayerNorm(dim, elementwise_affine=False)
        self.head = nn.Linear(dim, AMOUNTS)
        nn.init.zeros_(self.head.weight)
        nn.init.zeros_(self.head.bias)

    def remembered(
        self, memory: Float[Tensor, "... p c"], seen: Float[Tensor, "... p"]
    ) -> Float[Tensor, "... p n"]:
        """The amounts that remembered latents show, one-hot; zero for other places, and for what
        was not seen. The result has the format of `memory`."""
        items = memory[..., ITEM_PLACES, None, :].float()
        nearest = (items - self.table.float()).square().sum(-1).argmin(-1)
        shown = _one_hot(nearest).to(memory) * seen[..., ITEM_PLACES, None].to(memory)
        batch = memory.shape[:-2]
        land = memory.new_zeros(*batch, MAP_PLACES, AMOUNTS)
        spare = memory.new_zeros(*batch, PLACES - ITEM_PLACES.stop, AMOUNTS)
        return torch.cat([land, shown, spare], -2)

    def forward(
        self, features: Float[Tensor, "... p d"], remembered: Float[Tensor, "... p n"]
    ) -> Float[Tensor, "... i n"]:
        """The logits of each amount of each item."""
        change = self.head(self.norm(features[..., ITEM_PLACES, :]))
        return change.float() + KEPT * remembered[..., ITEM_PLACES, :].float()

    def latents(
        self, logits: Float[Tensor, "... i n"], noise: Float[Tensor, "... i"]
    ) -> Float[Tensor, "... i c"]:
        """The latents of amounts that are drawn at SHARPNESS by their probabilities, with standard
        normal noise; those less likely than UNLIKELY are never drawn."""
        likely = logits.float().softmax(-1)
        likely = (likely * (likely >= UNLIKELY)) ** SHARPNESS
        up_to = likely.cumsum(-1) / likely.sum(-1, keepdim=True)
        uniform = 0.5 * (1 + torch.erf(noise.float() / 2**0.5))
        number = (up_to < uniform[..., None]).sum(-1).clamp(max=MOST)
        return (_one_hot(number).float()[..., None] * self.table.float()).sum(-2)


def _one_hot(amounts: Int[Tensor, "..."]) -> Bool[Tensor, "... n"]:
    """As a comparison, which ONNX graphs can have with axes of any length."""
    return amounts[..., None] == torch.arange(AMOUNTS, device=amounts.device)


@torch.inference_mode()
def amount_latents(codec: Codec) -> Float[Tensor, "i n c"]:
    """`AmountHead.table` of a codec."""
    pictures = torch.zeros(AMOUNTS, 1, (ROWS + ITEM_ROWS) * TILE, COLUMNS * TILE, 3).byte().numpy()
    for item, tiles in enumerate(item_tiles()):
        row, column = divmod(item, COLUMNS)
        top, left = (ROWS + row) * TILE, column * TILE
        pictures[:, 0, top : top + TILE, left : left + TILE] = tiles
    video = to_video(pictures).to(codec.latent_mean)
    latents = codec.encode(video)[:, :, 0].flatten(2)  # [n, c, p]
    return latents[..., ITEM_PLACES].permute(2, 0, 1).float().clone()
