"""Reads the sound of a film with FFmpeg."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import av
import numpy as np

from sorairo.video.reading.demuxer import begin_at, decoded, open_media, sound_stream
from sorairo.video.reading.limits import check_sound
from sorairo.video.reading.recordings import Recordings
from sorairo.video.sound import RATE, Sound

_SLIP = 0.02  # seconds: times are rounded; only a longer gap between packets is silence


def read_sound(
    path: Path, start: float, seconds: float, recordings: Recordings = Recordings()
) -> Sound | None:
    """`seconds` of sound from `start` (seconds, on the file's clock); None if there is none.

    It is that of the track that players play, at the times of the joined `recordings`. Gaps become
    silence. The rate is 48 kHz; more than two channels are mixed to stereo.
    """
    with open_media(path) as container:
        stream = sound_stream(container)
        if stream is None:
            return None
        check_sound(path, seconds)
        channels = 1 if stream.codec_context.channels == 1 else 2
        samples = np.zeros((round(seconds * RATE), channels), np.float32)
        if not recordings.are_joined:
            begin_at(container, stream, start)
        has_sound, cursor = False, None
        for time, piece in _pieces(decoded(container, stream, recordings), channels):
            at = round(((start if time is None else time) - start) * RATE)
            if cursor is None or (time is not None and abs(at - cursor) > _SLIP * RATE):
                cursor = at
            if cursor >= len(samples):
                break
            has_sound |= _copy(samples, cursor, piece)
            cursor += len(piece)
    return Sound(samples=samples) if has_sound else None


def has_sound(path: Path) -> bool:
    """Whether a film has sound that can be decoded, wherever in it that begins. Raises FFmpegError
    and MediaError for a file that is no film."""
    with open_media(path) as container:
        stream = sound_stream(container)
        return stream is not None and any(packet.size for packet in container.demux(stream))


def _pieces(
    frames: Iterator[av.AudioFrame], channels: int
) -> Iterator[tuple[float | None, np.ndarray]]:
    """Samples at `RATE` (float32 [n, channels]), each with the time (seconds) of its first one."""
    resampler, source = None, None
    for frame in chain(frames, (None,)):
        shape = frame and (frame.format.name, frame.layout.name, frame.sample_rate)
        if shape != source:
            yield from _resampled(resampler, None, channels)  # flush
            layout = "mono" if channels == 1 else "stereo"
            resampler = av.AudioResampler(format="flt", layout=layout, rate=RATE)
            source = shape
        yield from _resampled(resampler, frame, channels)


def _resampled(
    resampler: av.AudioResampler | None, frame: av.AudioFrame | None, channels: int
) -> Iterator[tuple[float | None, np.ndarray]]:
    for out in resampler.resample(frame) if resampler else ():
        if out is not None:  # a resampler that has nothing to convert returns None at the end
            time = None if out.pts is None else out.time
            yield time, out.to_ndarray().reshape(-1, channels).clip(-1, 1)


def _copy(samples: np.ndarray, cursor: int, piece: np.ndarray) -> bool:
    """Copy `piece` into `samples` from `cursor` on, as far as it fits; whether any of it does."""
    piece = piece[max(0, -cursor) :][: max(0, len(samples) - max(0, cursor))]
    samples[max(0, cursor) : max(0, cursor) + len(piece)] = piece
    return len(piece) > 0
