"""The machine that workers compute on, which only torch knows: it is asked in a process of its own,
once, when a job for a large model comes."""

from __future__ import annotations

import functools
import json
import logging
import subprocess
from dataclasses import replace

from sorairo.models.sizing.machine import Machine
from sorairo.processes import python_command, python_environment

SECONDS = 120.0  # for which the answer is waited for
log = logging.getLogger("sorairo.server")


def worker_machine(host: float) -> Machine:
    """The machine with so many bytes of memory, where nothing else runs. If its device cannot be
    asked, it counts as a CPU."""
    return replace(_device(), host=host)


@functools.lru_cache(maxsize=1)
def _device() -> Machine:
    command = python_command("-m", "sorairo.models.sizing.machine_main")
    try:
        done = subprocess.run(
            command, capture_output=True, check=True, timeout=SECONDS, env=python_environment()
        )
        found = json.loads(done.stdout.splitlines()[-1])
        return Machine(host=0.0, **found)
    except (OSError, subprocess.SubprocessError, ValueError, TypeError, IndexError) as error:
        log.warning("the device of this machine is not known: %s", error)
        return Machine(host=0.0)
