"""Shared fixtures: an untrained small model, a PostgreSQL server, and handling of Ctrl-C."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from postgresql import PostgreSQL, running

# a busy machine is no failure
settings.register_profile("sorairo", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("sorairo")


@pytest.fixture(autouse=True)
def scripts_find_their_neighbours(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands that tests run in this process set PYTHONSAFEPATH for the processes that they start;
    scripts that tests start later import modules from their own folders."""
    monkeypatch.delenv("PYTHONSAFEPATH", raising=False)


@pytest.fixture
def interruptible() -> Iterator[None]:
    """New processes react to SIGINT, even if a shell runs the tests in the background."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before or signal.SIG_DFL)


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    """A running server. A test that stops it must start it again."""
    with running(safe=False) as one:
        yield one


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The directory of an untrained model with two native sizes, 64x64 and 128x64, whose clips are
    delivered as they are generated."""
    import torch

    from sorairo.models.codec import CodecConfig
    from sorairo.models.model import Model, ModelConfig, SamplingConfig
    from sorairo.models.model_info import DeliveryDefaults
    from sorairo.models.network_files import save_networks
    from sorairo.models.text import TextConfig, train_tokenizer
    from sorairo.models.transformer import TransformerConfig

    tokenizer = train_tokenizer(["a red ball drops", "一个红色的球落下"] * 50, 400)
    config = ModelConfig(
        name="tiny",
        codec=CodecConfig(widths=(16, 16), encoder_depths=(1, 1), decoder_depths=(1, 1)),
        transformer=TransformerConfig(dim=32, ffn_dim=64, heads=2, layers=2, text_dim=32),
        text=TextConfig(vocabulary=tokenizer.get_vocab_size(), dim=32, heads=2, layers=1),
        sampling=SamplingConfig(steps=2),
        native_sizes=((64, 64), (128, 64)),
        delivery=DeliveryDefaults(size=None, fps=None),
    )
    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("models") / "tiny"
    save_networks(Model(config, tokenizer), path)
    return path
