"""Ctrl-C and SIGTERM stop a run between two steps."""

from __future__ import annotations

import signal
import threading
from typing import ClassVar


class StopAfterStep:
    """Records the first Ctrl-C or SIGTERM in `requested`, for the loop to stop after its step; the
    second interrupts at once."""

    signals: ClassVar = (signal.SIGINT, signal.SIGTERM)

    def __init__(self) -> None:
        self.requested = False
        self.handlers = {}
        if threading.current_thread() is threading.main_thread():
            self.handlers = {each: signal.signal(each, self._request) for each in self.signals}

    def _request(self, number: int, frame: object) -> None:
        del number, frame
        self.requested = True
        self.restore()

    def restore(self) -> None:
        """Restores the handlers from before."""
        for each, handler in self.handlers.items():
            signal.signal(each, handler)
        self.handlers = {}
