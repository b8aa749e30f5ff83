"""The clips of a question: the answer, the true clip beside it, and the verdict."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np

from sorairo.exam.report.markup import escape, tag
from sorairo.exam.report.view_model import SuiteView
from sorairo.exam.run_folder import RunFolder
from sorairo.exam.statistics import Goal, Verdict
from sorairo.exam.suite import JudgedQuestion

MOST_SHOWN = 12  # questions of a suite
CHECK = {True: "✓", False: "✗"}


def clips(view: SuiteView, folder: Path) -> str:
    """The worst answers first. The files are in `folder`, where the page will be."""
    shown = view.worst_first()[:MOST_SHOWN]
    head = f"The worst answers first: {len(shown)} of {len(view.result.judged)}"
    return tag("h3", escape(head)) + tag(
        "div", *(_question(view, judged, folder) for judged in shown), class_="clips"
    )


def _question(view: SuiteView, judged: JudgedQuestion, folder: Path) -> str:
    question, files = judged.question, RunFolder(folder)
    answer = files.clips(view.result.suite, question)
    truth = files.clips(view.result.suite, question, truth=True)
    sides = [*((view.examined, path) for path in answer), *(("truth", path) for path in truth)]
    shown = [_side(name, path, folder, question.prompt) for name, path in sides]
    caption = [
        tag("p", escape(question.prompt), lang=_language(question.prompt), class_="prompt"),
        tag("ul", *_verdict(view, judged.verdicts[view.examined]), class_="verdict"),
        tag("small", escape(", ".join(filter(None, (question.key, question.about))))),
    ]
    return tag("figure", tag("div", *shown, class_="pair"), tag("figcaption", *caption))


def _side(name: str, path: Path, folder: Path, prompt: str) -> str:
    """A clip, or a picture if there is one of the same name."""
    label, picture = f"{name}: {prompt}", path.with_suffix(".png")
    if picture.exists():
        source = picture.relative_to(folder).as_posix()
        shown = tag("img", src=source, alt=label, loading="lazy")
    else:
        source = path.relative_to(folder).as_posix()
        settings = {"preload": "none", "controls": True, "loop": True, "muted": True}
        shown = tag("video", src=source, aria_label=label, playsinline=True, **settings)
    return tag("div", shown, tag("span", escape(name)), class_="side")


def _verdict(view: SuiteView, verdict: Verdict) -> list[str]:
    """One entry for each measure; a measure over time is one entry."""
    timed = [goal for at in view.over_time.values() for goal in at.values()]
    entries = [
        _entry(what, ((f"{time:g} s", goal) for time, goal in at.items()), verdict)
        for what, at in view.over_time.items()
    ]
    return entries + [_entry("", [(g.measure, g)], verdict) for g in view.goals if g not in timed]


def _entry(title: str, goals: Iterable[tuple[str, Goal]], verdict: Verdict) -> str:
    values = [(name, goal, verdict.get(goal.measure, np.nan)) for name, goal in goals]
    parts = [_value(name, goal, value) for name, goal, value in values if not np.isnan(value)]
    if not parts:
        return ""
    failed = any(goal.failed(verdict) for _, goal, _ in values)
    begin = escape(f"{title}: ") if title else ""
    return tag("li", begin, ", ".join(parts), class_="failed" if failed else None)


def _value(name: str, goal: Goal, value: float) -> str:
    word = {0.0: "no", 1.0: "yes"}.get(value) if goal.share else None
    sign = CHECK[not goal.failed({goal.measure: value})] + " " if goal.bounds else ""
    return escape(f"{sign}{name} {word or f'{value:.3g}'}")


def _language(prompt: str) -> str:
    return "zh" if any("\u4e00" <= letter <= "\u9fff" for letter in prompt) else "en"
