"""The clips of a question: the answer, the truth beside it, and the verdict."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from sorairo.exam.report.markup import tag, words
from sorairo.exam.report.view_model import SuiteView
from sorairo.exam.run import Goal, JudgedQuestion
from sorairo.exam.statistics import Verdict

WORST = 12  # questions of a suite that are shown
MARKS = {True: "✓", False: "✗"}


def clips(told: SuiteView, folder: Path) -> str:
    """The worst answers first; the files lie in `folder`, where the page will be."""
    shown = told.worst_first()[:WORST]
    head = f"The worst answers first: {len(shown)} of {len(told.result.marked)}"
    return tag("h3", words(head)) + tag(
        "div", *(_question(told, marked, folder) for marked in shown), class_="clips"
    )


def _question(told: SuiteView, marked: JudgedQuestion, folder: Path) -> str:
    question = marked.question
    sides = ((told.examined, question.key), ("truth", f"{question.key}-truth"))
    shown = [_side(name, folder, told.name, stem, question.prompt) for name, stem in sides]
    caption = [
        tag("p", words(question.prompt), lang=_language(question.prompt), class_="prompt"),
        tag("ul", *_verdict(told, marked.verdicts[told.examined]), class_="verdict"),
        tag("small", words(", ".join(filter(None, (question.key, question.about))))),
    ]
    return tag("figure", tag("div", *shown, class_="pair"), tag("figcaption", *caption))


def _side(name: str, folder: Path, suite: str, stem: str, prompt: str) -> str:
    """A picture where there is one, otherwise the clip; nothing where neither was kept."""
    label = f"{name}: {prompt}"
    if (folder / suite / f"{stem}.png").exists():
        shown = tag("img", src=f"{suite}/{stem}.png", alt=label, loading="lazy")
    elif (folder / suite / f"{stem}.mp4").exists():
        how = {"preload": "none", "controls": True, "loop": True, "muted": True}
        shown = tag("video", src=f"{suite}/{stem}.mp4", aria_label=label, playsinline=True, **how)
    else:
        return ""
    return tag("div", shown, tag("span", words(name)), class_="side")


def _verdict(told: SuiteView, verdict: Verdict) -> list[str]:
    """An entry a measure; what is measured at several times is one."""
    timed = [goal for at in told.over_time.values() for goal in at.values()]
    entries = [
        _entry(what, ((f"{time:g} s", goal) for time, goal in at.items()), verdict)
        for what, at in told.over_time.items()
    ]
    return entries + [_entry("", [(g.measure, g)], verdict) for g in told.goals if g not in timed]


def _entry(title: str, goals: Iterable[tuple[str, Goal]], verdict: Verdict) -> str:
    values = [(name, goal, verdict.get(goal.measure, np.nan)) for name, goal in goals]
    parts = [_value(name, goal, value) for name, goal, value in values if not np.isnan(value)]
    if not parts:
        return ""
    failed = any(goal.failed(verdict) for _, goal, _ in values)
    begin = words(f"{title}: ") if title else ""
    return tag("li", begin, ", ".join(parts), class_="failed" if failed else None)


def _value(name: str, goal: Goal, value: float) -> str:
    told = {0.0: "no", 1.0: "yes"}.get(value) if goal.share else None
    aimed = goal.least is not None or goal.most is not None
    sign = MARKS[not goal.failed({goal.measure: value})] + " " if aimed else ""
    return words(f"{sign}{name} {told or f'{value:.3g}'}")


def _language(prompt: str) -> str:
    return "zh" if any("\u4e00" <= letter <= "\u9fff" for letter in prompt) else "en"
