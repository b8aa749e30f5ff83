"""The command by which a server starts its workers."""

from __future__ import annotations

import pytest

from sorairo.cli.serve import worker
from sorairo.server.worker_processes import WorkerOptions


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"device": "cpu", "offload": True, "weights": "int8+text", "checkpoint_seconds": 2.5},
        {"offload": False},
    ],
)
def test_workers_get_the_options_of_the_server(given: dict[str, object]):
    """`sorairo worker` reads from its words what `sorairo serve` was given."""
    options = WorkerOptions(count=1, model="tabletop", lease=2.0, attempts=3, **given)  # type: ignore[arg-type]
    words = options.command()
    found = worker.make_context("worker", words[words.index("worker") + 1 :]).params
    expected = {"device": None, "offload": None, "weights": None, "checkpoint_seconds": 10.0}
    expected |= {"model": "tabletop", "lease": 2.0, "attempts": 3, **given}
    assert {name: found[name] for name in expected} == expected
