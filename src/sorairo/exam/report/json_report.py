"""The report for machines."""

from __future__ import annotations

import numpy as np

from sorairo.exam.report.view_model import SuiteView
from sorairo.exam.run import Goal

BESIDE = {"truth": "floor", "codec": "codec"}  # column -> its name; others are baselines


def measure_record(told: SuiteView, goal: Goal) -> dict:
    """What `report.json` holds of a measure. "floor" is the true clips through the same judge."""
    row = told.row(goal)
    examined = row.pop(told.examined)
    entry: dict = {
        "model": _number(examined.value),
        "ci95": [_number(examined.low), _number(examined.high)],
        "n": examined.cases,
    }
    for name, figure in row.items():
        if name in BESIDE:
            entry[BESIDE[name]] = _number(figure.value)
        else:
            entry.setdefault("baselines", {})[name] = _number(figure.value)
    bounds = [bound for bound in (goal.least, goal.most) if bound is not None]
    aimed = bounds if len(bounds) > 1 else next(iter(bounds), None)
    return entry | {"goal": aimed, "anchors": goal.anchors}


def _number(value: float) -> float | None:
    return None if np.isnan(value) else round(float(value), 4)
