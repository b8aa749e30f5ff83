"""The deflicker network: no change when untrained, the stated receptive field, and the same result
in pieces."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from sorairo.models.deflicker import Deflicker, DeflickerConfig
from sorairo.models.upscaling.postprocess import PIECE, apply_network, remove_flicker

CONFIG = DeflickerConfig(width=16, blocks=2, kernel=3)


def rough(config: DeflickerConfig = CONFIG) -> Deflicker:
    """A network in which every layer has an effect."""
    torch.manual_seed(0)
    network = Deflicker(config).eval().requires_grad_(False)
    for module in network.modules():
        if isinstance(module, nn.Conv2d | nn.Conv3d | nn.Embedding):
            nn.init.normal_(module.weight, std=0.05)
    return network


def noise(frames: int) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, (frames, 16, 24, 3), dtype=np.uint8)


def test_an_untrained_one_changes_nothing():
    frames = noise(9)
    assert np.array_equal(
        apply_network(Deflicker(CONFIG).eval().requires_grad_(False), frames, 3), frames
    )


def test_a_picture_stays_as_it_is():
    assert np.array_equal(remove_flicker(rough(), noise(1), group=4, first=3), noise(1))


@pytest.mark.parametrize("first", [0, 3])
def test_pieces_equal_the_whole(first: int):
    network, frames = rough(), noise(2 * PIECE + 7)
    video = torch.from_numpy(frames).permute(3, 0, 1, 2)[None].float() / 127.5 - 1
    whole = network(video, (torch.arange(len(frames)) + first) % 4)[0].permute(1, 2, 3, 0)
    pieces = apply_network(network, frames, first)
    assert np.abs(pieces - ((whole.clamp(-1, 1) + 1) * 127.5).numpy()).max() < 0.51
    assert np.abs(pieces.astype(int) - frames).mean() > 1


def test_it_reaches_as_far_as_it_says():
    network, video = rough(), torch.randn(1, 3, 21, 8, 8)
    places = torch.arange(21) % 4
    before = network(video, places)
    video[:, :, 10] += 1
    changed = (network(video, places) - before).abs().amax((0, 1, 3, 4)) > 1e-6
    assert CONFIG.reach == 2
    assert changed.nonzero().flatten().tolist() == [8, 9, 10, 11, 12]


def test_what_is_known_exactly_stays_and_is_seen():
    network, frames = rough(), noise(12)
    network.embedding.weight[CONFIG.exact] += 1
    exact = np.arange(12) < 5
    made = apply_network(network, frames, 0, exact)
    assert np.array_equal(made[:5], frames[:5])
    assert np.abs(made[5:7].astype(int) - apply_network(network, frames, 0)[5:7]).max() > 0
    assert np.array_equal(made[7:], apply_network(network, frames, 0)[7:])


def test_the_place_in_the_group_counts():
    network, video = rough(), torch.zeros(1, 3, 4, 8, 8)
    network.embedding.weight[2] += 1
    made = network(video, torch.arange(4))
    assert (made[:, :, 2] - made[:, :, 1]).abs().max() > 1e-3
