"""Films whose frames last for stated times, with sounds."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np

from footage import shades
from sorairo.video import Sound


def film(
    path: Path,
    values: list[int],
    times: list[float],
    end: float,
    *,
    sounds: tuple[Any, ...] = (),
    codec: str = "libx264",
) -> Path:
    """Grey frames of `values` at `times`, the last one until `end` (seconds); `sounds` are
    ((start, samples float32 [n]), ...) at 48 kHz."""
    base = Fraction(1, 90_000)
    packets: list[Any] = []
    with av.open(str(path), "w") as container:
        options = {"crf": "4", "bf": "0"} if codec == "libx264" else {}
        stream: Any = container.add_stream(codec, rate=25, options=options)
        stream.width = stream.height = 32
        stream.pix_fmt = "yuv420p"
        stream.codec_context.time_base = stream.time_base = base
        voices = [container.add_stream("aac", rate=48000, layout="mono") for _ in sounds]
        ticks = [round(each * 90_000) for each in [*times, end]]
        for frame, tick in zip(shades(values), ticks, strict=False):
            picture = av.VideoFrame.from_ndarray(frame, format="rgb24")
            picture.pts, picture.time_base = tick, base
            packets += stream.encode(picture)
        packets += stream.encode(None)
        lengths = dict(zip(ticks, np.diff(ticks).tolist(), strict=False))
        for packet in packets:
            packet.duration = lengths[round(packet.pts * packet.time_base * 90_000)]
        for voice, (start, samples) in zip(voices, sounds, strict=True):
            packets += _sound_packets(voice, start, samples)
        for packet in sorted(packets, key=lambda each: float((each.dts or 0) * each.time_base)):
            container.mux(packet)
    return path


def _sound_packets(stream: Any, start: float, samples: np.ndarray) -> list[Any]:
    packets = []
    for at in range(0, len(samples), 1024):
        piece = np.ascontiguousarray(samples[None, at : at + 1024])
        frame = av.AudioFrame.from_ndarray(piece, format="fltp", layout="mono")
        frame.sample_rate, frame.time_base = 48000, Fraction(1, 48000)
        frame.pts = round(start * 48000) + at
        packets += stream.encode(frame)
    return [*packets, *stream.encode(None)]


def tone(hertz: float, seconds: float) -> np.ndarray:
    return (0.3 * np.sin(np.arange(round(seconds * 48000)) * 2 * np.pi * hertz / 48000)).astype(
        np.float32
    )


def pitch(sound: Sound) -> float:
    spectrum = np.abs(np.fft.rfft(sound.samples[:, 0]))
    return float(np.argmax(spectrum)) / sound.duration
