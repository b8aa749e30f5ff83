"""The command-line reference, from the commands and options that click knows."""

from __future__ import annotations

import inspect
from collections.abc import Iterator

import click

from sorairo.cli.main import app
from sorairo.cli.options import common_options

Record = tuple[str, str]  # an option's names with its value, and its description

INTRODUCTION = """\
# Command line

Every command prints its help with `--help` or `-h`. The paths of results (with `--json`, JSON) are
printed to stdout; messages, warnings and progress to stderr. A file appears under its name when it
is complete.

| exit code | meaning |
|---|---|
| 0 | done |
| 1 | failed: writing a result, fetching a model, or training; or memory ran out |
| 2 | wrong usage: an error names what to change |
| 130, 143 | stopped by Ctrl-C or by SIGTERM |

| environment variable | meaning |
|---|---|
| `SORAIRO_EXPAND_URL` | address of the chat model of `--expand` |
| `SORAIRO_EXPAND_MODEL` | name of that chat model |
| `SORAIRO_EXPAND_KEY` | its API key |

Tab completion for bash: `eval "$(_SORAIRO_COMPLETE=bash_source sorairo)"`; for zsh, write
`zsh_source`."""


def page(root: click.Group = app) -> str:
    """The reference as Markdown."""
    commands = dict(commands_of(root, "sorairo"))
    common = _records("common", click.command()(common_options(lambda common: None)))
    parts = [
        INTRODUCTION,
        _contents(commands),
        "## Common options",
        "Most commands that make clips or pictures have these options; each command below lists"
        " those that it has.",
        _table(common),
    ]
    parts += [_section(name, command, common) for name, command in commands.items()]
    return "\n\n".join(parts) + "\n"


def undocumented(root: click.Group = app) -> list[str]:
    """Commands without help and options without a description."""
    missing = []
    for name, command in commands_of(root, "sorairo"):
        if not command.help:
            missing.append(name)
        options = [each for each in command.params if isinstance(each, click.Option)]
        missing += [f"{name} {option.opts[-1]}" for option in options if not option.help]
    return missing


def commands_of(group: click.Group, name: str) -> Iterator[tuple[str, click.Command]]:
    """Every command and group below a group, by its full name, in the order of the help."""
    context = click.Context(group, info_name=name)
    for key in group.list_commands(context):
        command = group.get_command(context, key)
        assert command is not None
        if command.hidden:
            continue
        yield f"{name} {key}", command
        if isinstance(command, click.Group):
            yield from commands_of(command, f"{name} {key}")


def _contents(commands: dict[str, click.Command]) -> str:
    lines = []
    for name, command in commands.items():
        indent = "  " * (name.count(" ") - 1)
        lines.append(f"{indent}- [`{name}`](#{name.replace(' ', '-')}): {_summary(command)}")
    return "\n".join(lines)


def _section(name: str, command: click.Command, common: list[Record]) -> str:
    records = _records(name, command)
    own = [record for record in records if record not in common]
    shared = [f"`{_name(record)}`" for record in records if record in common]
    with _context(name, command) as context:
        usage = f"{name} {' '.join(command.collect_usage_pieces(context))}"
    parts = [f"## {name}", f"```\n{usage}\n```", inspect.cleandoc(command.help or "")]
    if own:
        parts.append(_table(own))
    if shared:
        parts.append(f"[Common options](#common-options): {', '.join(shared)}.")
    if command.epilog:
        parts.append(_examples(command.epilog))
    return "\n\n".join(parts)


def _summary(command: click.Command) -> str:
    first = inspect.cleandoc(command.help or "").partition("\n\n")[0]
    return " ".join(first.split()).rstrip(".")


def _context(name: str, command: click.Command) -> click.Context:
    return click.Context(command, info_name=name)


def _records(name: str, command: click.Command) -> list[Record]:
    """The records of the options that help shows."""
    context = _context(name, command)
    options = (each for each in command.params if isinstance(each, click.Option))
    return [
        (record[0], " ".join(record[1].split()))
        for record in (option.get_help_record(context) for option in options)
        if record
    ]


def _name(record: Record) -> str:
    """ "-n, --n INTEGER RANGE" -> "--n"."""
    return next(word for word in record[0].replace(",", " ").split()[::-1] if word[0] == "-")


def _table(records: list[Record]) -> str:
    rows = [f"| `{_cell(names)}` | {_cell(description)} |" for names, description in records]
    return "\n".join(["| option | description |", "|---|---|", *rows])


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


def _examples(epilog: str) -> str:
    text = inspect.cleandoc(epilog.replace("\b", "")).strip()
    return f"```text\n{text}\n```"
