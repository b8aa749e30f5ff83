"""A file that was sent with a request."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Upload:
    """A file that was sent with a request."""

    name: str
    """The client's name of the file, used only in messages."""
    data: bytes
    """The content."""
