"""Clears away what nobody can ask for any more."""

from __future__ import annotations

import logging
import threading
import time

from sorairo.errors import MediaError
from sorairo.jobs.characters import Characters
from sorairo.jobs.queue import Queue
from sorairo.jobs.tables import AWAY
from sorairo.server.media import MediaStore

EVERY = 60.0  # seconds
ORPHANED = 3600.0  # seconds that files may lie without a job: one may just be submitted
log = logging.getLogger("sorairo.janitor")


class Janitor:
    """A thread that drops the files of jobs that ended `keep` seconds ago (None: never), and those
    that belong to no job."""

    def __init__(
        self, queue: Queue, characters: Characters, media: MediaStore, keep: float | None
    ) -> None:
        self.queue, self.characters, self.media, self.keep = queue, characters, media, keep
        self.ending = threading.Event()
        self.thread = threading.Thread(target=self._work, daemon=True)

    def start(self) -> None:
        self.thread.start()

    def stop(self) -> None:
        self.ending.set()
        self.thread.join()

    def _work(self) -> None:
        while not self.ending.wait(EVERY):
            try:
                self.clear()
            except (MediaError, OSError, *AWAY):
                log.exception("nothing could be cleared away; it is tried again")

    def clear(self) -> None:
        """Once."""
        now = time.time()
        while self.keep is not None and (found := self.queue.expired(now - self.keep)):
            for job in found:
                self.media.drop(job.id)
                self.queue.empty(job.id)
        for folder in self.media.older_than(now - ORPHANED):
            if self.queue.get(folder) is None and not self.characters.known(folder):
                log.warning("%s belongs to nothing", folder)
                self.media.drop(folder)
