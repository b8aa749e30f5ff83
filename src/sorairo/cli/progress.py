"""How far a command is, on stderr: a line that is drawn again in a terminal, else a line every ten
seconds."""

from __future__ import annotations

import shutil
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from sorairo.cli.console import is_quiet

EVERY = 10.0  # seconds between the lines where stderr is no terminal
_DRAWN_EVERY = 0.1  # seconds between drawings in a terminal
_WIDTH = 20  # characters of the bar


class Progress:
    """What is being done, and how much of it."""

    def __init__(self, label: str, *, interactive: bool) -> None:
        self._label, self._interactive = label, interactive
        self._began = self._drawn = time.monotonic()
        self._done, self._total, self._first = 0, 0, 0
        self._started = self._began  # of the work itself: when its first step was done

    def update(self, done: int, total: int) -> None:
        """Set how many of how many steps are done."""
        if not self._total:
            self._first, self._started = done, time.monotonic()
        self._done, self._total = done, total
        if self._interactive:
            self.draw()

    def draw(self) -> None:
        """Print the state, if that was not done a moment ago."""
        now = time.monotonic()
        if now - self._drawn < (_DRAWN_EVERY if self._interactive else EVERY):
            return
        self._drawn = now
        _write(f"\r{self._fitted()}\x1b[K" if self._interactive else f"{self.text()}\n")

    def text(self) -> str:
        """The state in words, such as "Making clip 2 of 4: 38 %, 12 s left"."""
        if not self._total:
            return f"{self._label}: {duration_text(time.monotonic() - self._began)}"
        share = min(1.0, self._done / self._total)
        parts = [f"{share:.0%}".replace("%", " %")]
        left = self._left()
        if left is not None:
            parts.append(f"{duration_text(left)} left")
        return f"{self._label}: {', '.join(parts)}"

    def clear(self) -> None:
        """Remove the line from a terminal."""
        if self._interactive:
            _write("\r\x1b[K")

    def _left(self) -> float | None:
        """Seconds until the end, at the speed until now."""
        made = self._done - self._first
        if made <= 0:
            return None
        return (time.monotonic() - self._started) / made * (self._total - self._done)

    def _fitted(self) -> str:
        width = shutil.get_terminal_size().columns - 1
        text = self.text()
        if self._total and len(text) + _WIDTH + 3 <= width:
            full = round(_WIDTH * min(1.0, self._done / self._total))
            text += f"  [{'#' * full}{'.' * (_WIDTH - full)}]"
        return text[: max(1, width)]


@contextmanager
def progress_bar(label: str) -> Iterator[Callable[[int, int], None]]:
    """A function of (done, total) steps, which shows them with the time left while the block runs.
    Until it is first called, the time that has passed is shown."""
    if is_quiet() or sys.stderr is None:
        yield lambda _done, _total: None
        return
    interactive = sys.stderr.isatty()
    progress, ended = Progress(label, interactive=interactive), threading.Event()

    def tick() -> None:
        while not ended.wait(1.0):
            progress.draw()

    if interactive:
        _write(f"{progress.text().partition(':')[0]} ...")
    ticker = threading.Thread(target=tick, daemon=True)
    ticker.start()
    try:
        yield progress.update
    finally:
        ended.set()
        ticker.join()
        progress.clear()


def _write(text: str) -> None:
    with suppress(OSError, ValueError):
        sys.stderr.write(text)
        sys.stderr.flush()


def duration_text(seconds: float) -> str:
    """(75) -> "1 min 15 s"."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
