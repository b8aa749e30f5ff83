"""The process that decodes one uploaded file, started by `sandbox`: `python -m
sorairo.server.uploads.sandbox_main FILE LIMITS MAX_SIDE PARENT`. It does not load torch.

It writes the clip to its standard output. If there is none, it writes a header with `error`, a key
of `sandbox.ERROR_MESSAGES`, and `reason`, for the log.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from pathlib import Path
from typing import BinaryIO

from PIL import Image

from sorairo.errors import MediaError, TooLargeError
from sorairo.server.uploads.clip_ipc import EXIT_NO_SPACE, MAX_HEADER, write_clip, write_header
from sorairo.server.uploads.file_types import (
    IMAGE_TYPES,
    MAX_PIXELS,
    declared_size,
    detect_type,
    is_too_large,
)
from sorairo.server.uploads.rlimits import ResourceLimits
from sorairo.video.footage import Footage
from sorairo.video.reading import demuxer, image_reader, limits
from sorairo.video.reading.image_reader import read_picture
from sorairo.video.reading.video_reader import read_video

MAX_VIDEO_PIXELS = 4096 * 4096  # per frame
MAX_FRAMES = 36_000  # ten minutes at 60 fps
MAX_SOUND = 20 * 60  # seconds
MAX_STREAMS = 20  # cameras write six
DEMUXERS = {"mov": "mov", "matroska": "matroska"}  # FFmpeg's demuxers, by detected type
# FFmpeg's decoders; some formats have two, FFmpeg's own and that of a library.
DECODERS = (
    "h264,hevc,vp8,libvpx,vp9,libvpx-vp9,av1,libdav1d,mpeg4,prores,mjpeg,"
    "aac,mp3,mp3float,opus,vorbis,flac,alac,ac3,eac3,pcm_u8,pcm_mulaw,pcm_alaw,"
    "pcm_s16le,pcm_s16be,pcm_s24le,pcm_s24be,pcm_s32le,pcm_s32be,pcm_f32le,pcm_f32be"
)
POLL_INTERVAL = 0.5  # seconds


class CodecError(MediaError):
    """A video or sound codec that is not supported."""


def main() -> None:
    """Decodes the file that the command line names, under its limits."""
    clip_out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # keeps what libraries print out of the clip
    path, allowed = Path(sys.argv[1]), ResourceLimits(**json.loads(sys.argv[2]))
    max_side, parent = int(sys.argv[3]), int(sys.argv[4])
    threading.Thread(target=_exit_with, args=(parent,), daemon=True).start()
    allowed.apply()
    try:
        with clip_out:
            _run(clip_out, path, allowed, max_side or None)
    except OSError:  # from writing: errors of reading are reported
        sys.exit(EXIT_NO_SPACE)


def _exit_with(parent: int) -> None:
    """Ends this process when its parent has ended."""
    while os.getppid() == parent:
        time.sleep(POLL_INTERVAL)
    os._exit(1)


def _run(out: BinaryIO, path: Path, allowed: ResourceLimits, max_side: int | None) -> None:
    try:
        clip = read_upload(path, allowed, max_side)
        _check_output_size(clip, allowed)
    except MemoryError as error:
        kind, reason = "memory", error
    except TooLargeError as error:
        kind, reason = "too_large", error
    except CodecError as error:
        kind, reason = "codec", error
    except Exception as error:  # broken files make decoders raise anything
        kind, reason = "unreadable", error
    else:
        write_clip(out, clip)
        return
    write_header(out, {"error": kind, "reason": f"{type(reason).__name__}: {reason}"[:500]})


def _check_output_size(clip: Footage, allowed: ResourceLimits) -> None:
    sound = clip.sound.samples.nbytes if clip.sound else 0
    if clip.frames.nbytes + sound + MAX_HEADER > allowed.written:
        raise TooLargeError(f"{clip.frames.nbytes} bytes of frames, {sound} of sound")


def read_upload(path: Path, allowed: ResourceLimits, max_side: int | None) -> Footage:
    """The picture or video in a file of a supported type, within the limits. Raises MediaError and
    any exception of a decoder."""
    data = path.read_bytes()
    kind = detect_type(data)
    limits.MAX_PIXEL_BYTES, limits.MAX_SOUND_SECONDS = allowed.pixels, MAX_SOUND
    if kind is None:
        raise MediaError("unsupported file type")
    if kind in IMAGE_TYPES:
        return _picture(path, data, kind, max_side)
    return _video(path, kind, max_side)


def _picture(path: Path, data: bytes, kind: str, max_side: int | None) -> Footage:
    limits.MAX_PICTURE_PIXELS = MAX_PIXELS
    image_reader.FORMATS = (kind.upper(),)
    size = declared_size(data, kind)
    if size is None:
        raise MediaError("incomplete header")
    if is_too_large(*size):
        raise TooLargeError(f"{size} pixels")
    with Image.open(path, formats=image_reader.FORMATS) as image:
        pages = getattr(image, "n_frames", 1)
    limits.check_size(path, pages, *size)  # all pages are decoded at full size
    clip = read_picture(path, None, None, max_side)
    if clip is None:
        raise MediaError(f"not a {kind} file")
    return clip


def _video(path: Path, kind: str, max_side: int | None) -> Footage:
    """Only the listed demuxers and decoders are allowed: others may open further files or URLs."""
    limits.MAX_PICTURE_PIXELS = MAX_VIDEO_PIXELS
    demuxer.OPTIONS.update(format_whitelist=DEMUXERS[kind], codec_whitelist=DECODERS)
    demuxer.DECODER_OPTIONS["max_pixels"] = str(MAX_VIDEO_PIXELS)
    _check_video_header(path)
    return read_video(path, None, None, max_side)


def _check_video_header(path: Path) -> None:
    """Checks the header of a video before frames are decoded. Raises MediaError."""
    with demuxer.open_media(path) as container:
        if len(container.streams) > MAX_STREAMS:
            raise TooLargeError(f"{len(container.streams)} streams")
        stream = demuxer.picture_stream(path, container)
        for each in (stream, *container.streams.audio[:1]):
            if each.codec_context is None or each.codec_context.name not in DECODERS.split(","):
                raise CodecError(f"{each.codec_context and each.codec_context.name}")
        limits.check_picture(path, stream.codec_context.width, stream.codec_context.height)
        seconds = float((stream.duration or 0) * (stream.time_base or 0))
        frames = max(stream.frames, seconds * demuxer.rate(stream))
        if frames > MAX_FRAMES:
            raise TooLargeError(f"{frames:.0f} frames")


if __name__ == "__main__":
    main()
