"""A line that says how far the making of clips is, how fast it goes, and how long it takes."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from sorairo.training.data.production.jobs import JobResult

EVERY = 30.0  # seconds between lines, where output is no terminal


@runtime_checkable
class Terminal(Protocol):
    """A text stream, as `sys.stderr`."""

    def write(self, text: str, /) -> int: ...

    def flush(self) -> None: ...

    def isatty(self) -> bool: ...


@dataclass
class ProductionProgress:
    """Counts clips and prints lines."""

    total: int
    """Clips that are wanted."""
    done: int = 0
    """Clips that were there before."""
    stream: Terminal = field(default_factory=lambda: sys.stderr)
    made: int = 0
    """Clips made since."""
    seconds: float = 0.0
    """CPU seconds spent in them."""
    start: float = field(default_factory=time.monotonic)
    printed: float = field(default_factory=lambda: time.monotonic() - EVERY)

    def add(self, made: JobResult) -> None:
        """Counts a shard, and prints a line if it is time."""
        if made.seconds:
            self.made, self.seconds = self.made + made.clips, self.seconds + made.seconds
        else:  # by another process
            self.done += made.clips
        self.show()

    def show(self) -> None:
        """Prints a line, if it is time."""
        terminal, now = self.stream.isatty(), time.monotonic()
        finished = self.done + self.made >= self.total
        if terminal or finished or now - self.printed >= EVERY:
            self.printed = now
            end = "\n" if finished or not terminal else "\033[K\r"
            print(self.line(now - self.start), end=end, file=self.stream, flush=True)

    def line(self, elapsed: float) -> str:
        """The line after `elapsed` seconds."""
        text = f"{self.done + self.made:,} of {self.total:,} clips"
        if not self.made:
            return text
        hourly = 3600 * self.made / self.seconds
        left = self.total - self.done - self.made
        return (
            f"{text}; {hourly:,.0f} an hour and core, {3600 * self.made / elapsed:,.0f} an hour;"
            f" {duration(left * elapsed / self.made)} left"
        )


def duration(seconds: float) -> str:
    """A length of time in words: "2 h 05 min", "3 min", "40 s"."""
    if seconds < 60:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes // 60} h {minutes % 60:02d} min" if minutes >= 60 else f"{minutes} min"
