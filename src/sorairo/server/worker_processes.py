"""The worker processes that a server starts and keeps running."""

from __future__ import annotations

import logging
import os
import subprocess
import time
from dataclasses import dataclass

from sorairo.processes import python_command, python_environment
from sorairo.server.storage_urls import StorageUrls

CHECK_INTERVAL = 1.0  # seconds between two checks of the processes
STOP_SECONDS = 3.0  # for which stopping waits for the workers
log = logging.getLogger("sorairo.supervisor")


@dataclass(frozen=True, kw_only=True)
class WorkerOptions:
    """The worker processes that a server starts."""

    count: int
    """How many."""
    model: str
    """The name or directory of the model that they load."""
    lease: float
    """Seconds after which a silent worker loses its job."""
    attempts: int
    """How many lost workers make a job fail."""

    def command(self) -> list[str]:
        """The command that starts one worker. URLs may have passwords, so they are not in it: every
        user of the machine can see commands."""
        options = {
            "model": self.model,
            "lease": self.lease,
            "attempts": self.attempts,
            "parent": os.getpid(),
        }
        words = [text for name, value in options.items() for text in (f"--{name}", str(value))]
        return python_command("-m", "sorairo", "worker", *words)


class WorkerProcesses:
    """Worker processes on this machine; those that end are replaced."""

    def __init__(self, options: WorkerOptions, urls: StorageUrls) -> None:
        self.options, self.urls = options, urls
        self.processes: list[subprocess.Popen[bytes]] = []

    def run(self) -> float:
        """Starts missing processes; returns the seconds until the next check."""
        for process in [each for each in self.processes if each.poll() is not None]:
            log.warning("worker %s has exited with code %s", process.pid, process.returncode)
            self.processes.remove(process)
        while len(self.processes) < self.options.count:
            environment = python_environment() | self.urls.to_environment()
            self.processes.append(subprocess.Popen(self.options.command(), env=environment))
        return CHECK_INTERVAL

    def stop(self) -> None:
        """Ends all processes. `run` must not be called any more.

        A worker returns its job to the queue after the current step. One that needs longer than
        STOP_SECONDS for that is not killed: its job would wait until the lease expires.
        """
        for process in self.processes:
            process.terminate()
        end = time.monotonic() + STOP_SECONDS
        for process in self.processes:
            try:
                process.wait(max(0.0, end - time.monotonic()))
            except subprocess.TimeoutExpired:
                log.info("worker %s ends after its current step", process.pid)
