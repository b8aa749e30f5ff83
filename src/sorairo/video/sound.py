"""The sound of a clip."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sorairo.errors import MediaError

RATE = 48000  # Hz, of every sound that is read: what cameras and browsers use
FADE_SECONDS = 0.01  # long enough that a cut does not click, too short to be heard as a fade


@dataclass(frozen=True, kw_only=True, eq=False)
class Sound:
    """`samples` (float32 [n, channels], full scale is -1 to 1) at `rate` Hz; one or two channels.

    Sample 0 sounds when the first frame of the clip appears. Raises MediaError.
    """

    samples: np.ndarray
    rate: int = RATE

    def __post_init__(self) -> None:
        samples = self.samples
        if samples.dtype != np.float32 or samples.ndim != 2 or samples.shape[1] not in (1, 2):
            raise MediaError(
                "A sound needs samples of float32 and shape [n, 1] or [n, 2],"
                f" not {samples.dtype} {list(samples.shape)}."
            )
        if not 8000 <= self.rate <= 192_000:
            raise MediaError(f"A sound needs 8000 to 192000 samples a second, not {self.rate}.")

    @property
    def channels(self) -> int:
        return self.samples.shape[1]

    @property
    def duration(self) -> float:
        """Seconds."""
        return len(self.samples) / self.rate

    def part(self, start: float, end: float) -> Sound:
        """What sounds from `start` to `end` (s), exactly that long: beyond the ends is silence."""
        first, last = round(start * self.rate), round(end * self.rate)
        samples = np.zeros((max(0, last - first), self.channels), np.float32)
        samples_in_range = self.samples[max(0, first) : max(0, last)]
        skipped = max(0, -first)
        samples[skipped : skipped + len(samples_in_range)] = samples_in_range
        return Sound(samples=samples, rate=self.rate)

    @classmethod
    def joined(cls, parts: Sequence[tuple[float, Sound]], seconds: float) -> Sound:
        """`seconds` of silence, except for the `parts`, each from its time (s) on.

        A part fades over 10 ms wherever it begins or ends inside the whole; what sounds at the same
        time is added. The parts are of one rate; stereo, where one of them is. Raises MediaError.
        """
        rates = {sound.rate for _, sound in parts} or {RATE}
        if len(rates) > 1:
            raise MediaError(
                f"Sounds of {' and '.join(map(str, sorted(rates)))} Hz cannot be joined:"
                " bring them to one rate first."
            )
        rate = rates.pop()
        channels = max((sound.channels for _, sound in parts), default=1)
        whole = np.zeros((round(seconds * rate), channels), np.float32)
        for time, sound in parts:
            first = round(time * rate)
            faded = sound._faded(at_start=first > 0, at_end=first + len(sound.samples) < len(whole))
            placed = faded.part(-first / rate, len(whole) / rate - first / rate)
            whole += placed.samples
        return cls(samples=whole.clip(-1, 1), rate=rate)

    def _faded(self, *, at_start: bool, at_end: bool) -> Sound:
        samples = self.samples.copy()
        count = min(round(FADE_SECONDS * self.rate), len(samples))
        ramp = ((np.arange(count, dtype=np.float32) + 0.5) / max(1, count))[:, None]
        if at_start:
            samples[:count] *= ramp
        if at_end:
            samples[len(samples) - count :] *= ramp[::-1]
        return Sound(samples=samples, rate=self.rate)
