"""Writes the figures of the last exam into the model card and the README.

    python benchmarks/exam_card.py

Reads benchmarks/exam/report.json and rewrites the text between the two marks in each file. A test
checks that all three agree.
"""

from __future__ import annotations

import json
from pathlib import Path

from marks import between

ROOT = Path(__file__).parents[1]
REPORT = ROOT / "benchmarks" / "exam" / "report.json"
# The rows of the README table, one for each suite.
HEADLINES = {
    "M2": ("centroid", "a dropped object: position error, in picture diagonals"),
    "M3": ("all", "physical laws kept (gravity, bounce, momentum, energy)"),
    "M4": ("given 16 frames", "Sim-IQ score out of 100, given 16 frames"),
    "M5": ("reappears", "an object that passes behind a screen reappears"),
    "M6": ("overall", "the result shows what the prompt says (Sim-GenEval)"),
    "M7": ("right move", "the camera moves as the prompt says"),
    "M8": ("object set at 60 s", "after a minute, the object is still the same"),
    "M9": (
        "as told, last tenth",
        "combinations of the last tenth (part of this model's training)",
    ),
    "M12": ("psnr", "codec quality, PSNR in dB"),
}


def card_table(report: dict) -> str:
    """Every measure of every suite."""
    lines = [
        "| suite | measure | model | true clips | codec | goal | questions |",
        "|---|---|---|---|---|---|---|",
    ]
    for suite, measures in report["suites"].items():
        for name, values in measures.items():
            cells = [
                suite,
                name,
                _value(values),
                _number(values.get("floor")),
                _number(values.get("codec")),
            ]
            lines.append(
                "| " + " | ".join([*cells, _number(values["goal"]), str(values["n"])]) + " |"
            )
    return "\n".join(lines)


def readme_table(report: dict) -> str:
    """One measure of each suite."""
    lines = [
        "| suite | model | true clips, same judge | goal | questions |",
        "|---|---|---|---|---|",
    ]
    for suite, (measure, words) in HEADLINES.items():
        if suite in report["suites"]:
            values = report["suites"][suite][measure]
            cells = [f"{suite}: {words}", _value(values), _number(values.get("floor"))]
            cells += [_number(values["goal"]), str(values["n"])]
            lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


def _value(values: dict) -> str:
    low, high = values["ci95"]
    return f"{_number(values['model'])} [{_number(low)}, {_number(high)}]"


def _number(value: float | list | None) -> str:
    if value is None:
        return ""
    if isinstance(value, list):
        return " to ".join(_number(each) for each in value)
    return f"{value:.3g}"


def pages() -> dict[Path, str]:
    """Each file and what it should hold."""
    report = json.loads(REPORT.read_text())
    tables = {ROOT / "docs/models/tabletop.md": card_table, ROOT / "README.md": readme_table}
    return {
        path: between(path.read_text(), "exam", table(report)) for path, table in tables.items()
    }


if __name__ == "__main__":
    for path, text in pages().items():
        path.write_text(text)
