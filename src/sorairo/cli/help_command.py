"""`sorairo help` and `sorairo version`."""

from __future__ import annotations

import click

from sorairo import __version__
from sorairo.cli.console import show
from sorairo.errors import unknown_name


@click.command(
    "help",
    epilog="""\b
    Example:
      sorairo help generate""",
)
@click.argument("command", nargs=-1)
@click.pass_context
def help_command(context: click.Context, command: tuple[str, ...]) -> None:
    """Show the help of sorairo, or of a COMMAND."""
    assert context.parent is not None
    found, place = context.parent.command, context.parent
    for name in command:
        known = found.commands if isinstance(found, click.Group) else {}
        if name not in known:
            raise unknown_name("command", name, known)
        found = known[name]
        place = click.Context(
            found, info_name=name, parent=place, max_content_width=place.max_content_width
        )
    show(found.get_help(place))


@click.command(
    epilog="""\b
    Example:
      sorairo version""",
)
def version() -> None:
    """Print the version of sorairo."""
    show(__version__)
