"""What came of a sitting: `report.json`, and a page for a person, `index.html`, without network."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

from sorairo.exam.report.html_report import html
from sorairo.exam.report.json_report import measure_record
from sorairo.exam.report.view_model import SuiteView
from sorairo.exam.run import SuiteResult

__all__ = ["SuiteResult", "page", "record", "write"]


def record(results: Sequence[SuiteResult], *, model: str, commit: str) -> dict:
    """What `report.json` holds: suite -> measure -> figures."""
    return _record([SuiteView(result) for result in results], model=model, commit=commit)


def page(results: Sequence[SuiteResult], folder: Path, *, model: str, commit: str) -> str:
    """HTML of all results; the clips lie in `folder`, which the page is written to."""
    return html([SuiteView(result) for result in results], folder, model=model, commit=commit)


def write(
    results: Sequence[SuiteResult], folder: Path, *, model: str, commit: str
) -> tuple[Path, Path]:
    """Both files, in `folder`."""
    suites = [SuiteView(result) for result in results]
    files = folder / "report.json", folder / "index.html"
    told = json.dumps(_record(suites, model=model, commit=commit), indent=1, allow_nan=False)
    files[0].write_text(told + "\n", encoding="utf-8")
    files[1].write_text(html(suites, folder, model=model, commit=commit), encoding="utf-8")
    return files


def _record(suites: Sequence[SuiteView], *, model: str, commit: str) -> dict:
    found = {told.name: {g.key: measure_record(told, g) for g in told.goals} for told in suites}
    return {"model": model, "commit": commit, "suites": found}
