"""The faults that the kill loop injects into a server: kills, full disks, database restarts."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import psutil
from sqlalchemy import select

from postgresql import PostgreSQL
from sorairo.jobs.database import DATABASE_UNAVAILABLE
from sorairo.jobs.job import RUNNING
from sorairo.jobs.queue import Queue
from sorairo.jobs.schema import jobs

PORT = 18_765
URL = f"http://127.0.0.1:{PORT}"
LEASE = 3.0  # seconds
TAKEN_WITHIN = 60.0  # seconds, longest wait for another worker to take over a job
LEFT_ALONE = 0.8  # share of the kills at which the takeover is timed
DISK = 768 * 2**20  # bytes
BALLAST = "ballast"
# Of twenty disturbances in random order.
DECK = {"server": 2, "stopped past its lease": 1, "disk full": 2, "database restarted": 2}


class Server:
    """`sorairo serve` with two workers, restarted whenever it has ended."""

    def __init__(self, database: str, media: Path, log: Path) -> None:
        words = ["--port", str(PORT), "--database", database, "--media", str(media)]
        words += ["--workers", "2", "--lease", str(LEASE), "--attempts", "1000"]
        self.command = [sys.executable, "-m", "sorairo", "serve", *words]
        self.log = log.open("wb")
        self.starts: list[float] = []
        self.start()

    def start(self) -> None:
        begun = time.monotonic()
        self.process = subprocess.Popen(self.command, stdout=self.log, stderr=self.log)
        answered("/healthz")
        self.starts.append(time.monotonic() - begun)

    def alive(self) -> bool:
        return self.process.poll() is None

    def workers(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children()

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(30)
        self.log.close()


def answered(path: str) -> None:
    """Polls until the server responds with success."""
    while True:
        with suppress(httpx.HTTPError):
            httpx.get(f"{URL}{path}", timeout=5).raise_for_status()
            return
        time.sleep(0.02)


@contextmanager
def small_disk(folder: Path) -> Iterator[bool]:
    """Mounts a small file system on a folder until the block ends. Yields False if that is not
    possible: it needs root on Linux."""
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={DISK}", "tmpfs", str(folder)]
    mounted = sys.platform == "linux" and not subprocess.run(command, check=False).returncode
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", str(folder)], check=True)


class Disturber:
    """Injects one fault after another; `seconds` holds how long the server took to recover."""

    def __init__(
        self, server: Server, queue: Queue, postgresql: PostgreSQL | None, disk: Path | None
    ) -> None:
        self.server, self.queue, self.postgresql, self.disk = server, queue, postgresql, disk
        self.rng = random.Random(0)
        self.done: Counter[str] = Counter()
        self.seconds: dict[str, list[float]] = {"taken again": [], "database": []}
        self.kinds = self._shuffled()

    def _shuffled(self) -> Iterator[str]:
        possible = {
            "disk full": self.disk is not None,
            "database restarted": self.postgresql is not None,
        }
        deck = [kind for kind, n in DECK.items() if possible.get(kind, True) for _ in range(n)]
        deck += ["worker"] * (20 - len(deck))
        while True:
            yield from self.rng.sample(deck, len(deck))

    def next(self) -> None:
        """Waits for a while, then injects one fault and counts it in `done`."""
        ways: dict[str, Callable[[], bool]] = {
            "worker": self._kill_worker,
            "server": self._kill_server,
            "stopped past its lease": self._stop_worker,
            "disk full": self._fill_disk,
            "database restarted": self._restart_database,
        }
        kind = next(self.kinds)
        while True:
            time.sleep(self.rng.uniform(0.2, 6.0))
            with suppress(psutil.NoSuchProcess, IndexError):
                if ways[kind]():
                    self.done[kind] += 1
                    return

    def killed(self) -> int:
        """The number of processes that were sent SIGKILL."""
        return self.done["worker"] + self.done["server"]

    def _kill_worker(self) -> bool:
        worker = self.rng.choice(self.server.workers())
        worker.suspend()  # stopped, so that its job does not change
        held = self._held(worker.pid)
        worker.kill()
        if held is not None and self.rng.random() < LEFT_ALONE:
            self._watch(*held)
        return True

    def _held(self, process: int) -> tuple[str, int] | None:
        """The job that a worker holds, and its fence."""
        mine = (jobs.c.status == RUNNING, jobs.c.worker.endswith(f":{process}"))
        with self.queue.reading.begin() as connection:
            row = connection.execute(select(jobs.c.id, jobs.c.fence).where(*mine)).one_or_none()
        return None if row is None else (row.id, row.fence)

    def _watch(self, job: str, fence: int) -> None:
        """Measures how long it takes until another worker claims the job of a dead one. No other
        fault is injected meanwhile."""
        begun = time.monotonic()
        while (spent := time.monotonic() - begun) < TAKEN_WITHIN:
            with suppress(*DATABASE_UNAVAILABLE):
                now = self.queue.get(job)
                if now is None or now.fence > fence:
                    break
            time.sleep(0.05)
        self.seconds["taken again"].append(spent)

    def _kill_server(self) -> bool:
        self.server.process.kill()
        self.server.process.wait()
        self.server.start()
        return True

    def _stop_worker(self) -> bool:
        worker = self.rng.choice(self.server.workers())
        worker.send_signal(signal.SIGSTOP)
        time.sleep(LEASE + 1)
        worker.send_signal(signal.SIGCONT)
        return True

    def _fill_disk(self) -> bool:
        """Fills the disk for some seconds while a clip is being made."""
        assert self.disk is not None
        while not self.queue.count_by_status().get(RUNNING):
            time.sleep(0.05)
        ballast = self.disk / BALLAST
        try:
            with ballast.open("wb", buffering=0) as file, suppress(OSError):
                while file.write(bytes(2**20)):
                    pass
            time.sleep(self.rng.uniform(2.0, 6.0))
            answered("/readyz")
            return self.server.alive()
        finally:
            ballast.unlink()

    def _restart_database(self) -> bool:
        assert self.postgresql is not None
        begun = time.monotonic()
        self.postgresql.restart()
        answered("/readyz")
        self.seconds["database"].append(time.monotonic() - begun)
        return self.server.alive()
