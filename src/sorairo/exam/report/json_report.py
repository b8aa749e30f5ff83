"""The report for programs."""

from __future__ import annotations

import numpy as np

from sorairo.exam.report.view_model import SuiteView
from sorairo.exam.statistics import Goal

NAMES = {"truth": "floor", "codec": "codec"}  # column -> its name in the report


def measure_record(view: SuiteView, goal: Goal) -> dict:
    """The entry of a measure in `report.json`.

    "floor" is the value of the true clips. Columns without a name in `NAMES` are "baselines".
    """
    row = view.row(goal)
    examined = row.pop(view.examined)
    entry: dict = {
        "model": _number(examined.value),
        "ci95": [_number(examined.low), _number(examined.high)],
        "n": examined.cases,
    }
    for name, estimate in row.items():
        if name in NAMES:
            entry[NAMES[name]] = _number(estimate.value)
        else:
            entry.setdefault("baselines", {})[name] = _number(estimate.value)
    bounds = goal.bounds if len(goal.bounds) > 1 else next(iter(goal.bounds), None)
    return entry | {"goal": bounds, "anchors": goal.anchors}


def _number(value: float) -> float | None:
    return None if np.isnan(value) else round(float(value), 4)
