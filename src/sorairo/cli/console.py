"""What a person reads: sentences and progress, on stderr."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click


def say(sentence: str) -> None:
    click.echo(sentence, err=True)


@contextmanager
def progress_bar(label: str) -> Iterator[Callable[[int, int], None]]:
    """A function of (done, total) that draws a bar with the time left, where a person sees it."""
    from tqdm import tqdm

    with tqdm(desc=label, leave=False, disable=None, dynamic_ncols=True) as bar:

        def show(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        yield show
