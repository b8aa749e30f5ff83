"""Does each suite of the exam detect wrong clips? Writes benchmarks/exam/wrong.json, and the
tables in docs/explain/exam.md.

    python benchmarks/wrong_clips.py [SUITE ...] [-n 16]

Judges true clips, and true clips in which one thing is made wrong, like those of a model. A suite
detects the wrong clips if the 95 % intervals do not overlap. The minute (M8) has a quarter of the
questions. If suites are named, the values of the others stay as they are.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from marks import between
from tqdm import tqdm

from sorairo.exam.candidates.lifelike_controls import LIFELIKE_CONTROLS
from sorairo.exam.candidates.negative_controls import DETECTING_MEASURES, NEGATIVE_CONTROLS
from sorairo.exam.candidates.standard import true_answer
from sorairo.exam.registry import SUITES
from sorairo.exam.suite import JudgedQuestion, Suite, SuiteResult

EXAMINED = (*DETECTING_MEASURES, *LIFELIKE_CONTROLS)
ROOT = Path(__file__).parents[1]
TARGET, PAGE = ROOT / "benchmarks" / "exam" / "wrong.json", ROOT / "docs" / "explain" / "exam.md"


def judged(suite: Suite, count: int) -> dict[str, dict]:
    """Candidate -> value and interval of the measure by which the suite detects wrong clips."""
    controls = LIFELIKE_CONTROLS.get(suite.name, NEGATIVE_CONTROLS)
    candidates, questions = {"truth": true_answer, **controls}, []
    for question in tqdm(suite.questions(count), desc=suite.name):
        truth = question.truth()
        verdicts = {
            name: dict(suite.judge(question, candidate(question, truth), truth))
            for name, candidate in candidates.items()
        }
        questions.append(JudgedQuestion(question=question, verdicts=verdicts))
    columns = SuiteResult(suite=suite, judged=questions).estimates()
    keys = {goal.measure: goal.key for goal in suite.goals}
    key = keys.get(DETECTING_MEASURES.get(suite.name, ""), suite.goals[0].key)
    figures = {name: column[key] for name, column in columns.items()}
    return {
        name: {"value": f.value, "ci95": [f.low, f.high], "n": f.cases}
        for name, f in figures.items()
    }


def table(found: dict[str, dict[str, dict]]) -> str:
    """A row for each kind of wrong clip, a column for each suite; detected ones in bold."""
    lines = [
        "| | " + " | ".join(f"{suite}: {DETECTING_MEASURES[suite]}" for suite in found) + " |",
        "|---" * (len(found) + 1) + "|",
    ]
    for name in ("truth", *NEGATIVE_CONTROLS):
        cells = [_cell(values[name], values["truth"]) for values in found.values()]
        lines.append(f"| {name} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def lifelike_table(found: dict[str, dict[str, dict]]) -> str:
    """A row for each suite and kind of wrong clip; detected ones in bold."""
    lines = ["| suite | clips | value |", "|---|---|---|"]
    for suite, values in found.items():
        first = SUITES[suite].goals[0].key
        for name, value in values.items():
            lines.append(f"| {suite}: {first} | {name} | {_cell(value, values['truth'])} |")
    return "\n".join(lines)


def _cell(value: dict, truth: dict) -> str:
    low, high = value["ci95"]
    text = f"{value['value']:.3g} [{low:.2g}, {high:.2g}]".replace("1e+02", "100")
    return f"**{text}**" if high < truth["ci95"][0] or low > truth["ci95"][1] else text


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("suites", nargs="*", metavar="SUITE", help=", ".join(EXAMINED))
    parser.add_argument("-n", type=int, default=16, help="questions of each suite")
    given = parser.parse_args()
    found = json.loads(TARGET.read_text()) if given.suites else {}
    for name in given.suites or EXAMINED:
        found[name] = judged(SUITES[name], max(1, given.n // 4) if name == "M8" else given.n)
    found = {name: found[name] for name in EXAMINED if name in found}
    TARGET.write_text(json.dumps(found, indent=1) + "\n")
    tabletop = {name: each for name, each in found.items() if name in DETECTING_MEASURES}
    lifelike = {name: each for name, each in found.items() if name in LIFELIKE_CONTROLS}
    tables = {"wrong clips": table(tabletop), "wrong lifelike clips": lifelike_table(lifelike)}
    for mark, text in tables.items():
        PAGE.write_text(between(PAGE.read_text(), mark, text))
        print(text)


if __name__ == "__main__":
    main()
