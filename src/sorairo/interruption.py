"""Stopping long work in the middle.

Loops over frames call `check_interrupted`; whoever starts the work says with `interruptible` what
that checks. It costs nothing where nobody waits for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_check: ContextVar[Callable[[], None] | None] = ContextVar("check", default=None)


@contextmanager
def interruptible(check: Callable[[], None]) -> Iterator[None]:
    """Has `check_interrupted` call `check` until the block ends, in this thread; an exception that
    it raises ends the work."""
    token = _check.set(check)
    try:
        yield
    finally:
        _check.reset(token)


def check_interrupted() -> None:
    """Raises if the work is to stop. Loops that may take seconds call it at every turn."""
    check = _check.get()
    if check is not None:
        check()
