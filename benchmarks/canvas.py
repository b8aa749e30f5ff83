"""Measures every capability of a model and compares it with its goal.

    python benchmarks/canvas.py [SUITE ...] [--model tabletop] [--quick] [-n CASES] [--steps 10]
                                [--media FILE ...] [--json FILE] [--sheets FOLDER]
                                [--keep FOLDER] [--part K/N]

Runs the suites about capabilities (all of them without a name) and prints a table for each.
`sorairo exam SUITE ...` asks the same questions and writes a report with clips. Each table compares
the model with the true clips, and with these after the model's codec. All suites take hours on two
cores; `--quick` asks a few questions of each suite. With --keep, a stopped run continues where it
stopped, and several processes can share the questions: one with --part 1/2 and one with --part 2/2,
then one without --part makes the report. Processes that run at the same time slow each other down:
run `cost` alone.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path

from tqdm import tqdm

from sorairo.cli.exam_selection import drawn_by
from sorairo.exam.old_records import adopt_old_records
from sorairo.exam.question import Question
from sorairo.exam.registry import CANVAS_SUITES
from sorairo.exam.report.contact_sheet import contact_sheet_of
from sorairo.exam.report.text_table import text_table
from sorairo.exam.run import ExamRun
from sorairo.exam.setup import look_of, run_of_model
from sorairo.exam.suite import Suite, SuiteResult
from sorairo.exam.suites.canvas.given_tasks import tasks_on_footage


def record(result: SuiteResult) -> dict:
    return {
        "figures": {
            column: {key: asdict(estimate) for key, estimate in estimates.items()}
            for column, estimates in result.estimates().items()
        },
        "cases": [{"label": each.question.label, **each.verdicts} for each in result.judged],
    }


def part(text: str) -> tuple[int, int]:
    first, every = (int(number) for number in text.split("/"))
    if not 1 <= first <= every:
        raise ValueError
    return first, every


def arguments() -> argparse.Namespace:
    formatter = argparse.RawTextHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=formatter)
    parser.add_argument("suites", nargs="*", metavar="SUITE", help=", ".join(CANVAS_SUITES))
    parser.add_argument("--model", default="tabletop", help="name or directory")
    parser.add_argument("--quick", action="store_true", help="a few questions of each suite")
    parser.add_argument("-n", type=int, help="questions of each suite")
    parser.add_argument("--steps", type=int, default=10, help="of the sampler")
    parser.add_argument("--guidance", type=float)
    parser.add_argument("--media", nargs="*", type=Path, default=[], help="photographs, footage")
    parser.add_argument("--json", type=Path, help="write the values and every question here")
    parser.add_argument("--sheets", type=Path, help="write a sheet of each suite, worst first")
    parser.add_argument("--keep", type=Path, help="keep every verdict here, and use those there")
    parser.add_argument(
        "--part", type=part, default=(1, 1), metavar="K/N", help="only questions K, K + N, ..."
    )
    given = parser.parse_args()
    if given.part != (1, 1) and not given.keep:
        parser.error("a part of the questions has to be kept somewhere: add --keep FOLDER")
    if given.part != (1, 1) and (given.json or given.sheets):
        parser.error("a part of the questions makes no report: leave out --json and --sheets")
    for name in given.suites:
        if name not in CANVAS_SUITES:
            names = ", ".join(CANVAS_SUITES)
            parser.error(f"there is no suite '{name}': choose from {names}")
    return given


@contextmanager
def folder_of(keep: Path | None) -> Iterator[Path]:
    """The folder of the verdicts: the given one, or a temporary one."""
    if keep:
        yield keep
        return
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


def questions_of(suite: Suite, given: argparse.Namespace) -> list[Question]:
    count = given.n or (suite.quick if given.quick else suite.count)
    questions = [*suite.questions(count)]
    if suite.name == "given":
        questions += [question for path in given.media for question in tasks_on_footage(path)]
    return questions


def run_suite(run: ExamRun, suite: Suite, given: argparse.Namespace) -> SuiteResult:
    """The requested part of the questions."""
    questions = questions_of(suite, given)
    assert run.engine
    plan = {
        "model": run.engine.info["digest"],
        "cases": given.n,
        "quick": given.quick,
        "steps": given.steps,
        "guidance": given.guidance,
        "media": [path.name for path in given.media],
    }
    adopt_old_records(run.files, suite, questions, plan)
    first, every = given.part
    part_of = questions[first - 1 :: every]
    suite = replace(suite, questions=lambda _count: part_of)
    judged = tqdm(run.run_suite(suite, len(part_of)), desc=suite.name, total=len(part_of))
    return SuiteResult(suite=suite, judged=tuple(judged))


def main() -> None:
    given = arguments()
    records = {}
    with folder_of(given.keep) as folder:
        look = look_of(given.model)
        run = run_of_model(
            given.model, folder, steps=given.steps, guidance=given.guidance, look=look
        )
        for name in given.suites or CANVAS_SUITES:
            result = run_suite(run, drawn_by(look, CANVAS_SUITES[name]), given)
            if given.part != (1, 1):
                continue
            print(text_table(name, result.suite.goals, result.estimates()), end="\n\n", flush=True)
            records[name] = record(result)
            if given.json:
                given.json.write_text(json.dumps(records, indent=1) + "\n")
            if given.sheets:
                given.sheets.mkdir(parents=True, exist_ok=True)
                contact_sheet_of(result, run.files).save(given.sheets / f"{name}.png")


if __name__ == "__main__":
    main()
