"""Puts the figures of the capabilities and of the first questions into the model card.

    python benchmarks/canvas.py SUITE ... -n CASES --steps 10 --json FILE
    python benchmarks/canvas_card.py FILE ...

Takes the figures out of the files (the cases stay out), adds them to benchmarks/canvas.json, and
rewrites the tables between their marks in docs/models/tabletop.md, from it and from
benchmarks/claims.json. A test keeps them equal. With no file: figures of another model than the
one that ships are marked as such.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path

from marks import between

import sorairo

ROOT = Path(__file__).parents[1]
CANVAS, CLAIMS = ROOT / "benchmarks" / "canvas.json", ROOT / "benchmarks" / "claims.json"
CARD = ROOT / "docs" / "models" / "tabletop.md"


@dataclass(frozen=True)
class Line:
    """A line of the card: a measure of a suite, in words, with what is aimed at."""

    suite: str
    measure: str
    words: str
    aim: str = ""
    share: bool = False


LINES = (
    Line("style", "style", "style asked for is the style seen", "90 %", True),
    Line("style", "floor", "right floor, in any style", share=True),
    Line("style", "light", "right light, in any style", share=True),
    Line("edit", "new attribute", "edit at 0.6: what was asked for is there", "70 %", True),
    Line("edit", "motion kept", "... and the motion is kept (correlation 0.8)", "70 %", True),
    Line("edit", "motion alike (median)", "... correlation of the tracks, median"),
    Line("story", "cuts", "cuts on the asked frame", "100 %", True),
    Line("story", "a card", "a card's colour and shape right", "70 %", True),
    Line("loop", "seam, from text (median)", "loop from text: the seam, times the usual, median"),
    Line("loop", "seam, from text (highest)", "... highest", "1.25"),
    Line("loop", "seam, closed (median)", "closed clip: the same, median"),
    Line("loop", "seam, closed (highest)", "... highest", "1.25"),
    Line("extend", "error", "extend by 24 frames: error of the place, widths"),
    Line("extend", "straight on", "... of going straight on"),
    Line("extend", "frozen", "... of standing still"),
    Line(
        "chain",
        "object set, pixels",
        "ten extensions in a row: the right object is there",
        "80 %",
        True,
    ),
    Line("chain", "drift, pixels (median)", "... drift of the brightness, median", "0.03"),
    Line("given", "excess (median)", "joint with what was given: change, times the usual, median"),
    Line("given", "excess (highest)", "... highest", "1.5"),
    Line("given", "tint (highest)", "... change of colour, highest, of 255", "1.5"),
    Line("connect", "ends exact", "connect: both ends bit-exact", "100 %", True),
    Line(
        "connect",
        "sharpest of the bridge (highest)",
        "... largest change, times the bridge's usual, highest",
        "3",
    ),
    Line(
        "connect", "sharpest inside (highest)", "... times the usual of all (an even fade has 4.5)"
    ),
    Line("keyframe", "beside, dB", "pictures given at their times: beside each, dB"),
    Line("keyframe", "sharpest (median)", "... largest change, times the usual, median"),
    Line("minute", "object set", "60 s: the object asked for is still there", "70 %", True),
    Line("minute", "motion (median)", "... motion of the last 10 s, times the true one", "0.7-1.3"),
    Line("cost", "seconds for 60 s", "60 s at native size, on two cores: seconds", "60"),
    Line("cost", "peak GB", "... peak GB", "2.5"),
    Line("cost", "two for one", "... 120 s, times the seconds of 60", "2.2"),
)
CLAIMED = {
    "one_object": ("exactly one object", 90),
    "color": ("right colour", 90),
    "shape": ("right shape", 80),
    "motion": ("moves as told", 70),
    "floor": ("right floor", None),
    "all": ("the first four together", None),
}
COLUMNS = {"English": "tabletop en", "Chinese": "tabletop zh", "true renders": "renders"}


BEFORE = "†"  # measured on a model before the one that ships


def canvas_table(found: dict) -> str:
    lines = ["| | model | codec | aim | cases |", "|---|---|---|---|---|"]
    for line in LINES:
        suite = found["suites"].get(line.suite)
        mark = "" if suite else f" {BEFORE}"
        suite = suite or found.get("before", {}).get(line.suite)
        if suite is None or line.measure not in suite["model"]:
            continue
        own = suite["model"][line.measure]
        codec = suite.get("codec", {}).get(line.measure)
        cells = [line.words + mark, _told(own, line.share), _told(codec, line.share), line.aim]
        lines.append("| " + " | ".join([*cells, str(own["cases"])]) + " |")
    if any(BEFORE in line for line in lines):
        lines += ["", f"{BEFORE} of an earlier model (weights, guidance), not measured again."]
    return "\n".join(lines)


def _told(figure: dict | None, share: bool) -> str:
    if not figure or not figure["cases"]:
        return ""
    value, low, high = (figure[name] for name in ("value", "low", "high"))
    if share:
        return f"{100 * value:.0f} % [{100 * low:.0f}, {100 * high:.0f}]"
    return f"{value:.3g} [{low:.3g}, {high:.3g}]"


def claims_table(found: dict) -> str:
    columns = {
        title: next(each["rates"] for name, each in found.items() if name.startswith(start))
        for title, start in COLUMNS.items()
    }
    lines = ["| | aim | " + " | ".join(columns) + " |", "|---|---|---|---|---|"]
    for measure, (words, aim) in CLAIMED.items():
        cells = [
            f"{100 * r['value']:.1f} [{100 * r['low']:.0f}, {100 * r['high']:.0f}]"
            for r in (column[measure] for column in columns.values())
        ]
        lines.append(f"| {words} | {aim or ''} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def page() -> str:
    """The card as it should be."""
    text = CARD.read_text()
    text = between(text, "claims", claims_table(json.loads(CLAIMS.read_text())))
    return between(text, "canvas", canvas_table(json.loads(CANVAS.read_text())))


def add(files: list[Path]) -> None:
    """Takes figures of this model over into CANVAS; those of another one are kept as such until a
    suite is measured again."""
    digest = sorairo.load().info["digest"][:12]
    found = json.loads(CANVAS.read_text()) if CANVAS.exists() else {}
    if found.get("model") != digest:
        before = {**found.get("before", {}), **found.get("suites", {})}
        found = {"model": digest, "suites": {}, "before": before}
    for file in files:
        for suite, told in json.loads(file.read_text()).items():
            figures = {who: column for who, column in told["figures"].items() if column}
            found["suites"][suite] = {
                who: {
                    name: {key: _round(value) for key, value in figure.items()}
                    for name, figure in column.items()
                }
                for who, column in figures.items()
            }
    before = found.get("before", {})
    found["before"] = {name: told for name, told in before.items() if name not in found["suites"]}
    CANVAS.write_text(json.dumps(found, indent=1, allow_nan=False) + "\n")


def _round(value: float | int) -> float | int | None:
    return None if value != value else round(value, 5)


if __name__ == "__main__":
    add([Path(name) for name in sys.argv[1:]])
    CARD.write_text(page())
