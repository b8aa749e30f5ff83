"""Every command explains itself with an example, and the examples name real options."""

from __future__ import annotations

import re

import click
import pytest

from sorairo import __version__
from sorairo.cli.main import app

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


def test_help_and_version_go_to_stdout(sorairo: Run):
    for flag in ("--help", "-h"):
        done = sorairo(flag)
        assert done.returncode == 0
        assert "Usage: sorairo" in done.stdout
    assert sorairo("--version").stdout.strip().endswith(__version__)
