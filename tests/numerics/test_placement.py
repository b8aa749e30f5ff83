"""Networks that are on a device only while they run."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import torch
from torch import nn

from sorairo.generation.engine import load
from sorairo.nn.placement import on_device, rests_on_host
from tiny_wan import write_wan

META = torch.device("meta")


def test_a_resting_network_runs_on_the_device_and_stays_as_it_is():
    """Its own tensors are not touched, and a tensor with two names is copied once."""
    network = nn.Sequential(nn.Linear(3, 3), nn.BatchNorm1d(3), nn.Linear(3, 3)).eval()
    network[2].weight.data = network[0].weight.data
    before = {k: v.data_ptr() for k, v in network.state_dict().items()}
    with on_device(network, META) as run:
        assert run(input=torch.zeros(2, 3, device=META)).device == META
    assert {k: v.data_ptr() for k, v in network.state_dict().items()} == before
    assert {each.device.type for each in network.state_dict().values()} == {"cpu"}


def test_a_network_that_is_there_is_not_moved():
    network = nn.Linear(3, 3)
    with on_device(network, torch.device("cpu")) as run:
        assert run is network
    assert not rests_on_host(1e12, torch.device("cpu"))


def test_a_resting_text_encoder_gives_the_same_features(tmp_path: Path):
    """The features come from the device that it runs on, and it can be used again."""
    model = load(write_wan(tmp_path / "wan", "wan2.1-1.3b"), device="cpu").model
    features, _ = model.text.encode(["a ball", ""])
    resting = replace(model.text, device=torch.device("cpu", 0))  # another name of the device
    found, _ = resting.encode(["a ball", ""])
    again, _ = model.text.encode(["a ball", ""])
    assert torch.equal(features, found)
    assert torch.equal(features, again)
