"""Shared fixtures: an untrained small model, a PostgreSQL server, and handling of Ctrl-C; and where
shapes are checked."""

from __future__ import annotations

import gc
import signal
from collections.abc import Generator, Iterator
from functools import cache
from pathlib import Path

import jaxtyping
import pytest
from httpx._transports import default as transports
from hypothesis import HealthCheck, settings

from postgresql import PostgreSQL, running
from sorairo.processes import raise_gc_threshold

# a busy machine is no failure
settings.register_profile("sorairo", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("sorairo")

raise_gc_threshold()  # as in processes of users

HERE = Path(__file__).parent
# Folders whose tests make whole clips, with code that tests in the others call too. There shapes
# and types of calls are not checked, which takes a third of the time of a small network.
UNCHECKED = ("browser", "cli", "compatibility", "exam", "golden", "play", "server")


def pytest_configure() -> None:
    """Clients of httpx share what they know of certificates: to read it takes 20 ms, which tests
    that wait for a video would spend on each request.

    And processes that tests start react to SIGINT, even if a shell runs the tests in the
    background, where it is ignored and processes inherit this.
    """
    transports.create_ssl_context = cache(transports.create_ssl_context)
    signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_finish() -> None:
    """What is imported for all tests stays: the garbage collector does not look at it again."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Checks shapes and types of every call during a test and its fixtures, or not."""
    before = jaxtyping.config.jaxtyping_disable
    folder = item.path.relative_to(HERE).parts[0]
    jaxtyping.config.update("jaxtyping_disable", before or folder in UNCHECKED)
    try:
        return (yield)
    finally:
        jaxtyping.config.update("jaxtyping_disable", before)


@pytest.fixture(autouse=True)
def scripts_find_their_neighbours(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands that tests run in this process set PYTHONSAFEPATH for the processes that they start;
    scripts that tests start later import modules from their own folders."""
    monkeypatch.delenv("PYTHONSAFEPATH", raising=False)


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
