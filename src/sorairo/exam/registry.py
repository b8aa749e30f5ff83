"""All suites of the exam, by name, in the order in which they run.

To add a suite: write one file in `suites/world` or `suites/canvas` that ends in a `SUITE`, and add
its module to a line below. The command line, the worker processes and the report find it here.
"""

from __future__ import annotations

from sorairo.exam.suite import Suite
from sorairo.exam.suites.world import (
    camera,
    codec,
    combinations,
    drop,
    geneval,
    laws,
    minute,
    permanence,
    simiq,
)

WORLD = (drop, laws, simiq, permanence, geneval, camera, minute, combinations, codec)

WORLD_SUITES: dict[str, Suite] = {module.SUITE.name: module.SUITE for module in WORLD}
"""Does the model obey the simulated world? These run when no suite is named."""

SUITES: dict[str, Suite] = {**WORLD_SUITES}
"""Every suite."""
