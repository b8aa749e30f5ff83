"""The part of a file between two times."""

from __future__ import annotations

import math
from pathlib import Path

from sorairo.errors import MediaError

NEAR = 1e-3  # seconds: Matroska rounds times to this, so a frame may be that much late


def span(path: Path, start: float | None, end: float | None, seconds: float) -> tuple[float, float]:
    """`start` and `end` as times from 0 on; negative ones count from the end of the file.

    `seconds` is the length of the file, or infinity if no time is negative. Raises MediaError if
    the range is empty.
    """
    first = 0.0 if start is None else start
    last = math.inf if end is None else end
    first = max(0.0, first + seconds) if first < 0 else first
    last = last + seconds if last < 0 else last
    if not first < last:
        raise MediaError(
            f"There is nothing in {path} from {start or 0:g} s to {end or 0:g} s:"
            " the end must come after the start."
        )
    if first >= seconds:
        raise beyond(path, first, seconds)
    return first, last


def beyond(path: Path, start: float, seconds: float) -> MediaError:
    """The error for a start after the end of the file."""
    return MediaError(f"{path} ends at {seconds:.2f} s: start before that, not at {start:g} s.")
