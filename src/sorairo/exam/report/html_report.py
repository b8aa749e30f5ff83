"""The report for a person: one page of HTML, which needs nothing but the clips beside it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sorairo.exam.report.clips import clips
from sorairo.exam.report.columns import legend
from sorairo.exam.report.markup import tag, words
from sorairo.exam.report.plots import gauge, plots
from sorairo.exam.report.view_model import Row, SuiteView
from sorairo.exam.run import Goal
from sorairo.exam.statistics import Figure

HERE = Path(__file__).parent
HONEST = (
    "Every figure stands beside the true clips through the same judge (what they lack is the"
    " judge's error), the true clips after the model's codec, and simple guesses."
    " Intervals are 95 %: Wilson's of shares, the bootstrap's of the rest. Other models were"
    " measured in the open world, ours on the simulator that it learned from: their figures are"
    " anchors, not rivals."
)


def html(suites: Sequence[SuiteView], folder: Path, *, model: str, commit: str) -> str:
    """Of all suites; the clips lie in `folder`, which the page is written to."""
    title = f"The exam of {model}"
    head = [
        tag("meta", charset="utf-8"),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("title", words(title)),
        tag("link", rel="icon", href="data:,"),  # or a browser asks for one
        tag("style", (HERE / "page.css").read_text()),
    ]
    body = [
        tag("h1", words(title)),
        tag("p", words(f"Commit {commit}. {HONEST} All figures: "), _link("report.json"), "."),
        _summary(suites),
        *(_section(told, folder) for told in suites),
        tag("script", (HERE / "page.js").read_text()),
    ]
    page = tag("html", tag("head", *head), tag("body", tag("main", *body)), lang="en")
    return f"<!doctype html>{page}\n"


def _summary(suites: Sequence[SuiteView]) -> str:
    """A row a suite, with its first goal."""
    others = dict.fromkeys(name for told in suites for name in told.columns[1:])
    head = _head("suite, and its first measure", "value and 95 % interval", "goal")
    rows = "".join(_summary_row(told) for told in suites)
    caption = tag("caption", "In short: the first measure of every suite, shaded where it is met")
    table = tag("table", caption, head, tag("tbody", rows), class_="summary", id="summary")
    return table + legend(["examined", *others], explained=True)


def _summary_row(told: SuiteView) -> str:
    goal = told.goals[0]
    row = told.row(goal)
    own = row[told.examined]
    asked = len(told.result.marked)
    about = f"{told.examined}: {goal.key}, {asked} {'question' if asked == 1 else 'questions'}"
    name = tag("b", _link(f"#{told.name}", told.title)) + tag("small", words(about))
    value = tag("td", _number(own, goal), gauge(row, goal))
    aimed = [each for each in told.goals if str(each)]
    met = sum(_met(each, told.row(each)) for each in aimed)
    all_goals = f"{met} of {len(aimed)} goals met" if len(aimed) > 1 else ""
    return tag("tr", tag("th", name, scope="row"), value, _goal(goal, row, all_goals))


def _section(told: SuiteView, folder: Path) -> str:
    parts = [
        tag("h2", words(told.title)),
        *(tag("p", words(part)) for part in told.doc.split("\n\n")),
        _figures(told),
        legend(told.columns),
        tag("div", *plots(told), class_="plots"),
        clips(told, folder),
        tag("p", _link("#summary", "Back to the summary")),
    ]
    return tag("section", *parts, id=told.name)


def _figures(told: SuiteView) -> str:
    """All measures of a suite, a column a column; wide, so that it scrolls on a phone."""
    caption = f"{told.title}: all measures, with 95 % intervals"
    anchors = any(goal.anchors for goal in told.goals)
    rows = "".join(_figure_row(told, goal, anchors=anchors) for goal in told.goals)
    head = _head("measure", *told.columns, "goal", *(["others"] if anchors else []))
    table = tag("table", tag("caption", words(caption)), head, tag("tbody", rows))
    return tag("div", table, class_="wide", tabindex=0, role="region", aria_label=caption)


def _figure_row(told: SuiteView, goal: Goal, *, anchors: bool) -> str:
    row = told.row(goal)
    cells = "".join(tag("td", _number(figure, goal)) for figure in row.values())
    others = tag("td", words(goal.anchors), class_="others") if anchors else ""
    return tag("tr", tag("th", words(goal.key), scope="row"), cells, _goal(goal, row), others)


def _number(figure: Figure, goal: Goal) -> str:
    """The value, and its interval below it."""
    value, bracket, interval = figure.told(goal.share).partition(" [")
    return words(value) + (tag("small", words(f"[{interval}")) if bracket else "")


def _met(goal: Goal, row: Row) -> bool:
    own = next(iter(row.values()))
    return own.cases > 0 and goal.met(own.value)


def _goal(goal: Goal, row: Row, remark: str = "") -> str:
    """The bound, in words whether it is met, and a remark."""
    bound = str(goal).replace(">=", "≥").replace("<=", "≤")
    about = tag("small", words(remark)) if remark else ""
    if not bound:
        return tag("td", about)
    measured = next(iter(row.values())).cases > 0
    verdict = ("met" if _met(goal, row) else "missed") if measured else "not measured"
    badge = tag("b", verdict, class_="badge")
    return tag("td", words(f"{bound} "), badge, about, class_=verdict if measured else None)


def _head(*names: str) -> str:
    cells = (tag("th", words(name), scope="col") for name in names)
    return tag("thead", tag("tr", *cells))


def _link(target: str, name: str | None = None) -> str:
    return tag("a", words(name or target), href=target)
