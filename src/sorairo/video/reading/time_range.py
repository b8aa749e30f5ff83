"""A part of a file, in seconds."""

from __future__ import annotations

import math
from pathlib import Path

from sorairo.errors import MediaError

NEAR = 1e-3  # s: Matroska rounds times to this, so a frame may come that much late


def span(path: Path, start: float | None, end: float | None, seconds: float) -> tuple[float, float]:
    """The (start, end) that is meant, where negative times count from the end of the file's
    `seconds` (infinite where no time is negative, and it need not be known).

    Raises MediaError where it holds nothing.
    """
    first = 0.0 if start is None else start
    last = math.inf if end is None else end
    first = max(0.0, first + seconds) if first < 0 else first
    last = last + seconds if last < 0 else last
    if not first < last:
        raise MediaError(
            f"There is nothing in {path} from {start or 0:g} s to {end or 0:g} s:"
            " name an end that comes after the start."
        )
    if first >= seconds:
        raise beyond(path, first, seconds)
    return first, last


def beyond(path: Path, start: float, seconds: float) -> MediaError:
    """The error for a start that the file does not reach."""
    return MediaError(f"{path} ends at {seconds:.2f} s: start before that, not at {start:g} s.")
