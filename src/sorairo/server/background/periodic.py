"""Threads that repeat a task at intervals."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

log = logging.getLogger("sorairo.periodic")


class PeriodicThread:
    """A daemon thread that calls `task` until it is stopped.

    `task` returns the number of seconds until the next call. If it raises, the error is logged and
    the next call is made after `retry_seconds`.
    """

    def __init__(self, name: str, task: Callable[[], float], *, retry_seconds: float = 1.0) -> None:
        self.name, self.task, self.retry_seconds = name, task, retry_seconds
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self._loop, name=name, daemon=True)

    def start(self) -> None:
        """Starts the thread; the first call is made at once."""
        self.thread.start()

    def stop(self) -> None:
        """Prevents further calls and waits for a call that is in progress."""
        self.stopping.set()
        if self.thread.is_alive():
            self.thread.join()

    def _loop(self) -> None:
        pause = 0.0
        while not self.stopping.wait(pause):
            try:
                pause = self.task()
            except Exception:  # for example, the database is unreachable for a moment
                log.exception("%s failed and is retried", self.name)
                pause = self.retry_seconds
