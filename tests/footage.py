"""Generates films like those of phones and cameras."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np


def quarters(height: int = 32, width: int = 48) -> np.ndarray:
    """A picture whose four quarters are red, green, blue and white: uint8 [H, W, 3]."""
    frame = np.zeros((height, width, 3), np.uint8)
    frame[: height // 2, : width // 2] = (220, 20, 20)
    frame[: height // 2, width // 2 :] = (20, 200, 20)
    frame[height // 2 :, : width // 2] = (20, 20, 220)
    frame[height // 2 :, width // 2 :] = 255
    return frame


def close(a: np.ndarray, b: np.ndarray) -> bool:
    """Equal except at the borders, where 4:2:0 blurs colour."""
    return bool((np.abs(a.astype(int) - b.astype(int)).max(axis=-1) < 12).mean() > 0.8)


def shades(values: list[int], height: int = 32, width: int = 32) -> list[np.ndarray]:
    """Grey frames, one per value."""
    return [np.full((height, width, 3), value, np.uint8) for value in values]


def shade_of(frames: np.ndarray) -> np.ndarray:
    return frames.astype(float).mean(axis=(1, 2, 3))


def write_video(
    path: Path,
    frames: list[np.ndarray],
    times: list[int],
    *,
    codec: str = "libx264",
    pixel_format: str = "yuv420p",
    settings: dict[str, str] | None = None,
    rotation: int | None = None,
    aspect: Fraction | None = None,
    matrix: str | None = None,
    colours: dict[str, Any] | None = None,
    sound: np.ndarray | None = None,
    time_base: Fraction = Fraction(1, 1000),
    full_range: bool = False,
    end: int | None = None,
) -> Path:
    """A film whose frames (uint8 or uint16 [H, W, 3 or 4]) are shown at `times`, in 1/1000 s.

    The last frame stays until `end`, if the encoder has no B-frames. `sound` is float32 [n,
    channels] at 48 kHz; the frames are coded with the coefficients `matrix`; `colours` is what the
    file says about them.
    """
    settings = {"crf": "4"} if settings is None else settings
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream(codec, rate=25, options=settings)
        stream.height, stream.width = frames[0].shape[:2]
        stream.pix_fmt = pixel_format
        stream.codec_context.time_base = time_base
        if rotation is not None:
            stream.set_display_rotation(rotation)
        if aspect is not None:
            stream.codec_context.sample_aspect_ratio = aspect
        for name, value in (colours or {}).items():
            setattr(stream.codec_context, name, value)
        voice: Any = None
        if sound is not None:
            codec_name = "libopus" if path.suffix == ".webm" else "aac"
            layout = "mono" if sound.shape[1] == 1 else "stereo"
            voice = container.add_stream(codec_name, rate=48000, layout=layout)
        for frame, time in zip(frames, times, strict=True):
            depth = {(3, 1): "rgb24", (3, 2): "rgb48le", (4, 1): "rgba"}
            name = depth[frame.shape[2], frame.dtype.itemsize]
            picture = av.VideoFrame.from_ndarray(frame, format=name)
            if matrix:
                picture = picture.reformat(
                    format=pixel_format,
                    dst_colorspace=matrix,
                    dst_color_range=2 if full_range else 1,
                )
            picture.pts, picture.time_base = round(time / 1000 / time_base), time_base
            _mux(container, stream.encode(picture), times, end)
        _mux(container, stream.encode(None), times, end)
        if sound is not None:
            _write_sound(container, voice, sound)
    return path


def _mux(container: Any, packets: list[Any], times: list[int], end: int | None) -> None:
    for packet in packets:
        if end is not None and round(1000 * packet.pts * packet.time_base) == times[-1]:
            packet.duration = round((end - times[-1]) / 1000 / packet.time_base)
        container.mux(packet)


def _write_sound(container: Any, stream: Any, sound: np.ndarray) -> None:
    layout = "mono" if sound.shape[1] == 1 else "stereo"
    frame = av.AudioFrame.from_ndarray(
        np.ascontiguousarray(sound.reshape(1, -1)), format="flt", layout=layout
    )
    frame.sample_rate, frame.pts, frame.time_base = 48000, 0, Fraction(1, 48000)
    target = "flt" if stream.codec_context.name == "libopus" else "fltp"
    resampler = av.AudioResampler(target, layout, 48000, stream.codec_context.frame_size or 960)
    for piece in [*resampler.resample(frame), *resampler.resample(None)]:
        if piece is not None:
            container.mux(stream.encode(piece))
    container.mux(stream.encode(None))
