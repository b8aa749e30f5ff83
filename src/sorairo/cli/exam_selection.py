"""Which questions of an exam are asked: the options, and the suites and questions they select."""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from sorairo.cli.console import say
from sorairo.cli.number_types import FiniteRange
from sorairo.errors import MissingExtraError, RequestError, unknown_name

if TYPE_CHECKING:
    from sorairo.exam.candidates.question_export import QuestionsBySuite
    from sorairo.exam.question import Question
    from sorairo.exam.suite import Suite

CLASSIC = "classic"  # the look of models whose record names none
SUBCOMMANDS = ("export-prompts",)  # of `sorairo exam`; no suite has such a name


@dataclass(frozen=True, kw_only=True)
class Selection:
    """Which questions are asked."""

    names: tuple[str, ...]
    """The names of the suites; empty: the suites about the world."""
    quick: bool
    """Whether to ask each suite's `quick` number of questions."""
    count: int | None
    """How many questions of each suite."""
    part: float
    """Which part of each suite's questions; used without `quick` and `count`."""
    look: str | None = None
    """What draws the scenes, one of LOOKS. None: what drew those that the model was trained on."""

    def suites(
        self, *, default_all: bool = False, lifelike: bool = False, played: bool = False
    ) -> list[Suite]:
        """The suites named. Without a name those about the table-top, with `lifelike` also those
        about the lifelike world, with `played` those of playable models, or with `default_all`
        every one.

        Raises UnknownNameError, and MissingExtraError.
        """
        with _simulator():
            from sorairo.exam.registry import (
                LIFELIKE_SUITES,
                PLAYED_SUITES,
                SUITES,
                WORLD_SUITES,
            )
        for name in self.names:
            if name in SUBCOMMANDS:
                raise click.UsageError(f"Write {name} right after `sorairo exam`.")
            if name not in SUITES:
                raise unknown_name("suite", name, (*SUITES, *SUBCOMMANDS))
        usual = {**WORLD_SUITES, **(LIFELIKE_SUITES if lifelike else {})}
        if played:
            usual = PLAYED_SUITES
        return [SUITES[name] for name in self.names or (SUITES if default_all else usual)]

    def count_of(self, suite: Suite) -> int:
        """How many questions of a suite are asked."""
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
        suites = [drawn_by(self.look or CLASSIC, suite) for suite in suites]
        suites = [with_questions(s, self.count_of(s)) for s in suites if answerable(s)]
        return suites, {s.name: questions_for_clips(s, self.count_of(s)) for s in suites}

    def words(self) -> list[str]:
        """The selection as arguments of the command line."""
        count = ["-n", str(self.count)] if self.count else ["--quick"] if self.quick else []
        part = [] if count or self.part == 1 else ["--part", f"{self.part:g}"]
        look = ["--look", self.look] if self.look else []
        return [*self.names, *count, *part, *look]


def drawn_by(look: str, suite: Suite) -> Suite:
    """The suite with scenes of a look, one of LOOKS."""
    from sorairo.exam.held_out_scenes import drawn_by

    def questions(count: int) -> Sequence[Question]:
        with drawn_by(look):
            return suite.questions(count)

    return dataclasses.replace(suite, questions=questions)


def with_questions(suite: Suite, count: int) -> Suite:
    """The suite with its questions made once: some suites have to search for their scenes."""
    return asking(suite, suite.questions(count))


def asking(suite: Suite, questions: Sequence[Question]) -> Suite:
    """The suite with these questions."""
    return dataclasses.replace(suite, questions=lambda _count: questions)


@contextmanager
def _simulator() -> Iterator[None]:
    try:
        yield
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] not in ("mujoco", "scipy", "OpenEXR", "crafter"):
            raise
        raise MissingExtraError(
            "The exam needs the simulator: pip install 'sorairo[world]'."
        ) from error


def selection_options(command: Callable[..., None]) -> Callable[..., None]:
    """Adds SUITE, --quick, --part, --look and -n; the command gets them as one `selection`."""

    @functools.wraps(command)
    def run(
        suites: tuple[str, ...],
        quick: bool,
        count: int | None,
        part: float,
        look: str | None,
        **values: Any,
    ) -> None:
        selection = Selection(names=suites, quick=quick, count=count, part=part, look=look)
        command(**values, selection=selection)

    for option in (
        click.option(
            "-n",
            "count",
            type=click.IntRange(1, 10**6),
            help="Number of questions (scenes, where a scene has several) per suite.",
        ),
        click.option(
            "--part",
            type=FiniteRange(0, 1, min_open=True),
            default=1.0,
            help="Fraction of each suite's questions to ask, for example 0.2.",
        ),
        click.option("--quick", is_flag=True, help="Ask only a few questions per suite."),
        click.option(
            "--look",
            type=click.Choice([CLASSIC, "filament"]),
            help="What draws the scenes.  [default: what drew those that the model was trained on]",
        ),
        click.argument("suites", nargs=-1, metavar="[SUITE]..."),
    ):
        run = option(run)
    return run
