"""What the server does beside answering, again and again."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

log = logging.getLogger("sorairo.rounds")


class PeriodicThread:
    """A thread that does `work` again and again until it is stopped. `work` says after how many
    seconds; where it fails, that is logged, and it is done again after `patience` seconds."""

    def __init__(self, name: str, work: Callable[[], float], *, patience: float = 1.0) -> None:
        self.name, self.work, self.patience = name, work, patience
        self.ending = threading.Event()
        self.thread = threading.Thread(target=self._go_on, name=name, daemon=True)

    def start(self) -> None:
        self.thread.start()

    def stop(self) -> None:
        """Waits for the round that is under way."""
        self.ending.set()
        if self.thread.is_alive():
            self.thread.join()

    def _go_on(self) -> None:
        pause = 0.0
        while not self.ending.wait(pause):
            try:
                pause = self.work()
            except Exception:  # the database or the store is away for a moment
                log.exception("%s failed; it is tried again", self.name)
                pause = self.patience
