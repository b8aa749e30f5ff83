"""All suites of the exam, by name, in the order in which they run.

To add a suite: write one file in a folder of `suites` that ends in a `SUITE`, and add the module to
a tuple below. The command line, the worker processes and the report find it here. The help text,
the tests and the docs name suites too: see CONTRIBUTING.md, "A new exam suite".
"""

from __future__ import annotations

from types import ModuleType

from sorairo.exam.suite import Suite
from sorairo.exam.suites.canvas import (
    chain,
    connect,
    cost,
    edit,
    extend,
    given,
    keyframe,
    loop,
    story,
    style,
)
from sorairo.exam.suites.canvas import minute as canvas_minute
from sorairo.exam.suites.lifelike import breaking, prompted, same_person, traces
from sorairo.exam.suites.played import crafter
from sorairo.exam.suites.world import (
    camera,
    claims,
    codec,
    combinations,
    drop,
    geneval,
    lasting,
    laws,
    minute,
    permanence,
    simiq,
    speedrun,
)


def _by_name(*modules: ModuleType) -> dict[str, Suite]:
    found = {module.SUITE.name: module.SUITE for module in modules}
    assert len(found) == len(modules), "two suites have one name"
    return found


WORLD_SUITES = _by_name(
    drop, laws, lasting, simiq, permanence, geneval, camera, minute, combinations, codec
)
"""Suites about the table-top world. They run when no suite is named."""

LIFELIKE_SUITES = _by_name(breaking, traces, prompted, same_person)
"""Suites about the lifelike world. They run when no suite is named and the model has seen it."""

PLAYED_SUITES = _by_name(crafter)
"""Suites about worlds that are played. They run for playable models, and no others do."""

CANVAS_SUITES = _by_name(
    given, extend, loop, connect, keyframe, style, edit, story, chain, cost, canvas_minute
)
"""Suites that measure the capabilities of a model."""

SUITES = {
    **WORLD_SUITES,
    **LIFELIKE_SUITES,
    **_by_name(claims, speedrun),
    **CANVAS_SUITES,
    **PLAYED_SUITES,
}
"""Every suite."""
