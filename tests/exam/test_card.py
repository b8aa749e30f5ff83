"""The README and the model card quote the committed exam of the shipped model."""

import json
import runpy
import sys
from pathlib import Path

import sorairo

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
sys.path.append(str(BENCHMARKS))  # scripts there import each other
CARD = runpy.run_path(str(BENCHMARKS / "exam_card.py"))


def test_quoted_figures_are_the_measured_ones():
    for path, text in CARD["pages"]().items():
        assert path.read_text() == text, f"{path.name}: run python benchmarks/exam_card.py"
        assert "<!-- exam -->" in text


def test_the_card_quotes_the_capabilities_of_the_shipped_model():
    card = runpy.run_path(str(BENCHMARKS / "canvas_card.py"))
    assert card["CARD"].read_text() == card["page"](), "run python benchmarks/canvas_card.py"
    measured = json.loads(card["CANVAS"].read_text())
    assert measured["model"] == sorairo.load().info["digest"][:12]


def test_the_report_is_of_the_shipped_model():
    report = json.loads(CARD["REPORT"].read_text())
    assert report["model"] == f"tabletop {sorairo.load().info['digest'][:12]}"
    assert set(CARD["HEADLINES"]) == set(report["suites"])
