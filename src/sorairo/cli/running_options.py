"""The options that a server's workers share with `sorairo worker`."""

from __future__ import annotations

from collections.abc import Callable

import click

from sorairo.cli.number_types import FiniteRange
from sorairo.cli.shared_options import DEVICE, OFFLOAD, WEIGHTS

_LEASE = click.option(
    "--lease",
    type=FiniteRange(1, 86_400),
    default=30.0,
    show_default=True,
    help="Seconds after which another worker takes over the job of a silent one.",
)
_ATTEMPTS = click.option(
    "--attempts",
    type=click.IntRange(1, 1000),
    default=3,
    show_default=True,
    help="Lost workers after which a job fails.",
)
_CHECKPOINT_SECONDS = click.option(
    "--checkpoint-seconds",
    type=FiniteRange(0, 86_400),
    default=10.0,
    show_default=True,
    help="Seconds of sampling after which a job is saved: a lost worker loses no more. Where saving"
    " is slow, it is done less often, to take 2 % of the time at most; 0: after every step.",
)


def running_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options that say how jobs are run, and where models are loaded to."""
    for option in (WEIGHTS, OFFLOAD, DEVICE, _CHECKPOINT_SECONDS, _ATTEMPTS, _LEASE):
        command = option(command)
    return command
