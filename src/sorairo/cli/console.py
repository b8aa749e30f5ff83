"""Messages and progress bars, on stderr."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

BAR_FORMAT = "{desc} {percentage:3.0f}% |{bar}| {remaining} left"


def say(sentence: str) -> None:
    """Print a message to stderr."""
    click.echo(sentence, err=True)


@contextmanager
def progress_bar(label: str) -> Iterator[Callable[[int, int], None]]:
    """A function of (done, total) that draws a bar with the time left, if stderr is a terminal."""
    from tqdm import tqdm

    with tqdm(
        desc=label, leave=False, disable=None, dynamic_ncols=True, bar_format=BAR_FORMAT
    ) as bar:

        def show(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        yield show
