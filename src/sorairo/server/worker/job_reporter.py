"""What the queue and the store hear of a job while it is made, and what its worker hears back."""

from __future__ import annotations

import io
import logging
import threading
import time
from contextlib import suppress

from PIL import Image

from sorairo.errors import LeaseLostError, WriteError
from sorairo.generation.progress import Progress
from sorairo.jobs.job import Job
from sorairo.jobs.queue import Queue
from sorairo.jobs.schema import AWAY
from sorairo.server.uploads.media_store import MediaStore
from sorairo.server.video_object import PREVIEW

TOLD_EVERY = 0.5  # seconds, how far a job is
SHOWN_EVERY = 2.0  # seconds, what it looks like by now
log = logging.getLogger("sorairo.worker")


class CancelledError(Exception):
    """The client does not want it any more."""


class JobReporter:
    """The link between two steps. `keep` renews the lease meanwhile, in a thread of its own."""

    def __init__(
        self, queue: Queue, job: Job, stopping: threading.Event, media: MediaStore
    ) -> None:
        self.queue, self.job, self.stopping, self.media = queue, job, stopping, media
        self.done = threading.Event()
        self.problem: Exception | None = None
        self.at, self.last, self.shown = 0, 0.0, time.monotonic()

    def progress(self, now: Progress) -> None:
        """After every step."""
        self.at = int(98 * now.done / max(1, now.total))
        if time.monotonic() - self.last > TOLD_EVERY:
            self._tell()
        else:
            self._hear()
        self.check()
        if time.monotonic() - self.shown > SHOWN_EVERY:
            self._show(now)

    def _show(self, now: Progress) -> None:
        """A frame of the middle, for those who watch; the clip goes on without it."""
        frames, file = now.preview(), io.BytesIO()
        Image.fromarray(frames[len(frames) // 2]).save(file, format="WEBP", quality=80)
        try:
            self.media.put(f"{self.job.id}/{PREVIEW[0]}", file.getvalue())
        except WriteError as error:
            log.warning("%s", error)
        self.shown = time.monotonic()

    def listen(self) -> None:
        """While something is made ready that takes long. Raises what `check` does."""
        self._hear()
        self.check()

    def _hear(self) -> None:
        """A wish that the job be cancelled is heard after every step; to read costs little."""
        with suppress(*AWAY):
            now = self.queue.get(self.job.id)
            if now is not None and now.cancelled:
                self.problem = CancelledError()

    def check(self) -> None:
        """Raises what ends the job: LeaseLostError, CancelledError, InterruptedError."""
        if self.stopping.is_set():
            raise InterruptedError
        if self.problem is not None:
            raise self.problem

    def keep(self) -> None:
        while not self.done.wait(self.queue.lease / 3):
            self._tell()

    def _tell(self) -> None:
        self.last = time.monotonic()
        try:
            if self.queue.renew(self.job, self.at).cancelled:
                self.problem = CancelledError()
        except LeaseLostError as lost:
            self.problem = lost
        except Exception:  # the database is away for a moment: the lease tells whether too long
            log.exception("the lease of %s could not be renewed", self.job.id)
