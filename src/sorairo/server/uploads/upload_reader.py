"""Reads uploaded files in the sandbox: only listed formats and codecs, within limits that are
checked by the header and the packets before anything is decoded."""

from __future__ import annotations

import math
from pathlib import Path

from av.container import InputContainer
from av.video.stream import VideoStream
from PIL import Image

from sorairo.errors import MediaError, TooLargeError
from sorairo.server.uploads.file_types import (
    IMAGE_TYPES,
    MAX_PIXELS,
    declared_size,
    detect_type,
    is_too_large,
)
from sorairo.server.uploads.media_info import MediaInfo
from sorairo.server.uploads.rlimits import ResourceLimits
from sorairo.video.footage import Footage
from sorairo.video.reading import demuxer, image_reader, limits
from sorairo.video.reading.colors.frame_pixels import is_turned
from sorairo.video.reading.image_reader import STILL_FPS, read_picture
from sorairo.video.reading.probe import probe_length
from sorairo.video.reading.video_reader import read_video, shown_size

MAX_VIDEO_PIXELS = 4096 * 4096  # per frame
MAX_FRAMES = 36_000  # ten minutes at 60 fps
MAX_SECONDS = 20 * 60  # of frames and of sound
MAX_STREAMS = 20  # cameras write six
PROBED_SIDE = 16  # pixels: to learn the length of an animation, its pages are decoded so small
DEMUXERS = {"mov": "mov", "matroska": "matroska"}  # FFmpeg's demuxers, by detected type
# FFmpeg's decoders; some formats have two, FFmpeg's own and that of a library.
DECODERS = (
    "h264,hevc,vp8,libvpx,vp9,libvpx-vp9,av1,libdav1d,mpeg4,prores,mjpeg,"
    "aac,mp3,mp3float,opus,vorbis,flac,alac,ac3,eac3,pcm_u8,pcm_mulaw,pcm_alaw,"
    "pcm_s16le,pcm_s16be,pcm_s24le,pcm_s24be,pcm_s32le,pcm_s32be,pcm_f32le,pcm_f32be"
)


class CodecError(MediaError):
    """A video or sound codec that is not supported."""


def read_upload(
    path: Path, allowed: ResourceLimits, max_side: int | None, seconds: float | None = None
) -> Footage:
    """The picture or video in a file of a supported type, within the limits; of a video, at most
    its first `seconds`. Raises MediaError and any exception of a decoder."""
    kind = _prepare(path, allowed)
    if kind in IMAGE_TYPES:
        clip = read_picture(path, None, None, max_side)
        if clip is None:
            raise MediaError(f"not a {kind} file")
        return clip
    with demuxer.open_media(path) as container:
        _checked_stream(path, container)
    if seconds is None:
        _check_packets(path)
        probe_length(path, _check_length)
    return read_video(path, None, seconds, max_side)


def inspect_upload(path: Path, allowed: ResourceLimits) -> MediaInfo:
    """Size and length of what `read_upload` returns. Of a video, one frame is decoded. Raises what
    `read_upload` raises."""
    kind = _prepare(path, allowed)
    if kind in IMAGE_TYPES:
        return _picture_info(path)
    with demuxer.open_media(path) as container:
        _checked_stream(path, container)
    _check_packets(path)
    num_frames, fps = probe_length(path, _check_length)
    with demuxer.open_media(path) as container:
        stream = demuxer.picture_stream(path, container)
        frame = next(demuxer.decoded(container, stream), None)
        if frame is None:
            raise MediaError("no frame can be decoded")
        width, height = shown_size(path, stream, frame, None)
        if is_turned(frame):
            width, height = height, width
    return MediaInfo(width=width, height=height, num_frames=num_frames, fps=fps)


def _prepare(path: Path, allowed: ResourceLimits) -> str:
    """Sets limits and allow-lists for the type of the file, and returns the type."""
    data = path.read_bytes()
    kind = detect_type(data)
    limits.MAX_PIXEL_BYTES, limits.MAX_SOUND_SECONDS = allowed.pixels, MAX_SECONDS
    if kind is None:
        raise MediaError("unsupported file type")
    if kind in IMAGE_TYPES:
        limits.MAX_PICTURE_PIXELS = MAX_PIXELS
        image_reader.FORMATS = (kind.upper(),)
        _check_picture(path, data, kind)
        return kind
    # Only the listed demuxers and decoders are allowed: others may open further files or URLs.
    limits.MAX_PICTURE_PIXELS = MAX_VIDEO_PIXELS
    demuxer.OPTIONS.update(
        format_whitelist=DEMUXERS[kind], codec_whitelist=DECODERS, protocol_whitelist="file"
    )
    demuxer.DECODER_OPTIONS["max_pixels"] = str(MAX_VIDEO_PIXELS)
    return kind


def _check_picture(path: Path, data: bytes, kind: str) -> None:
    size = declared_size(data, kind)
    if size is None:
        raise MediaError("incomplete header")
    if is_too_large(*size):
        raise TooLargeError(f"{size} pixels")
    with Image.open(path, formats=image_reader.FORMATS) as image:
        pages = getattr(image, "n_frames", 1)
    limits.check_size(path, pages, *size)  # all pages are decoded at full size


def _picture_info(path: Path) -> MediaInfo:
    with Image.open(path, formats=image_reader.FORMATS) as image:
        (width, height), pages = image.size, getattr(image, "n_frames", 1)
        if image.getexif().get(0x0112, 1) >= 5:  # orientation: turned by a quarter
            width, height = height, width
    if pages == 1:
        return MediaInfo(width=width, height=height, num_frames=1, fps=STILL_FPS)
    found = read_picture(path, None, None, PROBED_SIDE)
    if found is None:
        raise MediaError("not a picture")
    return MediaInfo(width=width, height=height, num_frames=found.num_frames, fps=found.fps)


def _checked_stream(path: Path, container: InputContainer) -> VideoStream:
    """The stream that is read, after a check of the header. Raises MediaError."""
    if len(container.streams) > MAX_STREAMS:
        raise TooLargeError(f"{len(container.streams)} streams")
    stream = demuxer.picture_stream(path, container)
    sound = demuxer.sound_stream(container)
    for each in (stream, *([sound] if sound else container.streams.audio[:1])):
        if each.codec_context is None or each.codec_context.name not in DECODERS.split(","):
            raise CodecError(f"{each.codec_context and each.codec_context.name}")
    limits.check_picture(path, stream.codec_context.width, stream.codec_context.height)
    declared = float((stream.duration or 0) * (stream.time_base or 0))
    _check_length(max(stream.frames, declared * demuxer.rate(stream)), declared)
    return stream


def _check_length(frames: float, seconds: float) -> None:
    if frames > MAX_FRAMES or seconds > MAX_SECONDS:
        raise TooLargeError(f"{frames:.0f} frames, {seconds:.0f} seconds")


def _check_packets(path: Path) -> None:
    """Raises TooLargeError if the packets of a video last too long, also where an edit list hides
    most of that time: a decoder need not obey it."""
    with demuxer.open_media(path) as container:
        stream, first, end = demuxer.picture_stream(path, container), math.inf, -math.inf
        for number, packet in enumerate(container.demux(stream), start=1):
            if packet.pts is None or not packet.time_base:
                continue
            first = min(first, float(packet.pts * packet.time_base))
            end = max(end, float((packet.pts + (packet.duration or 0)) * packet.time_base))
            _check_length(min(number, MAX_FRAMES), end - first)
