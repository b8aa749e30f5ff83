"""All suites of the exam, in the order in which they are sat."""

from __future__ import annotations

from sorairo.exam.run import ExamSuite
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

MODULES = (drop, laws, simiq, permanence, geneval, camera, minute, combinations, codec)
EXAM: dict[str, ExamSuite] = {module.SUITE.name: module.SUITE for module in MODULES}
