"""The README and the model card quote the committed exam of the shipped model."""

import json
import runpy
from pathlib import Path

import sorairo

CARD = runpy.run_path(str(Path(__file__).parents[2] / "benchmarks" / "exam_card.py"))


def test_what_is_quoted_is_what_was_measured():
    for path, text in CARD["pages"]().items():
        assert path.read_text() == text, f"{path.name}: run python benchmarks/exam_card.py"
        assert CARD["BEGIN"] in text


def test_the_report_is_of_the_shipped_model():
    report = json.loads(CARD["REPORT"].read_text())
    assert report["model"] == f"tabletop {sorairo.load().info['digest'][:12]}"
    assert set(CARD["HEADLINES"]) == set(report["suites"])
