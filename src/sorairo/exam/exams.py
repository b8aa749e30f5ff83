"""All suites of the exam, in the order in which they are sat."""

from __future__ import annotations

from sorairo.exam.exam import ExamSuite
from sorairo.exam.suites import codec, drop, laws, minute, simiq

EXAM: dict[str, ExamSuite] = {
    module.SUITE.name: module.SUITE for module in (drop, laws, simiq, minute, codec)
}
