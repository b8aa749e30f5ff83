"""Reports the progress of a job to the queue, and tells the worker when the job must stop."""

from __future__ import annotations

import io
import logging
import threading
import time
from contextlib import suppress

from PIL import Image

from sorairo.errors import LeaseLostError, WriteError
from sorairo.generation.progress import Progress
from sorairo.jobs.database import DATABASE_UNAVAILABLE
from sorairo.jobs.job import Job
from sorairo.jobs.queue import Queue
from sorairo.server.uploads.media_store import MediaStore
from sorairo.server.video_object import MOVING_PREVIEW, STILL_PREVIEW

WATCH_INTERVAL = 0.25  # seconds between two looks for a cancellation
REPORT_INTERVAL = 0.5  # seconds between two reports of the progress
PREVIEW_INTERVAL = 1.0  # seconds between two previews
SAMPLING_PERCENT = 98  # the progress after the last step; the rest is for writing the files
log = logging.getLogger("sorairo.worker")


class CancelledError(Exception):
    """The client has cancelled the job."""


class JobReporter:
    """Connects a running job to the queue and the media store.

    The worker calls `on_progress` after every sampling step, and `check` at every turn of other
    long work. Meanwhile `watch` runs in a thread of its own until `done` is set.
    """

    def __init__(
        self, queue: Queue, job: Job, stopping: threading.Event, media: MediaStore
    ) -> None:
        self.queue, self.job, self.stopping, self.media = queue, job, stopping, media
        self.done = threading.Event()
        self.has_preview = not job.payload.get("filtered")  # nobody sees what was not looked at
        self.problem: Exception | None = None
        self.percent, self.last_report, self.last_preview = 0, 0.0, 0.0

    def on_progress(self, progress: Progress) -> None:
        """Reports a sampling step. Raises what `check` raises."""
        self.percent = int(SAMPLING_PERCENT * progress.done / max(1, progress.total))
        if time.monotonic() - self.last_report > REPORT_INTERVAL:
            self._renew()
        else:
            self._look_for_cancellation()
        self.check()
        if self.has_preview and time.monotonic() - self.last_preview > PREVIEW_INTERVAL:
            self._store_preview(progress)

    def _store_preview(self, progress: Progress) -> None:
        """Stores the clip as it looks now, and its middle frame. A failure does not stop the
        job."""
        pictures = [Image.fromarray(frame) for frame in progress.preview()]
        still, moving = io.BytesIO(), io.BytesIO()
        pictures[len(pictures) // 2].save(still, format="WEBP", quality=80)
        pictures[0].save(
            moving,
            format="WEBP",
            quality=70,
            method=0,  # of speed and size, speed
            save_all=True,
            append_images=pictures[1:],
            duration=round(1000 / progress.preview_fps),
            loop=0,
        )
        try:
            self.media.put(f"{self.job.id}/{STILL_PREVIEW}", still.getvalue())
            self.media.put(f"{self.job.id}/{MOVING_PREVIEW}", moving.getvalue())
        except WriteError as error:
            log.warning("%s", error)
        self.last_preview = time.monotonic()

    def check_cancelled(self) -> None:
        """Asks the queue whether the job was cancelled. Raises what `check` raises."""
        self._look_for_cancellation()
        self.check()

    def _look_for_cancellation(self) -> None:
        """Reads the job, which is much cheaper than a renewal and so done more often."""
        with suppress(*DATABASE_UNAVAILABLE):
            now = self.queue.get(self.job.id)
            if now is None or now.fence != self.job.fence:
                self.problem = LeaseLostError(f"The job {self.job.id} was deleted or claimed.")
            elif now.cancelled:
                self.problem = CancelledError()

    def check(self) -> None:
        """Raises LeaseLostError, CancelledError or, if the worker shuts down, InterruptedError."""
        if self.stopping.is_set():
            raise InterruptedError
        if self.problem is not None:
            raise self.problem

    def watch(self) -> None:
        """Renews the lease three times per lease, and looks for a cancellation more often, until
        `done` is set."""
        renewed = time.monotonic()
        while not self.done.wait(min(WATCH_INTERVAL, self.queue.lease / 3)):
            if time.monotonic() - renewed >= self.queue.lease / 3:
                renewed = time.monotonic()
                self._renew()
            else:
                self._look_for_cancellation()

    def _renew(self) -> None:
        self.last_report = time.monotonic()
        try:
            if self.queue.renew(self.job, self.percent).cancelled:
                self.problem = CancelledError()
        except LeaseLostError as lost:
            self.problem = lost
        except Exception:  # the database may be back before the lease expires
            log.exception("the lease of %s could not be renewed", self.job.id)
