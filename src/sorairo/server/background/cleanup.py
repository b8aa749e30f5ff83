"""Deletes files that are no longer needed: those of expired jobs, of jobs that have been in the
trash for long enough, and those of no job."""

from __future__ import annotations

import logging
import re
import time

from sorairo.jobs.characters import CharacterStore
from sorairo.jobs.job import FAILED
from sorairo.jobs.library.changes import Library
from sorairo.jobs.queue import Queue
from sorairo.jobs.stored.files import FileStore
from sorairo.server.background.trash import empty_trash
from sorairo.server.uploads.media_store import PROBE, MediaStore
from sorairo.server.video_object import CHECKPOINTS, PREVIEWS

INTERVAL = 60.0  # seconds between two runs
ORPHAN_SECONDS = 3600.0  # files of no job are kept so long: a job may just be being submitted
MAX_CLAIMS = 20  # of a job, whose files are looked for: all but those of dead workers are deleted
LEFTOVER_SECONDS = 7 * 86_400.0  # for which a server that was down looks back
BATCH = 500  # ids in one query
JOB_FOLDERS = re.compile(r"(video_|image_|char_|file-)[0-9a-f]{32}")
PROBE_FOLDERS = re.compile(rf"{PROBE}-[0-9a-f]+")  # left by processes that died while probing
log = logging.getLogger("sorairo.cleanup")


class CleanupTask:
    """Deletes the files of jobs that ended more than `retention_seconds` ago (None: keeps them),
    and files that belong to no job, character or uploaded file."""

    def __init__(
        self,
        queue: Queue,
        characters: CharacterStore,
        files: FileStore,
        media: MediaStore,
        retention_seconds: float | None,
    ) -> None:
        self.queue, self.characters, self.files, self.media = queue, characters, files, media
        self.library = Library(queue.database, clock=queue.clock)
        self.retention_seconds = retention_seconds
        self.next_orphan_check = self.last_run = 0.0

    def run(self) -> float:
        """Deletes what is due; returns the seconds until the next run. Orphans are looked for less
        often, because this lists the whole media store."""
        now = time.time()
        self.delete_leftovers(min(now - self.last_run + INTERVAL, LEFTOVER_SECONDS))
        self.last_run = now
        self.delete_expired()
        empty_trash(self.library, self.media)
        if now >= self.next_orphan_check:
            self.delete_orphans(now)
            self.next_orphan_check = now + ORPHAN_SECONDS
        return INTERVAL

    def delete_leftovers(self, seconds: float) -> None:
        """Deletes checkpoints, previews and clips without a result of jobs that ended within the
        last `seconds`: where a job was cancelled while no worker had it, or a worker died, nobody
        else does."""
        for job in self.queue.troubled_within(seconds):
            claims = range(max(1, job.fence - MAX_CLAIMS), job.fence + (job.status == FAILED))
            kept = (job.result or {}).get("folder")
            for folder in (f"{job.id}/{each}" for each in (CHECKPOINTS, PREVIEWS, *claims)):
                if folder != kept:
                    self.media.try_delete_folder(folder)

    def delete_expired(self) -> None:
        """Deletes files that have expired, and those of expired jobs."""
        while expired := self.files.expired():
            for file in expired:
                self.media.delete_folder(file)
                self.files.remove(file)
        if self.retention_seconds is None:
            return
        while found := self.queue.expired(self.retention_seconds):
            for job in found:
                self.media.delete_folder(job.id)
                self.queue.mark_files_deleted(job.id)

    def delete_orphans(self, now: float) -> None:
        """Deletes folders of no job, character or file. If the database knows none of the folders,
        they probably belong to another database, and all are kept."""
        found = self.media.folders_older_than(now - ORPHAN_SECONDS)
        for probe in filter(PROBE_FOLDERS.fullmatch, found):
            self.media.delete_folder(probe)
        old = list(filter(JOB_FOLDERS.fullmatch, found))
        known: set[str] = set()
        for first in range(0, len(old), BATCH):
            ids = old[first : first + BATCH]
            known |= self.queue.existing_ids(ids) | self.characters.existing_ids(ids)
            known |= self.files.existing_ids(ids)
        orphans = set(old) - known
        if orphans and not known:
            log.warning("none of %d folders belongs to this database: check --media", len(orphans))
            return
        for folder in orphans:
            log.warning("deleting %s, which belongs to no job", folder)
            self.media.delete_folder(folder)
