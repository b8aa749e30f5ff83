"""The report for people: one HTML page that needs nothing but the clips beside it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sorairo.exam.report.clips import clips
from sorairo.exam.report.columns import legend
from sorairo.exam.report.markup import escape, tag
from sorairo.exam.report.plots import gauge, plots
from sorairo.exam.report.view_model import ByColumn, SuiteView
from sorairo.exam.statistics import Estimate, Goal

HERE = Path(__file__).parent
EXPLANATION = (
    "Beside every value are the values of the true clips with the same judge (what they lack of a"
    " full mark is the judge's error), of the true clips after the model's codec, and of simple"
    " baselines. Intervals are 95 %: Wilson's for shares, bootstrap for the rest, both by"
    " scenes where a scene has several questions. Other models were measured on open-world videos,"
    " this one on the simulator that made its training data, so their values are for orientation"
    " only."
)


def html(views: Sequence[SuiteView], folder: Path, *, model: str, commit: str) -> str:
    """The page of all suites. The clips are in `folder`, where the page will be."""
    title = f"Exam of {model}"
    head = [
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("title", escape(title)),
        tag("link", rel="icon", href="data:,"),  # otherwise a browser requests one
        tag("style", (HERE / "page.css").read_text()),
    ]
    body = [
        tag("h1", escape(title)),
        tag("p", escape(f"Commit {commit}. {EXPLANATION} All values: "), _link("report.json"), "."),
        _summary(views),
        *(_section(view, folder) for view in views),
        tag("script", (HERE / "page.js").read_text()),
    ]
    page = tag("html", tag("head", *head), tag("body", tag("main", *body)), lang="en")
    return f"<!doctype html>{page}\n"


def _summary(views: Sequence[SuiteView]) -> str:
    """One row for each suite, with its first goal."""
    others = dict.fromkeys(name for view in views for name in view.columns[1:])
    head = _head("suite and first measure", "value and 95 % interval", "goal")
    rows = "".join(_summary_row(view) for view in views)
    caption = tag(
        "caption", "Summary: the first measure of every suite; values that meet the goal are shaded"
    )
    table = tag("table", caption, head, tag("tbody", rows), class_="summary", id="summary")
    return table + legend(["examined", *others], explained=True)


def _summary_row(view: SuiteView) -> str:
    goal = view.goals[0]
    row = view.row(goal)
    own = row[view.examined]
    asked = len(view.result.judged)
    about = f"{view.examined}: {goal.key}, {asked} {'question' if asked == 1 else 'questions'}"
    name = tag("b", _link(f"#{view.name}", view.title)) + tag("small", escape(about))
    value = tag("td", _number(own, goal), gauge(row, goal))
    aimed = [each for each in view.goals if str(each)]
    met = sum(_met(each, view.row(each)) for each in aimed)
    all_goals = f"{met} of {len(aimed)} goals met" if len(aimed) > 1 else ""
    return tag("tr", tag("th", name, scope="row"), value, _goal(goal, row, all_goals))


def _section(view: SuiteView, folder: Path) -> str:
    parts = [
        tag("h2", escape(view.title)),
        *(tag("p", escape(part)) for part in view.doc.split("\n\n")),
        _measures(view),
        legend(view.columns),
        tag("div", *plots(view), class_="plots"),
        clips(view, folder),
        tag("p", _link("#summary", "Back to the summary")),
    ]
    return tag("section", *parts, id=view.name)


def _measures(view: SuiteView) -> str:
    """A table of all measures and candidates. It is wide, so it scrolls on a phone."""
    caption = f"{view.title}: all measures, with 95 % intervals"
    anchors = any(goal.anchors for goal in view.goals)
    rows = "".join(_measure_row(view, goal, anchors=anchors) for goal in view.goals)
    head = _head("measure", *view.columns, "goal", *(["others"] if anchors else []))
    table = tag("table", tag("caption", escape(caption)), head, tag("tbody", rows))
    return tag("div", table, class_="wide", tabindex=0, role="region", aria_label=caption)


def _measure_row(view: SuiteView, goal: Goal, *, anchors: bool) -> str:
    row = view.row(goal)
    cells = "".join(tag("td", _number(estimate, goal)) for estimate in row.values())
    others = tag("td", escape(goal.anchors), class_="others") if anchors else ""
    return tag("tr", tag("th", escape(goal.key), scope="row"), cells, _goal(goal, row), others)


def _number(estimate: Estimate, goal: Goal) -> str:
    """The value, with its interval below."""
    value, bracket, interval = estimate.format(goal.share).partition(" [")
    return escape(value) + (tag("small", escape(f"[{interval}")) if bracket else "")


def _met(goal: Goal, row: ByColumn) -> bool:
    own = next(iter(row.values()))
    return own.cases > 0 and goal.met(own.value)


def _goal(goal: Goal, row: ByColumn, remark: str = "") -> str:
    """The bound, whether it is met, and a remark."""
    bound = str(goal).replace(">=", "≥").replace("<=", "≤")
    about = tag("small", escape(remark)) if remark else ""
    if not bound:
        return tag("td", about)
    measured = next(iter(row.values())).cases > 0
    verdict = ("met" if _met(goal, row) else "missed") if measured else "not measured"
    badge = tag("b", verdict, class_="badge")
    return tag("td", escape(f"{bound} "), badge, about, class_=verdict if measured else None)


def _head(*names: str) -> str:
    cells = (tag("th", escape(name), scope="col") for name in names)
    return tag("thead", tag("tr", *cells))


def _link(target: str, name: str | None = None) -> str:
    return tag("a", escape(name or target), href=target)
