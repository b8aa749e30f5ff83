"""`sorairo exam`: how far a model obeys the world."""

from __future__ import annotations

from pathlib import Path

import click

from sorairo.cli.terminal import progress_bar
from sorairo.errors import MissingExtraError, unknown_name


@click.command(
    epilog="""\b
    Examples:
      sorairo exam --quick -o exam
      sorairo exam M2 M3 --model my-model -o exam"""
)
@click.argument("suites", nargs=-1, metavar="[SUITE]...")
@click.option("--model", default="tabletop", show_default=True, help="A name or a directory.")
@click.option("--quick", is_flag=True, help="A few questions of each suite.")
@click.option("-n", "count", type=click.IntRange(1), help="Questions of each suite.")
@click.option("--steps", type=click.IntRange(1), help="Sampling steps.  [default: the model's]")
@click.option("--guidance", type=float, help="Guidance.  [default: the model's]")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path),
    default=Path("exam"),
    show_default=True,
    help="Folder for the report and the clips; an exam that was stopped goes on there.",
)
def exam(
    suites: tuple[str, ...],
    model: str,
    quick: bool,
    count: int | None,
    steps: int | None,
    guidance: float | None,
    output: Path,
) -> None:
    """Examine a model: the SUITEs named, or all. Prints where the report lies.

    Every figure stands beside that of true clips, of true clips after the model's codec, and of
    a first frame that never moves.
    """
    try:
        from sorairo.exam import report
        from sorairo.exam.exams import EXAM
        from sorairo.exam.sit import sitting_of
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] != "mujoco":
            raise
        raise MissingExtraError(
            "The exam needs the simulator: pip install 'sorairo[world]'."
        ) from error
    for name in suites:
        if name not in EXAM:
            raise unknown_name("suite", name, EXAM)
    chosen = [EXAM[name] for name in suites or EXAM]
    sitting, facts = sitting_of(model, output, steps=steps, guidance=guidance)
    results = []
    for suite in chosen:
        asked = count or (suite.quick if quick else suite.count)
        marked = []
        with progress_bar(f"{suite.name} {suite.title}") as show:
            for each in sitting.sit(suite, asked):
                marked.append(each)
                show(len(marked), asked)
        results.append(report.SuiteResult(suite=suite, marked=marked))
        files = report.write(results, output, **facts)
    for file in files:
        click.echo(file)
