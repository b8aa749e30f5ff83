"""Results of a made-up suite, and pages of a report as they are read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from html.parser import HTMLParser
from pathlib import Path

from sorairo.exam import report
from sorairo.exam.held_out_scenes import scenes
from sorairo.exam.report.markup import VOID
from sorairo.exam.scene_question import SceneQuestion
from sorairo.exam.statistics import Goal, Verdict
from sorairo.exam.suite import JudgedQuestion, Suite, SuiteResult

SCENE = scenes(1)[0]
TIMED = (
    Goal(measure="set at 5 s", least=0.75, share=True),
    Goal(measure="set at 60 s", least=0.75, share=True),
    Goal(measure="drift at 5 s", most=0.03),
    Goal(measure="drift at 60 s", most=0.03),
)
ERROR = Goal(measure="error", most=0.05, anchors="another .149")


def result_of(
    goals: Sequence[Goal], *cases: Mapping[str, Verdict], prompt: str = "a red ball"
) -> SuiteResult:
    """The result of a suite, from cases (column -> verdict)."""
    suite = Suite(
        name="M0",
        title="Made up",
        count=len(cases),
        questions=lambda _count: [],
        judge=lambda _question, _clip, _truth: {},
        goals=tuple(goals),
    )
    judged = [
        JudgedQuestion(
            question=SceneQuestion(
                key=f"M0-{i:04d}", scene=SCENE, prompt=prompt, seed=i, seconds=1.0, given=1
            ),
            verdicts=verdicts,
        )
        for i, verdicts in enumerate(cases)
    ]
    return SuiteResult(suite=suite, judged=judged)


def errors(*values: float) -> SuiteResult:
    """One case for each value; the true clips are right."""
    return result_of([ERROR], *({"model": {"error": v}, "truth": {"error": 0.0}} for v in values))


class Page(HTMLParser):
    """A parsed page: its elements and its text. Raises if an element is not closed."""

    def __init__(self, text: str):
        super().__init__()
        self.open: list[str] = []
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(text)
        self.close()
        assert not self.open, self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]):
        self.found.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str):
        assert self.open.pop() == tag

    def handle_data(self, data: str):
        self.text += data + "\n"

    def all(self, *tags: str) -> list[dict[str, str | None]]:
        return [attributes for tag, attributes in self.found if tag in tags]


def page_of(*results: SuiteResult, folder: Path) -> Page:
    return Page(report.page(results, folder, model="m", commit="c"))
