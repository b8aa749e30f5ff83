"""The report of an exam: `report.json` for programs, and `index.html` for people.

The page needs no network, only the clips in the same folder. Nothing here imports a
suite.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from sorairo.exam.report.html_report import html
from sorairo.exam.report.json_report import measure_record
from sorairo.exam.report.view_model import SuiteView
from sorairo.exam.suite import SuiteResult
from sorairo.video.atomic_write import write_whole

__all__ = ["page", "record", "write"]


def record(results: Sequence[SuiteResult], *, model: str, commit: str) -> dict:
    """The content of `report.json`: suite -> measure -> values."""
    return _record([SuiteView(result) for result in results], model=model, commit=commit)


def page(results: Sequence[SuiteResult], folder: Path, *, model: str, commit: str) -> str:
    """The HTML of the report. The clips are in `folder`, where the page will be."""
    return html([SuiteView(result) for result in results], folder, model=model, commit=commit)


def write(
    results: Sequence[SuiteResult], folder: Path, *, model: str, commit: str
) -> tuple[Path, Path]:
    """Writes both files into `folder` and returns their paths."""
    views = [SuiteView(result) for result in results]
    files = folder / "report.json", folder / "index.html"
    text = json.dumps(_record(views, model=model, commit=commit), indent=1, allow_nan=False)
    write_whole(files[0], text + "\n")
    write_whole(files[1], html(views, folder, model=model, commit=commit))
    return files


def _record(views: Sequence[SuiteView], *, model: str, commit: str) -> dict:
    suites = {
        view.name: {goal.key: measure_record(view, goal) for goal in view.goals} for view in views
    }
    return {"model": model, "commit": commit, "suites": suites}
