"""Work done in another thread, in order, while this one prepares more of it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

WAITING = 2  # tasks at most that are not done: their data stays in memory


@contextmanager
def ordered_tasks() -> Iterator[Callable[..., None]]:
    """Yields `run(task, *arguments)`, which has another thread do a task, one after another, and
    waits where WAITING of them are not done.

    The block ends when all are done. An exception of a task is raised by a later call, or at the
    end; after it, or after one of the block, tasks that have not begun are dropped.
    """
    waiting: deque[Future[None]] = deque()
    with ThreadPoolExecutor(1, "sorairo-frames") as pool:

        def run(task: Callable[..., Any], *arguments: Any) -> None:
            while len(waiting) >= WAITING:
                waiting.popleft().result()
            waiting.append(pool.submit(task, *arguments))

        try:
            yield run
            while waiting:
                waiting.popleft().result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
