"""The small classifiers of the exam's judges, as files of the package."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from sorairo.world.tabletop.perception.classifiers import Net

FOLDER = Path(__file__).with_name("fitted")


@cache
def fitted_nets(judge: str) -> Mapping[str, Net]:
    """The classifiers of a judge, by name."""
    records = json.loads((FOLDER / f"{judge}.json").read_text())
    return {name: Net.from_json(record) for name, record in records.items()}


def write_nets(judge: str, nets: Mapping[str, Net]) -> None:
    """Stores the classifiers of a judge in place of those before."""
    records = {name: net.to_json() for name, net in nets.items()}
    (FOLDER / f"{judge}.json").write_text(json.dumps(records) + "\n")
    fitted_nets.cache_clear()
