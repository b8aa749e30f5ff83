"""`sorairo exam`: measures how far the clips of a model obey the laws of the simulated world."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sorairo.cli.console import progress_bar, say
from sorairo.errors import MissingExtraError, RequestError, unknown_name

if TYPE_CHECKING:
    from sorairo.exam.candidates.external_clips import ExternalClips
    from sorairo.exam.candidates.question_export import QuestionsBySuite
    from sorairo.exam.question import Question
    from sorairo.exam.run import ExamRun, JudgeBatches
    from sorairo.exam.suite import Suite


class _OrCommand(click.Group):
    """A command with any number of arguments that also has subcommands.

    The first argument decides: the name of a subcommand runs that one. A plain `click.Group` with
    such arguments would take the subcommand's name for one of them.
    """

    allow_interspersed_args = True  # options may follow arguments

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,
    ) -> click.Context:
        if args and args[0] in self.commands:
            name = f"{info_name} {args[0]}"
            return self.commands[args[0]].make_context(name, args[1:], parent, **extra)
        return super().make_context(info_name, args, parent, **extra)


@dataclass(frozen=True, kw_only=True)
class Selection:
    """Which questions are asked."""

    names: tuple[str, ...]
    """The suites; none stands for the suites about the world."""
    quick: bool
    """Whether to ask each suite's `quick` number of questions."""
    count: int | None
    """How many questions of each suite."""
    part: float
    """Which part of each suite's questions; used without `quick` and `count`."""

    def suites(self, *, default_all: bool = False) -> list[Suite]:
        """The suites named. Without a name those about the world, or with `default_all` every one.

        Raises UnknownNameError, and MissingExtraError.
        """
        with _simulator():
            from sorairo.exam.registry import SUITES, WORLD_SUITES
        for name in self.names:
            if name in exam.commands:
                raise click.UsageError(f"Write {name} right after `sorairo exam`.")
            if name not in SUITES:
                raise unknown_name("suite", name, (*SUITES, *exam.commands))
        return [SUITES[name] for name in self.names or (SUITES if default_all else WORLD_SUITES)]

    def count_of(self, suite: Suite) -> int:
        part = suite.quick if self.quick else max(1, round(self.part * suite.count))
        return self.count or part

    def for_clips(self) -> tuple[list[Suite], QuestionsBySuite]:
        """The suites that clips of another model can answer, and their questions.

        Leaves out the other suites; raises RequestError if one of them was named.
        """
        suites = self.suites()
        from sorairo.exam.candidates.question_export import answerable, questions_for_clips

        for suite in suites:
            reason = (
                f"{suite.name} examines a model's {suite.columns[0]}, which finished clips do not"
                " contain"
                if suite.columns[0] != "model"
                else f"{suite.name} calls functions of the model"
            )
            if not answerable(suite) and self.names:
                raise RequestError(f"{reason}: leave {suite.name} out.")
            if not answerable(suite):
                say(f"{reason}: it is left out.")
        suites = [_with_questions(s, self.count_of(s)) for s in suites if answerable(s)]
        return suites, {s.name: questions_for_clips(s, self.count_of(s)) for s in suites}

    def words(self) -> list[str]:
        """The selection as arguments of the command line."""
        count = ["-n", str(self.count)] if self.count else ["--quick"] if self.quick else []
        part = [] if count or self.part == 1 else ["--part", f"{self.part:g}"]
        return [*self.names, *count, *part]


def _with_questions(suite: Suite, count: int) -> Suite:
    """The suite with its questions made once: some suites have to search for their scenes."""
    return _asking(suite, suite.questions(count))


def _asking(suite: Suite, questions: Sequence[Question]) -> Suite:
    return dataclasses.replace(suite, questions=lambda _count: questions)


@contextmanager
def _simulator() -> Iterator[None]:
    try:
        yield
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] not in ("mujoco", "scipy"):
            raise
        raise MissingExtraError(
            "The exam needs the simulator: pip install 'sorairo[world]'."
        ) from error


def _which_questions(command: Callable[..., None]) -> Callable[..., None]:
    """Adds SUITE, --quick, --part and -n; the command gets them as one `selection`."""

    @functools.wraps(command)
    def run(
        suites: tuple[str, ...], quick: bool, count: int | None, part: float, **values: Any
    ) -> None:
        selection = Selection(names=suites, quick=quick, count=count, part=part)
        command(**values, selection=selection)

    for option in (
        click.option("-n", "count", type=click.IntRange(1), help="Number of questions per suite."),
        click.option(
            "--part",
            type=click.FloatRange(0, 1, min_open=True),
            default=1.0,
            help="Fraction of each suite's questions to ask, for example 0.2.",
        ),
        click.option("--quick", is_flag=True, help="Ask only a few questions per suite."),
        click.argument("suites", nargs=-1, metavar="[SUITE]..."),
    ):
        run = option(run)
    return run


@click.group(
    cls=_OrCommand,
    invoke_without_command=True,
    subcommand_metavar="| COMMAND ...",
    epilog="""\b
    Suites about the world, which run when none is named:
      M2 drop, M3 laws, M4 Sim-IQ, M5 permanence, M6 Sim-GenEval, M7 camera,
      M8 one minute, M9 combinations, M12 codec
    Other suites:
      claims (prompts about one object), given, extend, loop, connect,
      keyframe, style, edit, story, chain, cost, minute (capabilities)

    \b
    Examples:
      sorairo exam --quick -o exam
      sorairo exam M2 M3 --model my-model -o exam
      sorairo exam --report-only -o exam
    Clips of another model:
      sorairo exam export-prompts questions M2 -n 32
      sorairo exam M2 -n 32 --clips clips -o exam""",
)
@_which_questions
@click.option(
    "--model",
    default="tabletop",
    show_default=True,
    help="Name of the model, or a model directory.",
)
@click.option(
    "--clips",
    type=click.Path(path_type=Path),
    help="Folder of clips that another model made for the questions of export-prompts.",
)
@click.option(
    "--steps", type=click.IntRange(1), help="Number of sampling steps.  [default: the model's]"
)
@click.option(
    "--workers",
    type=click.IntRange(1),
    help="Number of processes, each with a copy of the model.  [default: one per core; 1 on a GPU]",
)
@click.option("--guidance", type=float, help="Guidance scale; 1 is off.  [default: the model's]")
@click.option(
    "--report-only",
    is_flag=True,
    help="Ask no questions: write the report from those already judged in the folder.",
)
@click.option("--marked", is_flag=True, hidden=True, help="The old name of --report-only.")
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("exam"),
    show_default=True,
    help="Folder for the report and the clips. A stopped exam continues there.",
)
def exam(
    selection: Selection,
    model: str,
    clips: Path | None,
    steps: int | None,
    guidance: float | None,
    workers: int | None,
    report_only: bool,
    marked: bool,
    output: Path,
) -> None:
    """Examine a model and print the paths of the report.

    Asks the questions of the named SUITEs, or of all suites about the world. The report compares
    every value with those of true clips, of true clips after the model's codec, and of simple
    baselines such as a first frame that never moves.
    """
    if marked:
        say("--marked is called --report-only now.")
    if marked or report_only:
        _refuse("--report-only", "model", "clips", "steps", "guidance", "workers")
        _report_only(selection, output)
        return
    suites = selection.suites()
    from sorairo.exam import setup

    if clips is None:
        make = functools.partial(setup.run_of_model, model, output, steps=steps, guidance=guidance)
    else:
        _refuse("--clips", "model", "steps", "guidance")
        suites, external = _external(selection, clips)
        make = functools.partial(setup.run_of_clips, external, output)
    with setup.workers_for(make, workers) as judge_batches:
        run = make()
        ready = (_with_questions(each, selection.count_of(each)) for each in suites)
        _run(run, ready, judge_batches)


def _external(selection: Selection, folder: Path) -> tuple[list[Suite], ExternalClips]:
    """The suites that the clips in a folder answer, and the clips. Raises MediaError."""
    suites, questions = selection.for_clips()
    from sorairo.exam.candidates.external_clips import ExternalClips

    clips = ExternalClips.of(folder)
    clips.check(question for asked in questions.values() for question in asked)
    return suites, clips


def _report_only(selection: Selection, folder: Path) -> None:
    """Writes the report on what has been judged in a folder."""
    suites = selection.suites(default_all=True)
    from sorairo.exam import setup

    run = setup.run_before(folder)
    _run(run, _judged_before(run, suites, selection), None)


def _judged_before(run: ExamRun, suites: Sequence[Suite], selection: Selection) -> list[Suite]:
    """The suites, each with the questions that have been judged. Raises RequestError for none."""
    judged = [(suite, run.judged_before(suite, selection.count_of(suite))) for suite in suites]
    found = [_asking(suite, questions) for suite, questions in judged if questions]
    if not found:
        raise RequestError(
            f"No question of these suites has been judged in {run.folder}: name another suite or"
            " folder, or leave out --report-only."
        )
    return found


def _refuse(beside: str, *names: str) -> None:
    """Raises UsageError for options that have no meaning together with another one."""
    context = click.get_current_context()
    for name in names:
        if context.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE:
            raise click.UsageError(f"With {beside} no model is run: leave out --{name}.")


def _run(run: ExamRun, suites: Iterable[Suite], judge_batches: JudgeBatches | None) -> None:
    """Runs suite after suite and writes the report after each."""
    from sorairo.exam import report
    from sorairo.exam.setup import facts_of
    from sorairo.exam.suite import SuiteResult

    results, files, facts = [], (), facts_of(run)
    for suite in suites:
        count, judged = len(suite.questions(suite.count)), []
        with progress_bar(f"{suite.name} {suite.title}") as show:
            for each in run.run_suite(suite, count, judge_batches):
                judged.append(each)
                show(len(judged), count)
        results.append(SuiteResult(suite=suite, judged=judged))
        files = report.write(results, run.folder, **facts)
    for file in files:
        click.echo(file)


@exam.command(
    "export-prompts",
    short_help="Write the questions for another model.",
    epilog="""\b
    Examples:
      sorairo exam export-prompts questions --quick
      sorairo exam export-prompts questions M2 M4 -n 32""",
)
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@_which_questions
def export_prompts(folder: Path, selection: Selection) -> None:
    """Write the questions of the named SUITEs, or of all, to DIR for another model.

    DIR/README.txt explains how to answer them; `sorairo exam --clips` judges the resulting clips.
    """
    _, questions = selection.for_clips()
    from sorairo.exam.candidates.question_export import export_questions

    with progress_bar("questions") as show:
        files = export_questions(
            questions,
            folder,
            judged_by=" ".join(["sorairo exam", *selection.words(), "--clips CLIPS -o exam"]),
            progress=show,
        )
    for file in files:
        click.echo(file)
