"""The amounts of a playable model's inventory: read, chosen, drawn, and told apart."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from sorairo.models.codec import Codec
from sorairo.models.crafter.amounts import (
    AMOUNTS,
    ITEM_PLACES,
    SHARPNESS,
    AmountHead,
    amount_latents,
)
from sorairo.models.crafter.files import load_play_model
from sorairo.models.crafter.given import PLACES
from sorairo.models.crafter.memory import CHANGED
from sorairo.nn.pixels import to_video
from sorairo.training.data.games.random_pictures import random_state
from sorairo.training.recipes.crafter import MODEL
from sorairo.world.crafter.drawing import draw
from sorairo.world.crafter.names import ITEMS


def test_amounts_are_read_from_memory_and_drawn_from_the_table() -> None:
    head = AmountHead(16, 8)
    head.table.copy_(torch.randn(len(ITEMS), AMOUNTS, 8))
    amounts = torch.arange(len(ITEMS)) % AMOUNTS
    memory = torch.zeros(1, PLACES, 8)
    memory[0, ITEM_PLACES] = head.table[torch.arange(len(ITEMS)), amounts]
    seen = torch.ones(1, PLACES)
    seen[0, ITEM_PLACES.start + 2] = 0
    shown = head.remembered(memory + 0.01, seen)
    assert shown.sum() == len(ITEMS) - 1, "one for each item that was seen, none for tiles"
    found = shown[0, ITEM_PLACES].argmax(-1)
    kept = torch.arange(len(ITEMS)) != 2
    torch.testing.assert_close(found[kept], amounts[kept])
    # Before it learns anything, no amount changes, and each has the latents of the table.
    logits = head(torch.randn(1, PLACES, 16), shown)
    noise = torch.linspace(-4, 4, len(ITEMS))[None]
    torch.testing.assert_close(head.latents(logits, noise)[0, kept], memory[0, ITEM_PLACES][kept])
    # What it learns can change any amount.
    with torch.no_grad():
        head.head.bias[5] = 20.0
    five = head.latents(head(torch.randn(1, PLACES, 16), shown), noise)
    torch.testing.assert_close(five[0], head.table[:, 5])


def test_amounts_are_drawn_by_their_probabilities() -> None:
    head = AmountHead(16, 1)
    head.table.copy_(torch.arange(AMOUNTS).float()[None, :, None].expand(len(ITEMS), -1, -1))
    odds = torch.tensor([0.0, 0.1, 0.0, 0.86, 0.0, 0.0, 0.0, 0.0, 0.0, 0.04])
    logits = odds.log().clamp(min=-50).expand(4000, len(ITEMS), -1)
    noise = torch.randn(logits.shape[:2], generator=torch.Generator().manual_seed(0))
    drawn = head.latents(logits, noise)[..., 0]
    assert set(drawn.unique().tolist()) == {1.0, 3.0}, "what is hardly likely is never drawn"
    share = 0.1**SHARPNESS / (0.1**SHARPNESS + 0.86**SHARPNESS)
    assert (drawn == 1).float().mean().item() == pytest.approx(share, abs=0.003)


def test_the_table_has_the_latents_of_each_picture() -> None:
    codec = Codec(MODEL.codec)
    table = amount_latents(codec)
    shown = replace(random_state(np.random.default_rng(0)), inventory=dict.fromkeys(ITEMS, 7))
    picture = draw(shown)
    with torch.inference_mode():
        latents = codec.encode(to_video(picture[None])).flatten(2)[0].T
    torch.testing.assert_close(table[:, 7], latents[ITEM_PLACES], atol=1e-4, rtol=1e-4)


def test_amounts_are_told_apart_and_recognised_when_they_are_drawn_and_seen_again() -> None:
    """The shipped codec: different amounts of an item are further apart than `CHANGED`, a decoded
    and encoded amount is nearer than that to itself."""
    codec = load_play_model("crafter").codec.float()
    table = amount_latents(codec)
    apart = torch.cdist(table, table) + 100 * torch.eye(AMOUNTS)
    assert apart.min() > 1.5 * CHANGED
    latents = torch.zeros(AMOUNTS, PLACES, 8)
    latents[:, ITEM_PLACES] = table.transpose(0, 1)
    grid = latents.transpose(1, 2).unflatten(2, (9, 9))[:, :, None]
    with torch.inference_mode():
        again = codec.encode(codec.decode(grid))[:, :, 0].flatten(2).transpose(1, 2)
    off = (again[:, ITEM_PLACES].transpose(0, 1) - table).norm(dim=-1)
    assert off.max() < 0.7 * CHANGED
