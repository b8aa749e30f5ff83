"""A worker: claims jobs, makes clips, commits their files. One process, one model, one job at a
time."""

from __future__ import annotations

import io
import logging
import os
import socket
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from PIL import Image
from sqlalchemy.exc import OperationalError

from sorairo.errors import LeaseLostError, MediaError, SorairoError
from sorairo.generation.comment import read_comment
from sorairo.generation.defaults import painted_size
from sorairo.generation.engine import Engine
from sorairo.generation.progress import Progress
from sorairo.generation.request import Source
from sorairo.jobs.job import CANCELLED, Job
from sorairo.jobs.queue import STOPPED, Queue
from sorairo.server.media import MediaStore
from sorairo.server.video import PREVIEW, VARIANTS
from sorairo.video import Clip

LOOK_EVERY = 0.2  # seconds, for a job
AGAIN_AFTER = 2.0  # seconds, where the database is away
TOLD_EVERY = 0.5  # seconds, how far a job is
SHOWN_EVERY = 2.0  # seconds, what it looks like by now
SHEET_FRAMES, THUMBNAIL_SIDE = 16, 512
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
            try:
                job = self.queue.claim(self.name)
            except OperationalError:
                log.exception("the database cannot be reached")
                self.stopping.wait(AGAIN_AFTER)
                continue
            if job is None:
                self.stopping.wait(LOOK_EVERY)
                continue
            self.do(job)

    def _watch(self) -> None:
        while not self.stopping.wait(LOOK_EVERY):
            if os.getppid() != self.parent:
                self.stopping.set()

    def do(self, job: Job) -> None:
        """Makes one job and commits it; whatever happens, the job says so."""
        try:
            with self._alive(job) as told:
                result = self._make(job, told)
            self.queue.complete(job, result)
        except LeaseLostError:
            self._forget(job)
        except CancelledError:
            self._ended(job, CANCELLED, STOPPED["message"])
        except InterruptedError:
            self.queue.give_back(job)
        except SorairoError as error:
            self._ended(job, "invalid_request", str(error))
        except Exception:
            log.exception("%s failed", job.id)
            message = "The server met a fault of its own; its log has the details."
            self._ended(job, "server_error", message)

    def _ended(self, job: Job, code: str, message: str) -> None:
        try:
            self.queue.fail(job, code, message)
        except LeaseLostError:
            self._forget(job)

    def _forget(self, job: Job) -> None:
        """Leaves no file of a job that is another worker's now, or was deleted."""
        log.warning("%s is not mine any more", job.id)
        gone = self.queue.get(job.id) is None
        self.media.drop(job.id if gone else f"{job.id}/{job.fence}")

    def _make(self, job: Job, told: _Told) -> dict[str, Any]:
        request = read_comment(job.payload["request"])
        with tempfile.TemporaryDirectory(prefix="sorairo-") as name:
            folder = Path(name)
            clips, sources = [], []
            for index, path in enumerate(job.payload["media"]):
                given = folder / f"given-{index}"
                self.media.get(path, given)
                clips.append(_read(given, request.largest_given))
                sources.append(Source(name=f"given {index + 1}", sha256=""))
            request = replace(request, inputs=tuple(sources))
            request.validate_inputs(clips, self.engine.limits)
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
        self.check()
        if time.monotonic() - self.shown > SHOWN_EVERY:
            self._show(now)

    def _show(self, now: Progress) -> None:
        """A frame of the middle, for those who watch."""
        frames, file = now.preview(), io.BytesIO()
        Image.fromarray(frames[len(frames) // 2]).save(file, format="WEBP", quality=80)
        self.media.put(f"{self.job.id}/{PREVIEW[0]}", file.getvalue())
        self.shown = time.monotonic()

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


def _read(given: Path, max_side: int | None) -> Clip:
    """A file that was sent. What the decoder says of it stays here: it names our folders."""
    try:
        return Clip.load(given, max_side=max_side)
    except MediaError as error:
        log.info("%s", error)
        raise MediaError(
            "The file that was given cannot be read as a picture or video: send a .png, .jpg, .webp"
            " or .mp4 that a player shows."
        ) from None


def _write(clip: Clip, folder: Path) -> None:
    """All variants of a clip."""
    clip.save(folder / VARIANTS["video"][0])
    first = Image.fromarray(clip.frames[0])
    first.thumbnail((THUMBNAIL_SIDE, THUMBNAIL_SIDE))
    first.save(folder / VARIANTS["thumbnail"][0], quality=85)
    every = max(1, clip.num_frames // SHEET_FRAMES)
    sheet = clip.contact_sheet(every=every)
    sheet.convert("RGB").save(folder / VARIANTS["spritesheet"][0], quality=85)
