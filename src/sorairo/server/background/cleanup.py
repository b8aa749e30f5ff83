"""Clears away what nobody can ask for any more."""

from __future__ import annotations

import logging
import re
import time

from sorairo.jobs.characters import Characters
from sorairo.jobs.queue import Queue
from sorairo.server.uploads.media_store import TRIAL, MediaStore

EVERY = 60.0  # seconds
ORPHANED = 3600.0  # seconds that files may lie without a job: one may just be submitted
AT_ONCE = 500  # names that the database is asked for
OURS = re.compile(r"(video|char)_[0-9a-f]{32}")  # names of folders
TRIALS = re.compile(rf"{TRIAL}-[0-9a-f]+")  # of stores that were tried out by who died meanwhile
log = logging.getLogger("sorairo.janitor")


class Janitor:
    """Drops the files of jobs that ended `keep` seconds ago (None: never), and those that belong to
    no job."""

    def __init__(
        self, queue: Queue, characters: Characters, media: MediaStore, keep: float | None
    ) -> None:
        self.queue, self.characters, self.media, self.keep = queue, characters, media, keep
        self.orphans_at = 0.0

    def round(self) -> float:
        """What is to be done now; the seconds until the next round. Orphans are looked for less
        often: every clip that is kept is looked at."""
        now = time.time()
        self.drop_expired(now)
        if now >= self.orphans_at:
            self.drop_orphans(now)
            self.orphans_at = now + ORPHANED
        return EVERY

    def drop_expired(self, now: float) -> None:
        while self.keep is not None and (found := self.queue.expired(now - self.keep)):
            for job in found:
                self.media.drop(job.id)
                self.queue.empty(job.id)

    def drop_orphans(self, now: float) -> None:
        """Where none of the folders is known, they are another database's, and left alone."""
        found = self.media.older_than(now - ORPHANED)
        for trial in filter(TRIALS.fullmatch, found):
            self.media.drop(trial)
        old = list(filter(OURS.fullmatch, found))
        known: set[str] = set()
        for first in range(0, len(old), AT_ONCE):
            names = old[first : first + AT_ONCE]
            known |= self.queue.known(names) | self.characters.known(names)
        orphans = set(old) - known
        if orphans and not known:
            log.warning("none of %d folders belongs to this database: see --media", len(orphans))
            return
        for folder in orphans:
            log.warning("%s belongs to nothing", folder)
            self.media.drop(folder)
