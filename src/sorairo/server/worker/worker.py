"""The worker: one process that runs jobs one after another, each with its model."""

from __future__ import annotations

import logging
import math
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from sorairo.errors import (
    ContentRefusedError,
    LeaseLostError,
    SorairoError,
    StorageUnavailableError,
    WriteError,
)
from sorairo.generation.engine import Engine
from sorairo.generation.sampling.checkpoint import INTERVAL
from sorairo.jobs.database import DATABASE_UNAVAILABLE
from sorairo.jobs.job import CANCELLED, CANCELLED_ERROR, COMPLETED, MODERATION_BLOCKED, Job
from sorairo.jobs.queue import Queue
from sorairo.notes import Note, sentence_of
from sorairo.server.disk_space import free_bytes, says_disk_full
from sorairo.server.job_spec import JobSpec
from sorairo.server.uploads.media_store import MediaStore
from sorairo.server.video_object import CHECKPOINTS, PREVIEWS
from sorairo.server.worker.job_reporter import CancelledError, JobReporter
from sorairo.server.worker.job_runner import run_job
from sorairo.server.worker.loaded_models import LoadedModels
from sorairo.server.worker.speed_meter import SpeedMeter

POLL_INTERVAL = 0.2  # seconds between two looks for a job
RETRY_INTERVAL = 2.0  # seconds to wait while the database or the media store is unavailable
MIN_FREE_BYTES = 64 * 2**20  # with less disk space, no job is started
STORAGE_ERROR = "storage_error"
STORAGE_MESSAGE = Note("The server could not store the clip: submit it again.", "not_stored")
INTERNAL_MESSAGE = Note("An internal error occurred; the server's log has the details.", "internal")
log = logging.getLogger("sorairo.worker")


class Worker:
    """Claims jobs from a queue, runs them and commits their results.

    `models` are an engine for all jobs, or several of them. `parent` is the id of a process with
    which the worker ends, if there is one. `keep_every` is the seconds between two records of a
    job's sampling, at least.
    """

    def __init__(
        self,
        models: Engine | LoadedModels,
        queue: Queue,
        media: MediaStore,
        *,
        parent: int | None = None,
        keep_every: float = INTERVAL,
    ) -> None:
        self.models = models if isinstance(models, LoadedModels) else LoadedModels(models)
        self.queue, self.media, self.parent = queue, media, parent
        self.keep_every = keep_every
        self.name = f"{socket.gethostname()}:{os.getpid()}"
        self.stopping = threading.Event()
        self.meter = SpeedMeter(self.models, queue.database, self.stopping)
        self.media_unavailable = False
        self.last_outage = -math.inf  # by the monotonic clock

    def run(self) -> None:
        """Runs jobs until `stopping` is set; then the current job returns to the queue."""
        if self.parent:
            threading.Thread(target=self._stop_with_parent, daemon=True).start()
        while not self.stopping.is_set():
            if self._disk_is_full():
                log.warning("no job is started: less than %d bytes are free", MIN_FREE_BYTES)
                self.stopping.wait(RETRY_INTERVAL)
                continue
            if self._media_is_unavailable():
                self.stopping.wait(RETRY_INTERVAL)
                continue
            try:
                job = self.queue.claim(self.name, take_over=self._may_take_over())
            except DATABASE_UNAVAILABLE as error:
                self._note_outage(error)
                self.stopping.wait(RETRY_INTERVAL)
                continue
            if job is None:
                self.meter.rest()
                self.stopping.wait(POLL_INTERVAL)
                continue
            self.run_job(job)
            self.meter.busy()

    def run_job(self, job: Job) -> None:
        """Runs a claimed job and records its outcome, whatever happens."""
        record = self._outcome(job)
        self.models.release_memory()
        try:
            try:
                self._retry(record)
            except LeaseLostError:
                self._retry(partial(self._discard, job))
        except DATABASE_UNAVAILABLE:
            log.warning("%s is left to another worker: the database is unreachable", job.id)

    def _disk_is_full(self) -> bool:
        free = free_bytes(self.media, self.queue.database)
        return free is not None and free < MIN_FREE_BYTES

    def _note_outage(self, error: Exception) -> None:
        log.warning("the database is unreachable: %s", error)
        self.last_outage = time.monotonic()

    def _may_take_over(self) -> bool:
        """False for one lease after an outage of the database: other workers may have been unable
        to renew their leases, and still have their jobs."""
        return time.monotonic() - self.last_outage > self.queue.lease

    def _media_is_unavailable(self) -> bool:
        """Whether the media store is still unavailable after it once was."""
        if self.media_unavailable:
            try:
                self.media.check_writable()
                self.media_unavailable = False
            except WriteError as error:
                log.warning("%s", error)
        return self.media_unavailable

    def _stop_with_parent(self) -> None:
        while not self.stopping.wait(POLL_INTERVAL):
            if os.getppid() != self.parent:
                self.stopping.set()

    def _outcome(self, job: Job) -> Callable[[], object]:
        """Runs a job; returns the function that records how it ended."""
        try:
            with self._reporter(job) as reporter:
                try:
                    engine = self.models.get(JobSpec.from_json(job.payload).runs_on)
                    result = run_job(engine, self.media, job, reporter, self.keep_every)
                    return partial(self._complete, job, result)
                except StorageUnavailableError as error:
                    if self._disk_is_full():
                        return self._failure(job, error)
                    log.warning("%s cannot be stored: %s", job.id, error)
                    self.media_unavailable = True
                    still = self._media_is_unavailable()
                    return partial(self._release if still else self._retry_later, job)
        except LeaseLostError:
            return partial(self._discard, job)
        except CancelledError:
            return partial(self._fail, job, CANCELLED, CANCELLED_ERROR["message"])
        except InterruptedError:
            return partial(self.queue.release, job)
        except Exception as error:
            return self._failure(job, error)

    def _failure(self, job: Job, error: Exception) -> Callable[[], object]:
        """The function that records that a job could not be completed. While a disk is full, a job
        is not to blame for any error."""
        if says_disk_full(error) or self._disk_is_full():
            log.warning("%s cannot be stored and is put off: %s", job.id, error)
            return partial(self._postpone, job)
        if isinstance(error, WriteError):
            log.warning("%s cannot be stored: %s", job.id, error)
            return partial(self._retry_later, job)
        if isinstance(error, SorairoError):
            refused = isinstance(error, ContentRefusedError)
            code = MODERATION_BLOCKED if refused else "invalid_request"
            return partial(self._fail, job, code, sentence_of(error))
        log.error("%s failed", job.id, exc_info=error)
        return partial(self._fail, job, "server_error", INTERNAL_MESSAGE)

    @contextmanager
    def _reporter(self, job: Job) -> Iterator[JobReporter]:
        """A reporter that renews the lease, in a thread of its own, while the block runs."""
        reporter = JobReporter(self.queue, job, self.stopping, self.media)
        thread = threading.Thread(target=reporter.watch, daemon=True)
        thread.start()
        try:
            yield reporter
        finally:
            reporter.done.set()
            thread.join()
            reporter.problem = None  # its traceback holds the tensors of a cancelled job

    def _retry(self, record: Callable[[], object]) -> None:
        """Calls `record` until the database is reachable. Raises DATABASE_UNAVAILABLE if the worker
        has to stop first."""
        while True:
            try:
                record()
                return
            except DATABASE_UNAVAILABLE as error:
                self._note_outage(error)
                if self.stopping.wait(RETRY_INTERVAL):
                    raise

    def _complete(self, job: Job, result: dict[str, Any]) -> None:
        self.queue.complete(job, result)
        for folder in (CHECKPOINTS, PREVIEWS):
            self.media.try_delete_folder(f"{job.id}/{folder}")

    def _fail(self, job: Job, code: str, message: str) -> None:
        self.queue.fail(job, code, message)
        for folder in (CHECKPOINTS, PREVIEWS, job.fence):
            self.media.try_delete_folder(f"{job.id}/{folder}")

    def _release(self, job: Job) -> None:
        """Returns a job without counting the attempt: no worker could store its clip now."""
        self.queue.release(job)
        self.stopping.wait(RETRY_INTERVAL)

    def _postpone(self, job: Job) -> None:
        """Returns a job without counting the attempt: there was no room for its files."""
        self.queue.postpone(job)
        self.media.try_delete_folder(f"{job.id}/{job.fence}")

    def _retry_later(self, job: Job) -> None:
        """Returns a job for another attempt, because its clip could not be stored."""
        self.queue.retry_later(job, STORAGE_ERROR, STORAGE_MESSAGE)
        self.media.try_delete_folder(f"{job.id}/{job.fence}")
        self.stopping.wait(RETRY_INTERVAL)

    def _discard(self, job: Job) -> None:
        """Deletes the files of a job that this worker no longer holds, unless the job is completed
        by this very claim: then only the response of the database was lost."""
        now = self.queue.get(job.id, or_trashed=True)
        if now is not None and now.ended:
            for folder in (CHECKPOINTS, PREVIEWS):
                self.media.try_delete_folder(f"{job.id}/{folder}")
        if now is not None and (now.status, now.fence) == (COMPLETED, job.fence):
            return
        log.warning("%s was deleted, or another worker has claimed it", job.id)
        self.media.try_delete_folder(job.id if now is None else f"{job.id}/{job.fence}")
