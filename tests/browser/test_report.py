"""The report of an exam opens in a browser: whole, without an error, and without the network."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Browser

from sorairo.exam import report
from sorairo.exam.candidates.baselines import frozen
from sorairo.exam.candidates.standard import true_answer
from sorairo.exam.registry import SUITES
from sorairo.exam.run import ExamRun
from sorairo.exam.suite import SuiteResult

COUNTS = {"M2": 2, "M3": 1, "M6": 1, "M9": 1}  # of M9 nothing is measured


@pytest.fixture(scope="module")
def page_of_a_report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of a model that only repeats its first frame."""
    folder = tmp_path_factory.mktemp("exam")
    columns = {"model": frozen, "truth": true_answer}
    run = ExamRun(columns=columns, folder=folder, identity={"model": "frozen"})
    run.begin()
    results = [
        SuiteResult(suite=SUITES[name], judged=list(run.run_suite(SUITES[name], count)))
        for name, count in COUNTS.items()
    ]
    files = report.write(results, folder, model="frozen", commit="none")
    return next(file for file in files if file.suffix == ".html")


@pytest.mark.parametrize("width", [390, 1280], ids=["phone", "desk"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_report_opens(chromium: Browser, page_of_a_report: Path, width: int, scheme: str):
    page = chromium.new_page(viewport={"width": width, "height": 800}, color_scheme=scheme)  # type: ignore[arg-type]
    errors, asked = [], []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda m: errors.append(m.text) if m.type == "error" else None)
    page.on("requestfailed", lambda request: errors.append(request.url))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(page_of_a_report.as_uri(), wait_until="load")
    assert page.locator("h1").is_visible()
    for name in COUNTS:
        assert page.get_by_role("heading", name=f"{name}: {SUITES[name].title}").is_visible()
    assert page.locator("figure.plot svg").count() >= len(COUNTS)
    video = page.locator("video").first
    video.scroll_into_view_if_needed()
    page.wait_for_function("document.querySelector('video').readyState >= 2")
    assert page.evaluate("document.querySelector('video').videoWidth") > 0
    across = "document.scrollingElement.scrollWidth - window.innerWidth"
    assert page.evaluate(across) <= 0, "the page is wider than the window"
    assert errors == []
    assert all(url.startswith(("file:", "data:")) for url in asked), asked
    page.close()
