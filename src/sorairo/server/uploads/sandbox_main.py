"""A process that decodes one file that a stranger sent, and ends: `python -m
sorairo.server.uploads.sandbox_main FILE BOUNDS MAX_SIDE PARENT`, started by `sandbox`. It loads no
torch.

The clip goes to its standard output; where there is none, a header with the kind of the trouble,
and its reason, for the log.
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
from sorairo.server.uploads.clip_ipc import MOST_HEADER, NO_ROOM, put_clip, put_head
from sorairo.server.uploads.file_types import (
    MOST_PIXELS,
    PICTURES,
    declared_size,
    is_too_large,
    kind_of,
)
from sorairo.server.uploads.rlimits import ResourceLimits
from sorairo.video.footage import Footage
from sorairo.video.reading import demuxer, image_reader, limits
from sorairo.video.reading.image_reader import read_picture
from sorairo.video.reading.video_reader import read_video

MOST_FILM_PIXELS = 4096 * 4096  # of a frame
MOST_FRAMES = 36_000  # ten minutes, at 60 a second
MOST_SOUND = 20 * 60  # seconds
MOST_STREAMS = 20  # of a file; cameras write six
DEMUXERS = {"mov": "mov", "matroska": "matroska"}  # FFmpeg's, for the kinds that are sniffed
# FFmpeg's decoders, some by two names: its own, and a library's.
DECODERS = (
    "h264,hevc,vp8,libvpx,vp9,libvpx-vp9,av1,libdav1d,mpeg4,prores,mjpeg,"
    "aac,mp3,mp3float,opus,vorbis,flac,alac,ac3,eac3,pcm_u8,pcm_mulaw,pcm_alaw,"
    "pcm_s16le,pcm_s16be,pcm_s24le,pcm_s24be,pcm_s32le,pcm_s32be,pcm_f32le,pcm_f32be"
)
LOOK_EVERY = 0.5  # seconds, whether anybody still waits


class CodecError(MediaError):
    """A film whose pictures or sound are coded in a way that is not taken."""


def main() -> None:
    clip_out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints is no part of a clip
    path, bounds = Path(sys.argv[1]), ResourceLimits(**json.loads(sys.argv[2]))
    max_side, parent = int(sys.argv[3]), int(sys.argv[4])
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()
    bounds.impose()
    try:
        with clip_out:
            _answer(clip_out, path, bounds, max_side or None)
    except OSError:  # reading raises none
        sys.exit(NO_ROOM)


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(LOOK_EVERY)
    os._exit(1)


def _answer(out: BinaryIO, path: Path, bounds: ResourceLimits, max_side: int | None) -> None:
    try:
        clip = read_strange(path, bounds, max_side)
        _check_written(clip, bounds)
    except MemoryError as error:
        trouble, reason = "hungry", error
    except TooLargeError as error:
        trouble, reason = "large", error
    except CodecError as error:
        trouble, reason = "codec", error
    except Exception as error:  # there is none that a broken file has not made a decoder raise
        trouble, reason = "unreadable", error
    else:
        put_clip(out, clip)
        return
    put_head(out, {"trouble": trouble, "reason": f"{type(reason).__name__}: {reason}"[:500]})


def _check_written(clip: Footage, bounds: ResourceLimits) -> None:
    sound = clip.sound.samples.nbytes if clip.sound else 0
    if clip.frames.nbytes + sound + MOST_HEADER > bounds.written:
        raise TooLargeError(f"{clip.frames.nbytes} bytes of frames, {sound} of sound")


def read_strange(path: Path, bounds: ResourceLimits, max_side: int | None) -> Footage:
    """The picture or film, if it is of a kind that is taken and within the bounds. Raises
    MediaError, and whatever decoders raise."""
    data = path.read_bytes()
    kind = kind_of(data)
    limits.MAX_PIXEL_BYTES, limits.MAX_SOUND_SECONDS = bounds.pixels, MOST_SOUND
    if kind is None:
        raise MediaError("of no kind that is taken")
    if kind in PICTURES:
        return _picture(path, data, kind, max_side)
    return _film(path, kind, max_side)


def _picture(path: Path, data: bytes, kind: str, max_side: int | None) -> Footage:
    limits.MAX_PICTURE_PIXELS = MOST_PIXELS
    image_reader.FORMATS = (kind.upper(),)
    size = declared_size(data, kind)
    if size is None:
        raise MediaError("no whole header")
    if is_too_large(*size):
        raise TooLargeError(f"{size} pixels")
    with Image.open(path, formats=image_reader.FORMATS) as image:
        pages = getattr(image, "n_frames", 1)
    limits.check_size(path, pages, *size)  # all are decoded as large as they are
    clip = read_picture(path, None, None, max_side)
    if clip is None:
        raise MediaError(f"no {kind}")
    return clip


def _film(path: Path, kind: str, max_side: int | None) -> Footage:
    """With no other demuxer and no other decoders than those that are named here, so that none
    opens a second file or an address."""
    limits.MAX_PICTURE_PIXELS = MOST_FILM_PIXELS
    demuxer.OPTIONS.update(format_whitelist=DEMUXERS[kind], codec_whitelist=DECODERS)
    demuxer.DECODER_OPTIONS["max_pixels"] = str(MOST_FILM_PIXELS)
    _check_film(path)
    return read_video(path, None, None, max_side)


def _check_film(path: Path) -> None:
    """By its header, before a frame is kept. Raises MediaError."""
    with demuxer.open_media(path) as container:
        if len(container.streams) > MOST_STREAMS:
            raise TooLargeError(f"{len(container.streams)} streams")
        stream = demuxer.picture_stream(path, container)
        for each in (stream, *container.streams.audio[:1]):
            if each.codec_context is None or each.codec_context.name not in DECODERS.split(","):
                raise CodecError(f"{each.codec_context and each.codec_context.name}")
        limits.check_picture(path, stream.codec_context.width, stream.codec_context.height)
        seconds = float((stream.duration or 0) * (stream.time_base or 0))
        frames = max(stream.frames, seconds * demuxer.rate(stream))
        if frames > MOST_FRAMES:
            raise TooLargeError(f"{frames:.0f} frames")


if __name__ == "__main__":
    main()
