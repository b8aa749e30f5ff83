"""A file that was sent with a request."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Upload:
    """A file that was sent with a request."""

    name: str
    """The client's name of the file, used only in messages."""
    data: bytes
    """The content; b"" where it is on the disk."""
    path: Path | None = None
    """Where it is on the disk, of a route that takes large files."""

    @property
    def size(self) -> int:
        """Its bytes."""
        return len(self.data) if self.path is None else self.path.stat().st_size
