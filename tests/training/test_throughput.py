"""FLOP are counted as in closed form, and the peak is measured at the sizes of the network."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from sorairo.models.model import DenoiserNetwork
from sorairo.models.text import TextConfig
from sorairo.models.transformer import Transformer, TransformerConfig
from sorairo.training.loop import throughput
from sorairo.training.loop.optimiser import MuonAdam, OptimiserConfig
from sorairo.training.loop.state import TrainState
from sorairo.training.loop.throughput import (
    LAYERS,
    Meter,
    count_flop,
    layer_shapes,
    measured_peak,
)

SIZE = TransformerConfig(latent_channels=4, dim=48, ffn_dim=64, heads=2, layers=3, text_dim=32)


def closed_form(batch: int, tokens: int, words: int) -> float:
    """Of a forward pass with one noise level a sample: two a weight of a linear layer and row, and
    four a query, key and channel of attention."""
    dim, ffn = SIZE.dim, SIZE.ffn_dim
    block = tokens * (4 * dim**2 + 2 * dim**2 + 2 * dim * ffn) + words * 2 * dim**2
    attention = 2 * tokens * (tokens + words) * dim
    ends = 2 * tokens * SIZE.token_channels * dim
    noise = SIZE.freq_dim * dim + dim**2 + 6 * dim**2
    text = words * (SIZE.text_dim * dim + dim**2)
    return 2.0 * batch * (SIZE.layers * (block + attention) + ends + noise + text)


def test_attention_counts_with_and_without_gradients():
    network = Transformer(SIZE)

    def forward() -> torch.Tensor:
        text = network.read_text(torch.zeros(2, 5, SIZE.text_dim))
        tokens = torch.zeros(2, 70, SIZE.token_channels)
        mask = torch.ones(2, 5, dtype=torch.bool)
        return network(tokens, torch.zeros(2, 70, 3), torch.ones(2, 1), text, mask)

    assert count_flop(forward) == closed_form(2, 70, 5)
    with torch.no_grad():
        assert count_flop(forward) == closed_form(2, 70, 5)


def test_the_peak_is_measured_with_the_layers_of_the_network():
    network = nn.Sequential(nn.Linear(3, 5), nn.Linear(3, 5), nn.Conv2d(4, 6, 3), nn.SiLU())
    assert layer_shapes(network) == ((3, 5), (36, 6))
    assert layer_shapes(nn.SiLU()) == LAYERS
    denoiser = DenoiserNetwork(SIZE, TextConfig(vocabulary=50, dim=32, heads=2, layers=1))
    assert {(48, 64), (64, 48), (48, 48)} <= set(layer_shapes(denoiser))


def test_the_peak_does_not_depend_on_the_luck_of_one_call():
    """A median of many rounds; the best of a few calls varied by half from run to run."""
    cpu = torch.device("cpu")
    first, second = (measured_peak(cpu, torch.float32, ((64, 64),)) for _ in range(2))
    assert first > 0
    assert 1 / 3 < first / second < 3


def test_what_is_no_step_counts_in_no_speed(monkeypatch: pytest.MonkeyPatch):
    """As a contact sheet between two readings."""
    now = 100.0
    monkeypatch.setattr(throughput.time, "perf_counter", lambda: now)
    network = nn.Linear(2, 2)
    state = TrainState(network, MuonAdam([network.weight], [network.bias], OptimiserConfig()))
    meter = Meter(state, peak=10.0)
    for spent, paused in ((2.0, 7.0), (3.0, 0.0)):
        now, state.step, state.flop = now + spent, state.step + 1, state.flop + 20.0
        with meter.paused():
            now += paused
    read = meter.read()
    assert (state.seconds, read["steps_per_second"], read["percent_of_peak"]) == (5.0, 0.4, 80.0)
    now, state.step = now + 4.0, state.step + 1
    meter.count()
    now += 1.0
    meter.count()  # without a step
    assert state.seconds == 9.0, "a run that stops between two readings keeps its time"
    assert meter.read()["steps_per_second"] == 0.2
