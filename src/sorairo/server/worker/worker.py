"""A worker: claims jobs, makes clips, commits their files. One process, one model, one job at a
time."""

from __future__ import annotations

import itertools
import logging
import os
import socket
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from sorairo.errors import LeaseLostError, SorairoError, StoreAwayError, WriteError
from sorairo.generation.engine import Engine
from sorairo.generation.output.export import export
from sorairo.generation.output.output_files import OutputFiles
from sorairo.generation.requests.base import InputFile
from sorairo.generation.requests.defaults import painted_size
from sorairo.generation.sampling.checkpoint import SamplingCheckpoint
from sorairo.jobs.job import CANCELLED, COMPLETED, Job
from sorairo.jobs.queue import STOPPED, Queue
from sorairo.jobs.schema import AWAY
from sorairo.server.job_spec import JobSpec
from sorairo.server.uploads.media_store import MediaStore
from sorairo.server.uploads.sandbox import decode
from sorairo.server.video_object import VARIANTS
from sorairo.server.worker.job_reporter import CancelledError, JobReporter

LOOK_EVERY = 0.2  # seconds, for a job
AGAIN_AFTER = 2.0  # seconds, where the database is away or the disk is full
LEAST_ROOM = 64 * 2**20  # bytes without which no job is begun
STAGES = "stages"  # folder of a job
STORAGE_ERROR = "storage_error"
FAULT = "The server met a fault of its own; its log has the details."
NOT_KEPT = "The server could not keep the clip, perhaps for want of room: submit it again later."
log = logging.getLogger("sorairo.worker")


class Worker:
    """`parent` is the process that it must not outlive, if there is one."""

    def __init__(
        self, engine: Engine, queue: Queue, media: MediaStore, *, parent: int | None = None
    ) -> None:
        self.engine, self.queue, self.media, self.parent = engine, queue, media, parent
        self.name = f"{socket.gethostname()}:{os.getpid()}"
        self.stopping = threading.Event()
        self.store_lost = False

    def run(self) -> None:
        """Works until `stopping` is set; a job that is being made is given back."""
        if self.parent:
            threading.Thread(target=self._watch, daemon=True).start()
        while not self.stopping.is_set():
            if self._full() or self._away():
                self.stopping.wait(AGAIN_AFTER)
                continue
            try:
                job = self.queue.claim(self.name)
            except AWAY as error:
                log.warning("the database cannot be reached: %s", error)
                self.stopping.wait(AGAIN_AFTER)
                continue
            if job is None:
                self.stopping.wait(LOOK_EVERY)
                continue
            self.do(job)

    def _full(self) -> bool:
        """Whether there is no room for what would be made: then the jobs wait."""
        room = self.media.room()
        if room is None or room >= LEAST_ROOM:
            return False
        log.warning("there is no room for clips: %d bytes are free", room)
        return True

    def _away(self) -> bool:
        """Whether the store, once lost, is lost still: then the jobs wait."""
        if self.store_lost:
            try:
                self.media.try_out()
                self.store_lost = False
            except WriteError as error:
                log.warning("%s", error)
        return self.store_lost

    def _watch(self) -> None:
        while not self.stopping.wait(LOOK_EVERY):
            if os.getppid() != self.parent:
                self.stopping.set()

    def do(self, job: Job) -> None:
        """Makes one job and commits it; whatever happens, the job says so."""
        news = self._made(job)
        try:
            try:
                self._tell(news)
            except LeaseLostError:
                self._tell(partial(self._forget, job))
        except AWAY:
            log.warning("%s is left to another: the database cannot be reached", job.id)

    def _made(self, job: Job) -> Callable[[], object]:
        """Makes a job; what is then to be told."""
        fail = partial(partial, self.queue.fail, job)
        try:
            with self._alive(job) as told:
                try:
                    return partial(self._complete, job, self._make(job, told))
                except StoreAwayError as error:
                    log.warning("%s cannot be kept: %s", job.id, error)
                    self.store_lost = True
                    return partial(self._return if self._away() else self._put_off, job)
        except LeaseLostError:
            return partial(self._forget, job)
        except CancelledError:
            return fail(CANCELLED, STOPPED["message"])
        except InterruptedError:
            return partial(self.queue.give_back, job)
        except WriteError as error:
            log.warning("%s cannot be kept: %s", job.id, error)
            return partial(self._put_off, job)
        except SorairoError as error:
            return fail("invalid_request", str(error))
        except Exception:
            log.exception("%s failed", job.id)
            return fail("server_error", FAULT)

    def _tell(self, news: Callable[[], object]) -> None:
        """As often as it takes until the database answers, or the worker has to stop."""
        while True:
            try:
                news()
                return
            except AWAY as error:
                log.warning("the database cannot be reached: %s", error)
                if self.stopping.wait(AGAIN_AFTER):
                    raise

    def _complete(self, job: Job, result: dict[str, Any]) -> None:
        self.queue.complete(job, result)
        self.media.forget(f"{job.id}/{STAGES}")

    def _return(self, job: Job) -> None:
        """The job waits as if it had never been claimed: no job can be made now."""
        self.queue.give_back(job)
        self.stopping.wait(AGAIN_AFTER)

    def _put_off(self, job: Job) -> None:
        self.queue.put_off(job, STORAGE_ERROR, NOT_KEPT)
        self.media.forget(f"{job.id}/{job.fence}")
        self.stopping.wait(AGAIN_AFTER)

    def _forget(self, job: Job) -> None:
        """Leaves no file of a job that is another worker's now, or was deleted. It may also be
        completed: then only the database's answer was lost."""
        now = self.queue.get(job.id)
        if now is not None and now.ended:
            self.media.forget(f"{job.id}/{STAGES}")
        if now is not None and (now.status, now.fence) == (COMPLETED, job.fence):
            return
        log.warning("%s is not mine any more", job.id)
        self.media.forget(job.id if now is None else f"{job.id}/{job.fence}")

    def _make(self, job: Job, told: JobReporter) -> dict[str, Any]:
        spec = JobSpec.from_json(job.payload)
        with tempfile.TemporaryDirectory(prefix="sorairo-") as name:
            folder = Path(name)
            clips, sources = [], []
            for index, path in enumerate(spec.media):
                given = folder / f"given-{index}"
                self.media.get(path, given)
                clips.append(decode(given, spec.request.largest_given, meanwhile=told.listen))
                sources.append(InputFile(name=f"given {index + 1}", sha256=""))
            request = replace(spec.request, inputs=tuple(sources))
            request.validate_inputs(clips, self.engine.limits)
            clip = self.engine.make(
                request,
                clips,
                on_progress=told.progress,
                checkpoint=self._checkpoint(job, folder),
            )
            told.check()
            files = OutputFiles(
                clip=folder / VARIANTS["video"][0],
                thumbnail=folder / VARIANTS["thumbnail"][0],
                spritesheet=folder / VARIANTS["spritesheet"][0],
            )
            export(clip, request, files, model_digest=self.engine.info["digest"])
            told.check()
            kept = f"{job.id}/{job.fence}"
            for file, _ in VARIANTS.values():
                self.media.put(f"{kept}/{file}", folder / file)
        native = painted_size(request, clips, self.engine.limits)
        return {
            "folder": kept,
            "size": f"{clip.width}x{clip.height}",
            "seconds": f"{round(clip.duration, 3):g}",
            "fps": clip.fps,
            "native_size": f"{native[0]}x{native[1]}",
        }

    def _checkpoint(self, job: Job, folder: Path) -> SamplingCheckpoint:
        """What an earlier worker has done of the job, and where it is noted what this one does."""
        kept = f"{job.id}/{STAGES}"
        checkpoint = SamplingCheckpoint(
            folder=folder,
            model=self.engine.info["digest"],
            written=lambda path: self.media.put(f"{kept}/{path.name}", path),
        )
        for number in itertools.count():
            name = checkpoint.name(number)
            if self.media.size(f"{kept}/{name}") is None:
                return checkpoint
            self.media.get(f"{kept}/{name}", folder / name)
        raise AssertionError

    @contextmanager
    def _alive(self, job: Job) -> Iterator[JobReporter]:
        """Renews the lease for as long as the block lasts, progress or no progress."""
        told = JobReporter(self.queue, job, self.stopping, self.media)
        thread = threading.Thread(target=told.keep, daemon=True)
        thread.start()
        try:
            yield told
        finally:
            told.done.set()
            thread.join()
