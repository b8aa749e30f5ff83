"""Limits of the process that decodes uploaded files."""

from __future__ import annotations

import sys
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class ResourceLimits:
    """What one decoding process may use."""

    memory: int = 6 * 2**30
    """Bytes of address space. Frames are held twice while they are stacked into one array, and the
    decoder needs the rest."""
    pixels: int = 2 * 2**30
    """Bytes of decoded frames: 14 s of 1920x1080 at 24 fps."""
    written: int = 3 * 2**30
    """Bytes of output, frames and sound."""
    processor: int = 120
    """Seconds of CPU time of all threads."""
    clock: float = 180.0
    """Seconds of wall time, more than `processor` because the machine may be busy."""
    files: int = 32
    """Open files."""

    def apply(self) -> None:
        """Limits the current process permanently. On Windows only `clock` is enforced."""
        if sys.platform == "win32":
            return
        import resource

        limits = {
            resource.RLIMIT_CPU: self.processor,
            resource.RLIMIT_FSIZE: self.written,
            resource.RLIMIT_NOFILE: self.files,
            resource.RLIMIT_CORE: 0,
        }
        if sys.platform != "darwin":  # which does not support it
            limits[resource.RLIMIT_AS] = self.memory
        for kind, soft in limits.items():
            hard = resource.getrlimit(kind)[1]
            soft = soft if hard == resource.RLIM_INFINITY else min(soft, hard)
            # SIGKILL follows SIGXCPU after one second
            grace = 1 if kind == resource.RLIMIT_CPU and hard == resource.RLIM_INFINITY else 0
            resource.setrlimit(kind, (soft, soft + grace))
