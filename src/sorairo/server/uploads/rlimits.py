"""What a process that decodes what strangers send may use."""

from __future__ import annotations

import sys
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class ResourceLimits:
    """`memory` is address space: frames are held twice while they are laid in one array, and a
    decoder needs the rest. The clock leaves time for a machine that is busy with other things."""

    memory: int = 6 * 2**30  # bytes
    pixels: int = 2 * 2**30  # bytes of decoded frames: 14 s of 1920x1080 at 24 a second
    written: int = 3 * 2**30  # bytes, of the frames and the sound
    processor: int = 120  # seconds, of all threads
    clock: float = 180.0  # seconds
    files: int = 32

    def impose(self) -> None:
        """Binds this process, for good. Windows knows no such limits: there the clock is all."""
        if sys.platform == "win32":
            return
        import resource

        wanted = {
            resource.RLIMIT_CPU: self.processor,
            resource.RLIMIT_FSIZE: self.written,
            resource.RLIMIT_NOFILE: self.files,
            resource.RLIMIT_CORE: 0,
        }
        if sys.platform != "darwin":  # which refuses to set it
            wanted[resource.RLIMIT_AS] = self.memory
        for kind, most in wanted.items():
            hard = resource.getrlimit(kind)[1]
            most = most if hard == resource.RLIM_INFINITY else min(most, hard)
            # one second after SIGXCPU comes SIGKILL
            spare = 1 if kind == resource.RLIMIT_CPU and hard == resource.RLIM_INFINITY else 0
            resource.setrlimit(kind, (most, most + spare))
