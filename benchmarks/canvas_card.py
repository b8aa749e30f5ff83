"""Writes the figures of the capabilities and of the first questions into the model card.

    python benchmarks/canvas.py SUITE ... -n CASES --steps 10 --json FILE
    python benchmarks/canvas_card.py FILE ...

Copies the figures (not the single cases) from the files to benchmarks/canvas.json, and rewrites the
tables between their marks in docs/models/tabletop.md from that file and benchmarks/claims.json. A
test checks that they agree. Without a file, only the page is rewritten. Figures of an earlier model
than the shipped one are marked.
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
    """A row of the card: a measure of a suite, described in words, with its goal."""

    suite: str
    measure: str
    words: str
    aim: str = ""
    share: bool = False


LINES = (
    Line("style", "style", "the requested style is recognised", "90 %", True),
    Line("style", "floor", "right floor, in any style", share=True),
    Line("style", "light", "right light, in any style", share=True),
    Line(
        "edit", "new attribute", "edit at strength 0.6: the requested change is there", "70 %", True
    ),
    Line("edit", "motion kept", "... and the motion is kept (correlation 0.8)", "70 %", True),
    Line("edit", "motion alike (median)", "... correlation of the motion tracks, median"),
    Line("story", "cuts", "cuts on the requested frame", "100 %", True),
    Line("story", "a card", "a card's colour and shape are right", "70 %", True),
    Line(
        "loop",
        "seam, from text (median)",
        "loop from text: change at the seam / usual change, median",
    ),
    Line("loop", "seam, from text (highest)", "... maximum", "1.25"),
    Line("loop", "seam, closed (median)", "loop of a given clip: the same, median"),
    Line("loop", "seam, closed (highest)", "... maximum", "1.25"),
    Line("extend", "error", "extend by 24 frames: position error, in picture widths"),
    Line("extend", "straight on", "... of the constant-velocity baseline"),
    Line("extend", "frozen", "... of the frozen baseline"),
    Line(
        "chain",
        "object set, pixels",
        "ten extensions in a row: the right object is there",
        "80 %",
        True,
    ),
    Line("chain", "drift, pixels (median)", "... brightness drift, median", "0.03"),
    Line("given", "excess (median)", "joint with given frames: change / usual change, median"),
    Line("given", "excess (highest)", "... maximum", "1.5"),
    Line("given", "tint (highest)", "... change of mean colour, maximum, of 255", "1.5"),
    Line("connect", "ends exact", "connect: both given ends are bit-exact", "100 %", True),
    Line(
        "connect",
        "sharpest of the bridge (highest)",
        "... largest change / usual change of the bridge, maximum",
        "3",
    ),
    Line(
        "connect",
        "sharpest inside (highest)",
        "... / usual change of the whole clip (an even fade: 4.5)",
    ),
    Line("keyframe", "beside, dB", "keyframes: PSNR of the frames beside them, dB"),
    Line("keyframe", "sharpest (median)", "... largest change / usual change, median"),
    Line("minute", "object set", "60 s: the requested object is still there", "70 %", True),
    Line(
        "minute",
        "motion (median)",
        "... motion in the last 10 s / that of the true clip",
        "0.7-1.3",
    ),
    Line("cost", "seconds for 60 s", "60 s at native size on two cores: time in seconds", "60"),
    Line("cost", "peak GB", "... peak memory, GB", "2.5"),
    Line("cost", "two for one", "... time for 120 s / time for 60 s", "2.2"),
)
CLAIMED = {
    "one_object": ("exactly one object", 90),
    "color": ("right colour", 90),
    "shape": ("right shape", 80),
    "motion": ("moves as the prompt says", 70),
    "one_object_end": ("one object in the last second", 90),
    "color_end": ("right colour in the last second", 90),
    "shape_end": ("right shape in the last second", 80),
    "floor": ("right floor", None),
    "all": ("all but the floor", None),
}
COLUMNS = {"English": "tabletop en", "Chinese": "tabletop zh", "true renders": "renders"}


BEFORE = "†"  # measured on an earlier model than the shipped one


def canvas_table(found: dict) -> str:
    lines = ["| | model | codec | goal | cases |", "|---|---|---|---|---|"]
    for line in LINES:
        suite = found["suites"].get(line.suite)
        mark = "" if suite else f" {BEFORE}"
        suite = suite or found.get("before", {}).get(line.suite)
        if suite is None or line.measure not in suite["model"]:
            continue
        own = suite["model"][line.measure]
        codec = suite.get("codec", {}).get(line.measure)
        cells = [line.words + mark, _value(own, line.share), _value(codec, line.share), line.aim]
        lines.append("| " + " | ".join([*cells, str(own["cases"])]) + " |")
    if any(BEFORE in line for line in lines):
        lines += ["", f"{BEFORE} of an earlier model (weights, guidance), not measured again."]
    return "\n".join(lines)


def _value(figure: dict | None, share: bool) -> str:
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
    lines = ["| | goal | " + " | ".join(columns) + " |", "|---|---|---|---|---|"]
    for measure, (words, aim) in CLAIMED.items():
        cells = [
            f"{100 * r['value']:.1f} [{100 * r['low']:.0f}, {100 * r['high']:.0f}]"
            for r in (column[measure] for column in columns.values())
        ]
        lines.append(f"| {words} | {aim or ''} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def last_second_table(found: dict) -> str:
    """The share of clips with the right shape in the last second, by event and shape."""
    columns = {
        title: next(each["last_second"] for name, each in found.items() if name.startswith(start))
        for title, start in COLUMNS.items()
    }
    lines = ["| right shape at the end | " + " | ".join(columns) + " | clips each |"]
    lines.append("|---|---|---|---|---|")
    for name in sorted({name for cells in columns.values() for name in cells}):
        cells = [column[name] for column in columns.values()]
        shares = [f"{cell['shape_end'] * cell['clips']:.0f}" for cell in cells]
        lines.append(f"| {name} | {' | '.join(shares)} | {cells[0]['clips']} |")
    return "\n".join(lines)


def page() -> str:
    """The text of the model card with current tables."""
    text = CARD.read_text()
    text = between(text, "claims", claims_table(json.loads(CLAIMS.read_text())))
    text = between(text, "last-second", last_second_table(json.loads(CLAIMS.read_text())))
    return between(text, "canvas", canvas_table(json.loads(CANVAS.read_text())))


def add(files: list[Path]) -> None:
    """Copies figures of this model into CANVAS. Figures of another model are kept, and marked,
    until a suite is measured again."""
    digest = sorairo.load().info["digest"][:12]
    found = json.loads(CANVAS.read_text()) if CANVAS.exists() else {}
    if found.get("model") != digest:
        before = {**found.get("before", {}), **found.get("suites", {})}
        found = {"model": digest, "suites": {}, "before": before}
    for file in files:
        for suite, values in json.loads(file.read_text()).items():
            figures = {who: column for who, column in values["figures"].items() if column}
            found["suites"][suite] = {
                who: {
                    name: {key: _round(value) for key, value in figure.items()}
                    for name, figure in column.items()
                }
                for who, column in figures.items()
            }
    before = found.get("before", {})
    found["before"] = {name: kept for name, kept in before.items() if name not in found["suites"]}
    CANVAS.write_text(json.dumps(found, indent=1, allow_nan=False) + "\n")


def _round(value: float | int) -> float | int | None:
    return None if value != value else round(value, 5)


if __name__ == "__main__":
    add([Path(name) for name in sys.argv[1:]])
    CARD.write_text(page())
