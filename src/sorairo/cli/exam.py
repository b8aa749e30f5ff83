"""`sorairo exam`: measures how far the clips of a model obey the laws of the simulated world."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from sorairo.cli.console import say, show
from sorairo.cli.exam_selection import (
    CLASSIC,
    Selection,
    asking,
    drawn_by,
    selection_options,
    with_questions,
)
from sorairo.cli.number_types import FiniteRange
from sorairo.cli.path_checks import check_writable, make_folder
from sorairo.cli.progress import progress_bar
from sorairo.errors import RequestError

if TYPE_CHECKING:
    from sorairo.exam.candidates.external_clips import ExternalClips
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


@click.group(
    cls=_OrCommand,
    invoke_without_command=True,
    subcommand_metavar="| COMMAND ...",
    epilog="""\b
    Suites about the world, which run when none is named:
      M2 drop, M3 laws, M3c lasting, M4 Sim-IQ, M5 permanence, M6 Sim-GenEval,
      M7 camera, M8 one minute, M9 combinations, M12 codec
    Suites about the lifelike world, which then run too for models that have seen it:
      M3b breaking, M5b traces, M6b Sim-GenEval, M14 the same person
    Suites about a world that is played, which run for playable models:
      M10 Crafter
    Other suites:
      claims (prompts about one object), speedrun (its quick set), given,
      extend, loop, connect, keyframe, style, edit, story, chain, cost, minute (capabilities)

    \b
    Examples:
      sorairo exam --quick -o exam
      sorairo exam M2 M3 --model my-model -o exam
      sorairo exam --report-only -o exam
      sorairo exam M10 --model crafter -o exam-crafter
    Clips of another model:
      sorairo exam export-prompts questions M2 -n 32
      sorairo exam M2 -n 32 --clips clips -o exam""",
)
@selection_options
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
    "--steps", type=click.IntRange(1, 200), help="Number of sampling steps.  [default: the model's]"
)
@click.option(
    "--workers",
    type=click.IntRange(1, 1000),
    help="Number of processes, each with a copy of the model.  [default: one per core; 1 on a GPU]",
)
@click.option(
    "--guidance", type=FiniteRange(0, 30), help="Guidance scale; 1 is off.  [default: the model's]"
)
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
        asked = ("model", "clips", "steps", "guidance", "workers")
        _refuse("With --report-only no model is run", *asked)
        _report_only(selection, output)
        return
    played = clips is None and _is_played(model)
    lifelike = clips is None and _has_seen_lifelike(model)
    suites = selection.suites(lifelike=lifelike, played=played)
    from sorairo.exam import setup

    if clips is None:
        setup.check_suites(suites, model, played=played)
    if played:
        _refuse("A model that plays a game has no such setting", "guidance", "look")
        make = functools.partial(setup.run_of_played, model, output, steps=steps)
    elif clips is None:
        look = selection.look or setup.look_of(model)
        suites = [drawn_by(look, suite) for suite in suites]
        any_rate = all(suite.any_rate for suite in suites)
        make = functools.partial(
            setup.run_of_model,
            model,
            output,
            steps=steps,
            guidance=guidance,
            look=look,
            any_rate=any_rate,
        )
    else:
        _refuse("With --clips no model is run", "model", "steps", "guidance")
        suites, external = _external(selection, clips)
        make = functools.partial(
            setup.run_of_clips, external, output, look=selection.look or CLASSIC
        )
    make_folder(output)
    check_writable(output / "report.json")
    with setup.workers_for(make, workers) as judge_batches:
        run = make()
        ready = (with_questions(each, selection.count_of(each)) for each in suites)
        _run(run, ready, judge_batches)


def _is_played(model: str) -> bool:
    """Whether a model takes actions, and makes no clips from prompts."""
    from sorairo.models import hub
    from sorairo.models.model_record import PLAYED_FAMILY

    return hub.info(hub.find(model)).family == PLAYED_FAMILY


def _has_seen_lifelike(model: str) -> bool:
    """Whether a model may have been trained on the lifelike world: one of no single world may."""
    from sorairo.models import hub
    from sorairo.world import registry

    world = hub.info(hub.find(model)).world
    return world == registry.NONE or "lifelike" in registry.names_in(world)


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
    look = str(run.identity.get("look", CLASSIC))
    suites = [drawn_by(look, suite) for suite in suites]
    _run(run, _judged_before(run, suites, selection), None)


def _judged_before(run: ExamRun, suites: Sequence[Suite], selection: Selection) -> list[Suite]:
    """The suites, each with the questions that have been judged. Raises RequestError for none."""
    judged = [(suite, run.judged_before(suite, selection.count_of(suite))) for suite in suites]
    found = [asking(suite, questions) for suite, questions in judged if questions]
    if not found:
        raise RequestError(
            f"No question of these suites has been judged in {run.folder}: name another suite or"
            " folder, or leave out --report-only."
        )
    return found


def _refuse(reason: str, *names: str) -> None:
    """Raises UsageError with the reason for options that have no meaning here."""
    context = click.get_current_context()
    for name in names:
        if context.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE:
            raise click.UsageError(f"{reason}: leave out --{name}.")


def _run(run: ExamRun, suites: Iterable[Suite], judge_batches: JudgeBatches | None) -> None:
    """Runs suite after suite and writes the report after each."""
    from sorairo.exam import report
    from sorairo.exam.setup import facts_of
    from sorairo.exam.suite import SuiteResult

    results, files, facts = [], (), facts_of(run)
    for suite in suites:
        count, judged = len(suite.questions(suite.count)), []
        with progress_bar(f"{suite.name} {suite.title}") as progress:
            for each in run.run_suite(suite, count, judge_batches):
                judged.append(each)
                progress(len(judged), count)
        results.append(SuiteResult(suite=suite, judged=judged))
        files = report.write(results, run.folder, **facts)
    for file in files:
        show(str(file))


@exam.command(
    "export-prompts",
    short_help="Write the questions for another model.",
    epilog="""\b
    Examples:
      sorairo exam export-prompts questions --quick
      sorairo exam export-prompts questions M2 M4 -n 32""",
)
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@selection_options
def export_prompts(folder: Path, selection: Selection) -> None:
    """Write the questions of the named SUITEs, or of all, to DIR for another model.

    DIR/README.txt explains how to answer them; `sorairo exam --clips` judges the resulting clips.
    """
    _, questions = selection.for_clips()
    from sorairo.exam.candidates.question_export import export_questions

    with progress_bar("questions") as progress:
        files = export_questions(
            questions,
            folder,
            judged_by=" ".join(["sorairo exam", *selection.words(), "--clips CLIPS -o exam"]),
            progress=progress,
        )
    for file in files:
        show(str(file))
