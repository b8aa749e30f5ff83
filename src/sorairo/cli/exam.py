"""`sorairo exam`: how far a model obeys the world, ours or any other."""

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
    from sorairo.exam.candidates.external_clips import Papers
    from sorairo.exam.question import Question
    from sorairo.exam.run import ExamRun, ExamSuite, Marking


class _OrCommand(click.Group):
    """A command that takes words of its own, unless the first is the name of one of its commands.

    click's own groups cannot have any number of words: they would swallow the command's name.
    """

    allow_interspersed_args = True  # options may follow the words

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
class Asked:
    """Which questions: the suites that were named (none: all), and how many of each, by number or
    as a `part` of all."""

    names: tuple[str, ...]
    quick: bool
    count: int | None
    part: float

    def suites(self) -> list[ExamSuite]:
        """Raises UnknownNameError, and MissingExtraError."""
        with _simulator():
            from sorairo.exam.registry import EXAM
        for name in self.names:
            if name in exam.commands:
                raise click.UsageError(f"Write {name} right after `sorairo exam`.")
            if name not in EXAM:
                raise unknown_name("suite", name, (*EXAM, *exam.commands))
        return [EXAM[name] for name in self.names or EXAM]

    def count_of(self, suite: ExamSuite) -> int:
        some = suite.quick if self.quick else max(1, round(self.part * suite.count))
        return self.count or some

    def for_clips(self) -> tuple[list[ExamSuite], Papers]:
        """The suites that clips can answer, and their questions. Raises RequestError where another
        one was named; those that were not are left out."""
        suites = self.suites()
        from sorairo.exam.candidates.external_clips import answerable

        for suite in suites:
            sentence = (
                f"{suite.name} examines a model's {suite.columns[0]}, of which clips that are"
                " handed in tell nothing"
            )
            if not answerable(suite) and self.names:
                raise RequestError(f"{sentence}: leave {suite.name} out.")
            if not answerable(suite):
                say(f"{sentence}: it is left out.")
        suites = [_drawn(each, self.count_of(each)) for each in suites if answerable(each)]
        return suites, {each.name: each.questions(self.count_of(each)) for each in suites}

    def words(self) -> list[str]:
        """As they are typed."""
        count = ["-n", str(self.count)] if self.count else ["--quick"] if self.quick else []
        part = [] if count or self.part == 1 else ["--part", f"{self.part:g}"]
        return [*self.names, *count, *part]


def _drawn(suite: ExamSuite, count: int) -> ExamSuite:
    """The suite with its questions drawn: where scenes are looked for, that takes a while."""
    return _asking(suite, suite.questions(count))


def _asking(suite: ExamSuite, questions: Sequence[Question]) -> ExamSuite:
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
    """SUITE, --quick, --part and -n; the command takes them as one `asked`."""

    @functools.wraps(command)
    def run(
        suites: tuple[str, ...], quick: bool, count: int | None, part: float, **values: Any
    ) -> None:
        command(**values, asked=Asked(names=suites, quick=quick, count=count, part=part))

    for option in (
        click.option("-n", "count", type=click.IntRange(1), help="Questions of each suite."),
        click.option(
            "--part",
            type=click.FloatRange(0, 1, min_open=True),
            default=1.0,
            help="So large a part of each suite's questions: 0.2 is a fifth.",
        ),
        click.option("--quick", is_flag=True, help="A few questions of each suite."),
        click.argument("suites", nargs=-1, metavar="[SUITE]..."),
    ):
        run = option(run)
    return run


@click.group(
    cls=_OrCommand,
    invoke_without_command=True,
    subcommand_metavar="| COMMAND ...",
    epilog="""\b
    Examples:
      sorairo exam --quick -o exam
      sorairo exam M2 M3 --model my-model -o exam
      sorairo exam --marked -o exam
    A model that is not ours:
      sorairo exam export-prompts questions M2 -n 32
      sorairo exam M2 -n 32 --clips clips -o exam""",
)
@_which_questions
@click.option("--model", default="tabletop", show_default=True, help="A name or a directory.")
@click.option(
    "--clips",
    type=click.Path(path_type=Path),
    help="Folder of clips that another model made of what export-prompts wrote.",
)
@click.option("--steps", type=click.IntRange(1), help="Sampling steps.  [default: the model's]")
@click.option(
    "--workers",
    type=click.IntRange(1),
    help="Processes, each with the model.  [default: one a core; with a GPU one]",
)
@click.option("--guidance", type=float, help="Guidance.  [default: the model's]")
@click.option(
    "--marked", is_flag=True, help="Ask nothing: report on what was answered in the folder."
)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("exam"),
    show_default=True,
    help="Folder for the report and the clips; an exam that was stopped goes on there.",
)
def exam(
    asked: Asked,
    model: str,
    clips: Path | None,
    steps: int | None,
    guidance: float | None,
    workers: int | None,
    marked: bool,
    output: Path,
) -> None:
    """Examine a model: the SUITEs named, or all. Prints where the report lies.

    Every figure stands beside that of true clips, of true clips after the model's codec, and of
    simple guesses, such as a first frame that never moves.
    """
    suites = asked.suites()
    from sorairo.exam import setup

    if marked:
        _refuse("--marked", "model", "clips", "steps", "guidance", "workers")
        sitting, facts = setup.sitting_before(output)
        _sit(sitting, _marked(sitting, suites, asked), output, facts, None)
        return
    if clips is None:
        make = functools.partial(setup.sitting_of, model, output, steps=steps, guidance=guidance)
    else:
        from sorairo.exam.candidates.external_clips import HandedIn

        _refuse("--clips", "model", "steps", "guidance")
        suites, papers = asked.for_clips()
        handed_in = HandedIn.of(clips)
        handed_in.check(question for paper in papers.values() for question in paper)
        make = functools.partial(setup.sitting_of_clips, handed_in, output)
    with setup.crew_of(make, workers) as marking:
        sitting, facts = make()
        drawn = (_drawn(each, asked.count_of(each)) for each in suites)
        _sit(sitting, drawn, output, facts, marking)


def _marked(sitting: ExamRun, suites: Sequence[ExamSuite], asked: Asked) -> list[ExamSuite]:
    """The suites with those of their questions that are marked. Raises RequestError for none."""
    papers = [(suite, sitting.marked(suite, asked.count_of(suite))) for suite in suites]
    found = [_asking(suite, questions) for suite, questions in papers if questions]
    if not found:
        raise RequestError(
            f"No such question is answered yet in {sitting.folder}: name another suite or folder,"
            " or leave out --marked."
        )
    return found


def _refuse(beside: str, *names: str) -> None:
    """Raises UsageError for options that mean nothing beside another one."""
    context = click.get_current_context()
    for name in names:
        if context.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE:
            raise click.UsageError(f"With {beside} nothing is made any more: leave out --{name}.")


def _sit(
    sitting: ExamRun,
    suites: Iterable[ExamSuite],
    output: Path,
    facts: dict[str, str],
    marking: Marking | None,
) -> None:
    """Suite after suite, the report being written after each."""
    from sorairo.exam import report

    results, files = [], ()
    for suite in suites:
        count, marked = len(suite.questions(suite.count)), []
        with progress_bar(f"{suite.name} {suite.title}") as show:
            for each in sitting.sit(suite, count, marking):
                marked.append(each)
                show(len(marked), count)
        results.append(report.SuiteResult(suite=suite, marked=marked))
        files = report.write(results, output, **facts)
    for file in files:
        click.echo(file)


@exam.command(
    "export-prompts",
    short_help="Write the questions for a model that is not ours.",
    epilog="""\b
    Examples:
      sorairo exam export-prompts questions --quick
      sorairo exam export-prompts questions M2 M4 -n 32""",
)
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@_which_questions
def export_prompts(folder: Path, asked: Asked) -> None:
    """Write the questions to DIR, for a model that is not ours: of the SUITEs named, or of all.

    Its clips are judged by `sorairo exam --clips`. DIR/README.txt says what to do.
    """
    _, papers = asked.for_clips()
    from sorairo.exam.candidates.external_clips import hand_out

    with progress_bar("questions") as show:
        files = hand_out(
            papers,
            folder,
            judged_by=" ".join(["sorairo exam", *asked.words(), "--clips CLIPS -o exam"]),
            progress=show,
        )
    for file in files:
        click.echo(file)
