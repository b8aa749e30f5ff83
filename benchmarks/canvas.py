"""Every capability of a model, measured beside what is aimed at.

    python benchmarks/canvas.py [SUITE ...] [--model tabletop] [--quick] [-n CASES] [--steps 10]
                                [--media FILE ...] [--json FILE] [--sheets FOLDER]
                                [--keep FOLDER] [--part K/N]

Suites: given, extend, loop, connect, keyframe, style, edit, chain, cost, minute, ... (all without a
name). Cases are held-out scenes of the canvas world. Beside the model stand the true renders and
these after the model's codec, judged in the same way: what they lack is the judge's error or the
codec's loss. Intervals are 95 % bootstrap. The whole takes hours on two cores; `--quick` takes a
few cases of each; with --keep a run that was stopped goes on where it stopped, and several may
share the cases: one of them with --part 1/2, one with 2/2, then one without makes the report. What
each then says of its seconds was measured beside the others: run `cost` alone.
"""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from tqdm import tqdm

import sorairo
from sorairo.exam.canvas_running import run
from sorairo.exam.canvas_sheet import sheet
from sorairo.exam.canvas_suite import Plan, Report
from sorairo.exam.canvas_suites import SUITES
from sorairo.exam.report.text_table import text_table


def record(report: Report) -> dict:
    return {
        "figures": {
            who: {name: asdict(figure) for name, figure in column.items()}
            for who, column in report.columns().items()
        },
        "cases": [{"label": r.label, **r.verdicts} for r in report.results],
    }


def part(text: str) -> tuple[int, int]:
    first, every = (int(number) for number in text.split("/"))
    if not 1 <= first <= every:
        raise ValueError
    return first, every


def arguments() -> argparse.Namespace:
    formatter = argparse.RawTextHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=formatter)
    parser.add_argument("suites", nargs="*", metavar="SUITE", help=", ".join(SUITES))
    parser.add_argument("--model", default="tabletop", help="name or directory")
    parser.add_argument("--quick", action="store_true", help="a few cases of each suite")
    parser.add_argument("-n", type=int, help="cases of each suite")
    parser.add_argument("--steps", type=int, default=10, help="of the sampler")
    parser.add_argument("--guidance", type=float)
    parser.add_argument("--media", nargs="*", type=Path, default=[], help="photographs, footage")
    parser.add_argument("--json", type=Path, help="write figures and every case here")
    parser.add_argument("--sheets", type=Path, help="write a sheet of each suite, worst first")
    parser.add_argument("--keep", type=Path, help="keep every case here, and take what is there")
    parser.add_argument(
        "--part", type=part, default=(1, 1), metavar="K/N", help="cases K, K + N, ... alone"
    )
    given = parser.parse_args()
    if given.part != (1, 1) and not given.keep:
        parser.error("a part of the cases has to be kept somewhere: add --keep FOLDER")
    if given.part != (1, 1) and (given.json or given.sheets):
        parser.error("a part of the cases makes no report: leave out --json and --sheets")
    for name in given.suites:
        if name not in SUITES:
            parser.error(f"there is no suite '{name}': choose from {', '.join(SUITES)}")
    return given


def main() -> None:
    given = arguments()
    model = sorairo.load(given.model)
    plan = Plan(
        model=given.model,
        cases=given.n,
        quick=given.quick,
        steps=given.steps,
        guidance=given.guidance,
        media=tuple(given.media),
    )
    records = {}
    for name in given.suites or SUITES:
        suite = SUITES[name]
        results = tuple(
            tqdm(run(suite, model, plan, given.keep, given.part), desc=name, unit="case")
        )
        report = Report(suite=suite, results=results)
        if given.part != (1, 1):
            continue
        print(text_table(name, suite.aims, report.columns()), end="\n\n", flush=True)
        records[name] = record(report)
        if given.json:
            given.json.write_text(json.dumps(records, indent=1) + "\n")
        if given.sheets:
            given.sheets.mkdir(parents=True, exist_ok=True)
            sheet(report).save(given.sheets / f"{name}.png")


if __name__ == "__main__":
    main()
