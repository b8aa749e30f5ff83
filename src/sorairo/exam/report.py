"""What came of a sitting: `report.json`, and a page for a person, `index.html`, without network."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from html import escape
from pathlib import Path

import numpy as np

from sorairo.exam.exam import Goal, Marked, SuiteResult
from sorairo.exam.figures import Figure

WORST = 12  # questions of a suite whose clips are shown
BESIDE = {
    "truth": "floor",
    "codec": "codec",
}  # column -> its name in report.json; others: baselines


def record(results: Sequence[SuiteResult], *, model: str, commit: str) -> dict:
    """The JSON report. "floor" is the true clips through the same judge."""
    return {
        "model": model,
        "commit": commit,
        "suites": {result.suite.name: _suite_record(result) for result in results},
    }


def _suite_record(result: SuiteResult) -> dict:
    columns = result.columns()
    examined, *others = columns
    found = {}
    for goal in result.suite.goals:
        figure = columns[examined][goal.key]
        entry: dict = {
            "model": _number(figure.value),
            "ci95": [_number(figure.low), _number(figure.high)],
            "n": figure.cases,
        }
        for name in others:
            value = _number(columns[name][goal.key].value)
            if name in BESIDE:
                entry[BESIDE[name]] = value
            else:
                entry.setdefault("baselines", {})[name] = value
        bound = goal.least if goal.least is not None else goal.most
        found[goal.key] = entry | {"goal": bound, "anchors": goal.anchors}
    return found


def _number(value: float) -> float | None:
    return None if np.isnan(value) else round(float(value), 4)


def page(results: Sequence[SuiteResult], folder: Path, *, model: str, commit: str) -> str:
    """HTML of all results; the clips lie in `folder`, which the page is written to."""
    parts = [f"<h1>The exam of {escape(model)}</h1><p>Commit {escape(commit)}. {HONEST}</p>"]
    for result in results:
        suite = result.suite
        parts.append(f"<h2>{suite.name}: {escape(suite.title)}</h2>")
        parts.append(f"<p>{escape(_doc(result))}</p>")
        parts.append(_table(result))
        worst = sorted(result.marked, key=lambda m: -m.badness(suite.goals))[:WORST]
        parts.append("<h3>Worst first: the answer, and the truth beside it</h3><div class=clips>")
        parts += [_clips(marked, suite.name, folder) for marked in worst]
        parts.append("</div>")
    return HEAD + "\n".join(parts) + "</body></html>\n"


def _doc(result: SuiteResult) -> str:
    return (sys.modules[result.suite.judge.__module__].__doc__ or "").strip()


def _table(result: SuiteResult) -> str:
    columns = result.columns()
    names = list(columns)
    head = "".join(f"<th>{escape(name)}</th>" for name in ("", *names, "goal", "others"))
    rows = []
    for goal in result.suite.goals:
        cells = "".join(f"<td>{_told(columns[name][goal.key], goal)}</td>" for name in names)
        met = goal.met(columns[names[0]][goal.key].value)
        bound = str(goal)
        kind = "" if not bound else " class=met" if met else " class=missed"
        rows.append(
            f"<tr><th>{escape(goal.key)}</th>{cells}<td{kind}>{escape(bound)}</td>"
            f"<td class=others>{escape(goal.anchors)}</td></tr>"
        )
    return f"<table><tr>{head}</tr>{''.join(rows)}</table>"


def _told(figure: Figure, goal: Goal) -> str:
    return escape(figure.told(goal.share))


def _clips(marked: Marked, suite: str, folder: Path) -> str:
    key = marked.question.key
    videos = "".join(
        f'<video src="{suite}/{name}" autoplay loop muted playsinline></video>'
        for name in (f"{key}.mp4", f"{key}-truth.mp4")
        if (folder / suite / name).exists()
    )
    verdict = next(iter(marked.verdicts.values()))
    told = ", ".join(f"{name} {value:.3g}" for name, value in verdict.items())
    return (
        f"<figure>{videos}<figcaption>{escape(marked.question.label)}<br>"
        f"<small>{escape(told)}</small></figcaption></figure>"
    )


def write(
    results: Sequence[SuiteResult], folder: Path, *, model: str, commit: str
) -> tuple[Path, Path]:
    """Both files, in `folder`."""
    files = folder / "report.json", folder / "index.html"
    files[0].write_text(json.dumps(record(results, model=model, commit=commit), indent=1) + "\n")
    files[1].write_text(page(results, folder, model=model, commit=commit))
    return files


HONEST = (
    "Every figure stands beside the true clips through the same judge (what they lack is the"
    " judge's error), the true clips after the model's codec, and a first frame that never moves."
    " Intervals are 95 % bootstrap. Other models were measured in the open world, ours on the"
    " simulator that it learned from: their figures are anchors, not rivals."
)
HEAD = """<!doctype html><html lang=en><head><meta charset=utf-8><title>The exam</title><style>
body{font:16px/1.5 system-ui,sans-serif;max-width:1100px;margin:2em auto;padding:0 1em;color:#223}
table{border-collapse:collapse;margin:1em 0}td,th{padding:.3em .8em;border-bottom:1px solid #dde;
text-align:left;font-variant-numeric:tabular-nums}.met{background:#e3f5e3}.missed{background:#fbe6e2}
.others{color:#667;font-size:.85em}.clips{display:grid;gap:1em;
grid-template-columns:repeat(auto-fill,minmax(320px,1fr))}figure{margin:0}
video{width:49%;image-rendering:auto;background:#eee}figcaption{font-size:.8em;color:#445}
</style></head><body>
"""
