"""A worker: claims jobs, makes clips, commits their files. One process, one model, one job at a
time."""

from __future__ import annotations

import io
import itertools
import logging
import os
import socket
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from PIL import Image

from sorairo.errors import LeaseLostError, SorairoError, WriteError
from sorairo.generation.comment import read_comment
from sorairo.generation.defaults import painted_size
from sorairo.generation.diary import Diary
from sorairo.generation.engine import Engine
from sorairo.generation.progress import Progress
from sorairo.generation.request import Source
from sorairo.jobs.job import CANCELLED, COMPLETED, Job
from sorairo.jobs.queue import STOPPED, Queue
from sorairo.jobs.tables import AWAY
from sorairo.server.decoding import decode
from sorairo.server.media import MediaStore
from sorairo.server.video import PREVIEW, VARIANTS
from sorairo.video import Clip
from sorairo.video.atomic import whole_file

LOOK_EVERY = 0.2  # seconds, for a job
AGAIN_AFTER = 2.0  # seconds, where the database is away or the disk is full
LEAST_ROOM = 64 * 2**20  # bytes without which no job is begun
TOLD_EVERY = 0.5  # seconds, how far a job is
SHOWN_EVERY = 2.0  # seconds, what it looks like by now
SHEET_FRAMES, THUMBNAIL_SIDE = 16, 512
STAGES = "stages"  # folder of a job
STORAGE_ERROR = "storage_error"
FAULT = "The server met a fault of its own; its log has the details."
NOT_KEPT = "The server could not keep the clip, perhaps for want of room: submit it again later."
log = logging.getLogger("sorairo.worker")


class CancelledError(Exception):
    """The client does not want it any more."""


class Worker:
    """`parent` is the process that it must not outlive, if there is one."""

    def __init__(
        self, engine: Engine, queue: Queue, media: MediaStore, *, parent: int | None = None
    ) -> None:
        self.engine, self.queue, self.media, self.parent = engine, queue, media, parent
        self.name = f"{socket.gethostname()}:{os.getpid()}"
        self.stopping = threading.Event()

    def run(self) -> None:
        """Works until `stopping` is set; a job that is being made is given back."""
        if self.parent:
            threading.Thread(target=self._watch, daemon=True).start()
        while not self.stopping.is_set():
            if self._full():
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
                return partial(self._complete, job, self._make(job, told))
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
        self._drop(f"{job.id}/{STAGES}")

    def _drop(self, folder: str) -> None:
        """What nobody needs; it may also stay."""
        try:
            self.media.drop(folder)
        except (OSError, WriteError) as error:
            log.warning("%s stays: %s", folder, error)

    def _put_off(self, job: Job) -> None:
        self._drop(f"{job.id}/{job.fence}")
        self.queue.put_off(job, STORAGE_ERROR, NOT_KEPT)
        self.stopping.wait(AGAIN_AFTER)

    def _forget(self, job: Job) -> None:
        """Leaves no file of a job that is another worker's now, or was deleted. It may also be
        completed: then only the database's answer was lost."""
        now = self.queue.get(job.id)
        if now is not None and now.ended:
            self._drop(f"{job.id}/{STAGES}")
        if now is not None and (now.status, now.fence) == (COMPLETED, job.fence):
            return
        log.warning("%s is not mine any more", job.id)
        self._drop(job.id if now is None else f"{job.id}/{job.fence}")

    def _make(self, job: Job, told: _Told) -> dict[str, Any]:
        request = read_comment(job.payload["request"])
        with tempfile.TemporaryDirectory(prefix="sorairo-") as name:
            folder = Path(name)
            clips, sources = [], []
            for index, path in enumerate(job.payload["media"]):
                given = folder / f"given-{index}"
                self.media.get(path, given)
                clips.append(decode(given, request.largest_given, meanwhile=told.listen))
                sources.append(Source(name=f"given {index + 1}", sha256=""))
            request = replace(request, inputs=tuple(sources))
            request.validate_inputs(clips, self.engine.limits)
            with self.engine.keeping(self._diary(job, folder)):
                clip = request.make(self.engine, clips, told.progress)
            comment = request.to_comment(model_digest=self.engine.info["digest"])
            told.check()
            _write(replace(clip, metadata={"comment": comment}), folder)
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

    def _diary(self, job: Job, folder: Path) -> Diary:
        """What an earlier worker has done of the job, and where it is noted what this one does."""
        kept = f"{job.id}/{STAGES}"
        diary = Diary(
            folder=folder,
            model=self.engine.info["digest"],
            written=lambda path: self.media.put(f"{kept}/{path.name}", path),
        )
        for number in itertools.count():
            name = diary.name(number)
            if self.media.size(f"{kept}/{name}") is None:
                return diary
            self.media.get(f"{kept}/{name}", folder / name)
        raise AssertionError

    @contextmanager
    def _alive(self, job: Job) -> Iterator[_Told]:
        """Renews the lease for as long as the block lasts, progress or no progress."""
        told = _Told(self.queue, job, self.stopping, self.media)
        thread = threading.Thread(target=told.keep, daemon=True)
        thread.start()
        try:
            yield told
        finally:
            told.done.set()
            thread.join()


class _Told:
    """What the queue hears of a job, and what the worker hears back, between two steps."""

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


def _write(clip: Clip, folder: Path) -> None:
    """All variants of a clip."""
    clip.save(folder / VARIANTS["video"][0])
    first = Image.fromarray(clip.frames[0])
    first.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE))
    with whole_file(folder / VARIANTS["thumbnail"][0]) as temporary:
        first.save(temporary, quality=85)
    every = max(1, clip.num_frames // SHEET_FRAMES)
    sheet = clip.contact_sheet(every=every)
    with whole_file(folder / VARIANTS["spritesheet"][0]) as temporary:
        sheet.convert("RGB").save(temporary, quality=85)
