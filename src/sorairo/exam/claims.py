"""Does the model show what a prompt says? Runs the suite `claims` and prints a table.

    python -m sorairo.exam.claims [--model tabletop] [-n 128] [--seconds 4] [--language en|zh|both]
                                  [--json FILE] [--sheet FILE.png]

`sorairo exam claims` asks the same questions, can be stopped and resumed, and writes a report. The
column "renders" judges true clips of the same scenes: what it lacks to 100 % is the judge's error.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path

from tqdm import tqdm

from sorairo.exam.held_out_scenes import drawn_by
from sorairo.exam.report.contact_sheet import contact_sheet_of
from sorairo.exam.report.text_table import text_table
from sorairo.exam.scene_question import SceneQuestion
from sorairo.exam.setup import look_of, run_of_model
from sorairo.exam.statistics import Verdict, estimate
from sorairo.exam.suite import JudgedQuestion, SuiteResult
from sorairo.exam.suites.world.claims import END_MEASURES, SUITE, questions
from sorairo.world.tabletop.language.captions import LANGUAGES
from sorairo.world.tabletop.perception.prompt_cases import target_of

Columns = dict[str, list[tuple[JudgedQuestion, Verdict]]]
"""Name of a column -> its questions, with the verdicts that the column is about."""


def columns_of(judged: Sequence[JudgedQuestion], model: str) -> Columns:
    """One column for each language, and the true clips in the first language."""
    languages = dict.fromkeys(each.question.about for each in judged)
    columns = {
        f"{model} {language}": [
            (each, each.verdicts["model"]) for each in judged if each.question.about == language
        ]
        for language in languages
    }
    first = next(iter(languages))
    columns["renders"] = [(j, j.verdicts["truth"]) for j in judged if j.question.about == first]
    return columns


def cells_of(cases: Sequence[tuple[JudgedQuestion, Verdict]]) -> dict[str, dict[str, float]]:
    """For each event and shape ("drop box"): the number of clips, and the share of them in which
    colour, shape and number are right in the last second."""
    cells: dict[str, list[Verdict]] = {}
    for judged, verdict in cases:
        assert isinstance(judged.question, SceneQuestion)
        target = target_of(judged.question.scene)
        cells.setdefault(f"{target.event} {target.shape}", []).append(verdict)
    return {
        name: {"clips": len(verdicts)}
        | {key: sum(v[key] for v in verdicts) / len(verdicts) for key in END_MEASURES}
        for name, verdicts in sorted(cells.items())
    }


def cells_text(columns: Columns) -> str:
    """The cells of all columns as a table: the last second, by event and shape."""
    cells = {name: cells_of(cases) for name, cases in columns.items()}
    names = sorted({name for column in cells.values() for name in column})
    lines = ["shape right in the last second (clips), by event and shape"]
    for name in names:
        parts = []
        for column, found in cells.items():
            cell = found.get(name)
            share = f"{cell['shape_end']:.0%} ({cell['clips']:.0f})" if cell else "-"
            parts.append(f"{column}: {share}")
        lines.append(f"  {name:<20} {'   '.join(parts)}")
    return "\n".join(lines)


def record(columns: Columns) -> dict[str, object]:
    """What `--json` writes: the share of each measure, the last second by event and shape, and
    every case."""
    return {
        name: {
            "rates": {
                goal.key: asdict(estimate(goal, [verdict for _, verdict in cases]))
                for goal in SUITE.goals
            },
            "last_second": cells_of(cases),
            "cases": [_case(judged, verdict) for judged, verdict in cases],
        }
        for name, cases in columns.items()
    }


def _case(judged: JudgedQuestion, verdict: Verdict) -> dict[str, object]:
    question = judged.question
    assert isinstance(question, SceneQuestion)
    failed = [name for name, value in verdict.items() if name != "all" and not value]
    return {
        "prompt": question.prompt,
        "seed": question.seed,
        "target": asdict(target_of(question.scene)),
        "failed": failed,
    }


def arguments(argv: list[str] | None) -> argparse.Namespace:
    formatter = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=formatter)
    parser.add_argument("--model", default="tabletop", help="name or directory")
    parser.add_argument("-n", type=int, default=SUITE.count, help="prompts in each language")
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--language", choices=[*LANGUAGES, "both"], default="both")
    parser.add_argument("--seed", type=int, default=0, help="chooses the scenes")
    parser.add_argument("--json", type=Path, help="write the values and every case here")
    parser.add_argument("--sheet", type=Path, help="write a contact sheet, worst first, here")
    return parser.parse_args(argv)


def main(argv: list[str] | None = None) -> None:
    given = arguments(argv)
    languages = LANGUAGES if given.language == "both" else (given.language,)
    with drawn_by(look_of(given.model)):
        asked = questions(given.n, seed=given.seed, languages=languages, seconds=given.seconds)
    suite = replace(SUITE, questions=lambda _count: asked, columns=("model", "truth"))
    with tempfile.TemporaryDirectory() as folder:
        run = run_of_model(given.model, Path(folder), steps=None, guidance=None)
        judged = list(tqdm(run.run_suite(suite, given.n), total=len(asked)))
        if given.sheet:
            result = SuiteResult(suite=suite, judged=judged)
            contact_sheet_of(result, run.files, most=len(judged)).save(given.sheet)
    columns = columns_of(judged, given.model)
    estimates = {
        name: {goal.key: estimate(goal, [verdict for _, verdict in cases]) for goal in SUITE.goals}
        for name, cases in columns.items()
    }
    print(text_table("claims", SUITE.goals, estimates))
    print(cells_text(columns))
    if given.json:
        text = json.dumps(record(columns), ensure_ascii=False, indent=1)
        given.json.write_text(text + "\n")


if __name__ == "__main__":
    main()
