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
    checkpoint_seconds: float = 10.0
    """Seconds between two records of a job's sampling, at least."""
    device: str | None = None
    """The torch device of models; None: a GPU if there is one."""
    offload: bool | None = None
    """Whether weights rest in host memory; None: those that do not fit on the device."""
    weights: str | None = None
    """The format that weights are rounded to; None: as they are stored."""

    def command(self) -> list[str]:
        """The command that starts one worker. URLs may have passwords, so they are not in it: every
        user of the machine can see commands."""
        options = {
            "model": self.model,
            "lease": self.lease,
            "attempts": self.attempts,
            "checkpoint-seconds": self.checkpoint_seconds,
            "device": self.device,
            "weights": self.weights,
            "parent": os.getpid(),
        }
        stated = {name: value for name, value in options.items() if value is not None}
        words = [text for name, value in stated.items() for text in (f"--{name}", str(value))]
        if self.offload is not None:
            words.append("--offload" if self.offload else "--no-offload")
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
