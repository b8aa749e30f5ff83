"""Encodes the sound of an mp4 as AAC."""

from __future__ import annotations

from fractions import Fraction

import av
import numpy as np
from av.container import OutputContainer

from sorairo.errors import MediaError
from sorairo.video.sound import RATE, Sound

BIT_RATE = 128_000  # bits per second for one or two channels; FFmpeg's encoder is good at it
_FRAME = 1024  # samples per AAC packet


class AacEncoder:
    """The sound stream of an mp4 that is being written, interleaved with its frames."""

    def __init__(self, container: OutputContainer, sound: Sound, seconds: float) -> None:
        """Add the stream to the container. `sound` is cut or padded with silence to `seconds`.
        Raises MediaError for samples that are no numbers."""
        samples = _resampled(sound).part(0, seconds).samples
        if not np.isfinite(samples).all():
            raise MediaError("A sound cannot have samples that are infinite or nan: replace them.")
        self._container, self._samples, self._written = container, samples, 0
        self._layout = "mono" if samples.shape[1] == 1 else "stereo"
        self._stream = container.add_stream(
            "aac", rate=RATE, layout=self._layout, options={"flags": "+bitexact"}
        )
        self._stream.bit_rate = BIT_RATE

    def write_until(self, seconds: float) -> None:
        """Encode the sound up to `seconds`, in whole packets."""
        while self._written + _FRAME <= min(seconds * RATE, len(self._samples)):
            self._encode(self._samples[self._written : self._written + _FRAME])

    def finish(self) -> None:
        """Encode the rest of the sound and flush the encoder."""
        while self._written < len(self._samples):
            self._encode(self._samples[self._written : self._written + _FRAME])
        self._container.mux(self._stream.encode(None))

    def _encode(self, samples: np.ndarray) -> None:
        planes = np.ascontiguousarray(samples.T)
        frame = av.AudioFrame.from_ndarray(planes, format="fltp", layout=self._layout)
        frame.sample_rate, frame.pts = RATE, self._written
        frame.time_base = Fraction(1, RATE)
        self._container.mux(self._stream.encode(frame))
        self._written += len(samples)


def _resampled(sound: Sound) -> Sound:
    if sound.rate == RATE or not len(sound.samples):
        return Sound(samples=sound.samples, rate=RATE)
    layout = "mono" if sound.channels == 1 else "stereo"
    frame = av.AudioFrame.from_ndarray(
        np.ascontiguousarray(sound.samples.reshape(1, -1)), format="flt", layout=layout
    )
    frame.sample_rate, frame.pts, frame.time_base = sound.rate, 0, Fraction(1, sound.rate)
    resampler = av.AudioResampler(format="flt", layout=layout, rate=RATE)
    pieces = [*resampler.resample(frame), *resampler.resample(None)]
    rows = [piece.to_ndarray().reshape(-1, sound.channels) for piece in pieces]
    samples = np.concatenate([np.zeros((0, sound.channels), np.float32), *rows])
    return Sound(samples=samples, rate=RATE)
