"""The sound of a clip, as samples."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sorairo.errors import MediaError

RATE = 48000  # Hz, of every sound that is read; cameras and browsers use it
FADE_SECONDS = 0.01  # long enough that a cut does not click, too short to sound like a fade


@dataclass(frozen=True, kw_only=True, eq=False)
class Sound:
    """Sound in one or two channels. Raises MediaError for invalid values."""

    samples: np.ndarray
    """float32 [n, channels], full scale -1 to 1. Sample 0 plays with the first frame."""
    rate: int = RATE
    """Samples per second."""

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
        """1 (mono) or 2 (stereo)."""
        return self.samples.shape[1]

    @property
    def duration(self) -> float:
        """The length in seconds."""
        return len(self.samples) / self.rate

    def part(self, start: float, end: float) -> Sound:
        """The sound from `start` to `end` (seconds), padded with silence where there is none."""
        first, last = round(start * self.rate), round(end * self.rate)
        samples = np.zeros((max(0, last - first), self.channels), np.float32)
        samples_in_range = self.samples[max(0, first) : max(0, last)]
        skipped = max(0, -first)
        samples[skipped : skipped + len(samples_in_range)] = samples_in_range
        return Sound(samples=samples, rate=self.rate)

    def reversed(self) -> Sound:
        """The sound played backwards."""
        return Sound(samples=np.ascontiguousarray(self.samples[::-1]), rate=self.rate)

    @classmethod
    def joined(cls, parts: Sequence[tuple[float, Sound]], seconds: float) -> Sound:
        """A sound of `seconds` in which each of the `parts` (time in seconds, sound) is mixed.

        Parts that overlap are added. A part that begins or ends inside the result fades over 10 ms.
        All parts must have the same rate; the result is stereo if one of them is. Raises
        MediaError.
        """
        rates = {sound.rate for _, sound in parts} or {RATE}
        if len(rates) > 1:
            raise MediaError(
                f"Sounds of {' and '.join(map(str, sorted(rates)))} Hz cannot be joined:"
                " resample them to one rate first."
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
