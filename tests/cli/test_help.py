"""Every command explains itself with an example, and the examples name real options."""

from __future__ import annotations

import re

import click
import pytest

from sorairo import __version__
from sorairo.cli.main import app
from sorairo.cli.number_types import FiniteRange
from sorairo.generation.requests.metadata import REQUEST_TYPES

from .conftest import Run


def commands(group: click.Group, name: str = "sorairo") -> dict[str, click.Command]:
    found: dict[str, click.Command] = {name: group}
    for key, command in group.commands.items():
        if isinstance(command, click.Group):
            found |= commands(command, f"{name} {key}")
        else:
            found[f"{name} {key}"] = command
    return found


COMMANDS = commands(app)
REQUESTS = {f"sorairo {name}" for name in [*REQUEST_TYPES, "remix"]}


@pytest.mark.parametrize("name", COMMANDS)
def test_help_has_a_purpose_and_an_example(name: str):
    command = COMMANDS[name]
    assert command.help
    assert command.epilog
    examples = [line.strip() for line in command.epilog.splitlines() if "sorairo " in line]
    assert any(line.startswith(name) for line in examples)
    for line in examples:
        path = next(each for each in sorted(COMMANDS, key=len)[::-1] if line.startswith(each))
        known = {option for each in COMMANDS[path].params for option in each.opts}
        assert set(re.findall(r"(?<!\w)--?[a-z][a-z-]*", line)) <= known | {"--help"}


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_says_what_it_does(name: str):
    for parameter in COMMANDS[name].params:
        if isinstance(parameter, click.Option):
            assert parameter.help, f"{name} {parameter.opts[-1]} has no help"


@pytest.mark.parametrize("name", COMMANDS)
def test_numbers_are_bounded(name: str):
    """Those of requests by `Limits`, all others by their type."""
    for parameter in COMMANDS[name].params:
        if isinstance(parameter.type, click.IntRange):
            assert parameter.type.max is not None, parameter.name
        elif isinstance(parameter.type, click.FloatRange):
            assert isinstance(parameter.type, FiniteRange), parameter.name
        elif isinstance(parameter.type, type(click.INT) | type(click.FLOAT)):
            assert REQUESTS & {name} or parameter.hidden, parameter.name


def test_help_and_version_go_to_stdout(sorairo: Run):
    for flag in ("--help", "-h"):
        done = sorairo(flag)
        assert done.returncode == 0
        assert "Usage: sorairo" in done.stdout
    assert sorairo("--version").stdout.strip().endswith(__version__)
