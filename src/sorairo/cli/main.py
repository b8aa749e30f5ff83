"""`sorairo`: its commands and exit codes (0 done, 1 failed, 2 misuse, 130 stopped)."""

from __future__ import annotations

import signal
import sys
from contextlib import suppress
from types import FrameType
from typing import NoReturn

import click

from sorairo import __version__
from sorairo.cli.animate import animate
from sorairo.cli.bench import bench
from sorairo.cli.config_file import option_defaults
from sorairo.cli.console import abandon_streams, is_refused, is_stream_error, prepare_streams, say
from sorairo.cli.edit import edit
from sorairo.cli.exam import exam
from sorairo.cli.extend import connect, extend, loop
from sorairo.cli.generate import generate, image
from sorairo.cli.help_command import help_command, version
from sorairo.cli.import_command import import_command
from sorairo.cli.info import info
from sorairo.cli.keys import keys, webhooks
from sorairo.cli.mcp import mcp
from sorairo.cli.models import models
from sorairo.cli.play import play
from sorairo.cli.remix import remix
from sorairo.cli.serve import serve, worker
from sorairo.cli.storyboard import storyboard
from sorairo.cli.train import train
from sorairo.cli.words import words
from sorairo.cli.world import world
from sorairo.errors import SorairoError, TrainingError, UnreachableError, WriteError
from sorairo.processes import protect_children, raise_gc_threshold

FAILURES = (TrainingError, UnreachableError, WriteError)  # the command was right
FAILED, MISUSE, STOPPED, TERMINATED = 1, 2, 130, 143  # the last two: 128 + the signal's number


MAKING = (
    "generate",
    "image",
    "animate",
    "extend",
    "loop",
    "connect",
    "edit",
    "storyboard",
    "remix",
)


class _InOrder(click.Group):
    """Lists commands in the order in which they were added."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command, with the defaults of `sorairo.toml` if it makes clips."""
        found = super().resolve_command(ctx, args)
        if found[0] in MAKING:
            ctx.default_map = option_defaults({name: self.commands[name] for name in MAKING})
        return found


@click.group(
    cls=_InOrder,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="""\b
    Example:
      sorairo generate "a red ball drops onto a wooden floor" -o ball.mp4""",
)
@click.version_option(__version__, "-v", "--version", prog_name="sorairo")
def app() -> None:
    """Make and edit video clips with words, on your own machine.

    Paths of results are printed to stdout, everything else to stderr.
    """


for command in (
    generate,
    image,
    animate,
    extend,
    loop,
    connect,
    edit,
    storyboard,
    remix,
    info,
    words,
    models,
    import_command,
    bench,
    serve,
    play,
    worker,
    mcp,
    keys,
    webhooks,
    world,
    train,
    exam,
    help_command,
    version,
):
    app.add_command(command)


def main(arguments: list[str] | None = None) -> NoReturn:
    """Run one command and exit."""
    raise_gc_threshold()
    protect_children()
    signal.signal(signal.SIGTERM, _terminate)
    prepare_streams()
    code = run(arguments)
    abandon_streams()
    sys.exit(code)


def run(arguments: list[str] | None = None) -> int:
    """Run one command and return its exit code."""
    try:
        app.main(arguments, prog_name="sorairo", standalone_mode=False)
        return 0
    except click.exceptions.Exit as ending:
        return ending.exit_code
    except click.UsageError as error:
        with suppress(OSError):
            _in_brief(error).show()
        return MISUSE
    except (KeyboardInterrupt, click.Abort):
        say("Stopped. No half-written result was left.")
        return STOPPED
    except BrokenPipeError:  # `sorairo ... | head`
        return FAILED
    except SorairoError as error:
        say(f"Error: {error}")
        return FAILED if isinstance(error, FAILURES) else MISUSE
    except Exception as error:
        if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
            say("Error: Out of memory. Use fewer --seconds or a smaller --size.")
            return FAILED
        if isinstance(error, OSError) and is_stream_error(error):
            say(f"Error: Cannot write to stdout: {error.strerror}.")
            return FAILED
        if isinstance(error, OSError) and is_refused(error):
            say(f"Error: Cannot use {error.filename}: {error.strerror}.")
            return FAILED
        raise  # a bug: show the traceback; Python exits with 1


def _in_brief(error: click.UsageError) -> click.UsageError:
    """The error without most of what was typed, if that is long, and with a hint to quote."""
    message = error.message
    if "unexpected extra argument" in message:
        message += ". Write a prompt of several words in quotes."
    if len(message) > 400:
        message = f"{message[:300]} ... {message[-80:]}"
    if message == error.message:
        return error  # it may be of a class that adds to its message
    return click.UsageError(message, error.ctx)


def _terminate(_signal: int, _frame: FrameType | None) -> NoReturn:
    """End by an exception, so that temporary files are removed on the way out."""
    sys.exit(TERMINATED)
