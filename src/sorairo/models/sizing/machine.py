"""The memory of a machine, as far as models are concerned. No torch."""

from __future__ import annotations

from dataclasses import dataclass

SPARE = 0.9  # of the memory that is free may be used


@dataclass(frozen=True, kw_only=True)
class Machine:
    """Where a model runs: a host, and the device that computes."""

    host: float
    """Bytes of the host's memory that may be used."""
    device: str = "cpu"
    """The type of the device: cpu, cuda, mps, ..."""
    total: float = 0.0
    """Bytes of memory of the device's own; 0: it computes in the host's memory."""
    free: float = 0.0
    """Bytes of them that are free."""
    number: int = 2
    """Bytes of the numbers that networks are computed with: 2 in bfloat16, 4 in float32."""

    @property
    def shared(self) -> bool:
        """Whether the device has no memory of its own."""
        return not self.total

    @property
    def planned(self) -> float:
        """The memory where the networks are, of which SPARE is planned for: that of the device,
        unless other programs hold so much that this would not fit; else that of the host."""
        return self.host if self.shared else min(self.total, self.free / SPARE)
