"""Writes mp4 files (H.264 and AAC) that browsers play; equal clips give equal bytes."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc, Interpolation

from sorairo.interruption import check_interrupted
from sorairo.video.sound import Sound
from sorairo.video.writing.audio_encoder import AacEncoder

CRF = 16  # constant rate factor of x264: 0 is lossless, 18 looks lossless, 51 is worst

# Without cpu-independent, x264's vector code made two different files from the same frames.
_X264 = {"crf": str(CRF), "x264-params": "cpu-independent=1"}

# The tags that mp4 can store; FFmpeg silently drops others.
MP4_TAGS = ("title", "artist", "comment", "copyright", "date", "description", "genre")

_ACCURATE = (
    Interpolation.AREA
    | Interpolation.ACCURATE_RND
    | Interpolation.FULL_CHR_H_INT
    | Interpolation.FULL_CHR_H_INP
    | Interpolation.BITEXACT
)


def write_mp4(
    path: Path,
    frames: np.ndarray,
    fps: float,
    metadata: dict[str, str],
    sound: Sound | None = None,
) -> None:
    """Write `frames` (uint8 [F, H, W, 3], sRGB) as H.264, 4:2:0, BT.709, index first (faststart).

    4:2:0 needs an even width and height: the last row or column of an odd size is repeated. One
    encoder thread and "bitexact" make the bytes independent of the number of cores and of the
    clock. `sound` is encoded as AAC, as long as the frames.
    """
    frames = _even(frames)
    rate = _fraction(fps)
    options = {"movflags": "+faststart", "fflags": "+bitexact"}
    with av.open(f"file:{path}", "w", format="mp4", options=options) as container:
        container.metadata.update(metadata)
        stream = container.add_stream("libx264", rate=rate, options=_X264)
        stream.width, stream.height = frames.shape[2], frames.shape[1]
        stream.pix_fmt = "yuv420p"
        context = stream.codec_context
        context.time_base = 1 / rate
        context.thread_count = 1
        context.gop_size = max(1, round(2 * fps))  # a key frame every two seconds, for seeking
        context.colorspace = Colorspace.ITU709
        context.color_range = ColorRange.MPEG
        context.color_primaries = ColorPrimaries.BT709
        context.color_trc = ColorTrc.BT709
        audio = AacEncoder(container, sound, len(frames) / fps) if sound else None
        for index, pixels in enumerate(frames):
            check_interrupted()
            picture = _to_yuv(pixels)
            picture.pts = index
            picture.time_base = 1 / rate
            picture.duration = 1
            container.mux(stream.encode(picture))
            if audio:
                audio.write_until((index + 1) / fps)
        container.mux(stream.encode(None))
        if audio:
            audio.finish()


def _fraction(fps: float) -> Fraction:
    """The rate as a fraction of small numbers, as 30000/1001 is; slides have rates far below 1."""
    fps = float(fps)  # a number of NumPy is no Rational
    if fps < 1:
        return 1 / Fraction(1 / fps).limit_denominator(1001)
    return Fraction(fps).limit_denominator(1001)


def _to_yuv(pixels: np.ndarray) -> av.VideoFrame:
    picture = av.VideoFrame.from_ndarray(np.ascontiguousarray(pixels), format="rgb24")
    return picture.reformat(
        format="yuv420p",
        interpolation=_ACCURATE,
        dst_colorspace=Colorspace.ITU709,
        src_color_range=ColorRange.JPEG,
        dst_color_range=ColorRange.MPEG,
        threads=1,
    )


def _even(frames: np.ndarray) -> np.ndarray:
    height, width = frames.shape[1:3]
    if height % 2 == width % 2 == 0:  # np.pad would copy the clip
        return frames
    return np.pad(frames, ((0, 0), (0, height % 2), (0, width % 2), (0, 0)), mode="edge")
