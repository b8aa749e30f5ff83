"""Opens media files with FFmpeg and decodes their packets."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, cast

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.error import FFmpegError
from av.format import Flags
from av.stream import Disposition
from av.video.stream import VideoStream

from sorairo.errors import MediaError

# Containers of films. Playlists (hls, concat...) are left out: they name other files and addresses.
_FORMATS = (
    "mov,matroska,avi,mpegts,mpeg,mpegvideo,flv,asf,ogg,mxf,nut,rm,dv,ivf,obu,av1,h264,hevc,m4v,"
    "mjpeg,yuv4mpegpipe,wav,mp3,aac,flac,w64,aiff,ac3,caf"
)
OPTIONS = {"format_whitelist": _FORMATS, "protocol_whitelist": "file"}  # for every file
DECODER_OPTIONS: dict[str, str] = {}  # for every video decoder

# Brands of still pictures, ISO/IEC 23008-12; FFmpeg would return only the first tile.
_STILL_BRANDS = ("heic", "heix", "heim", "heis", "mif1", "msf1", "avif", "avis")

DEFAULT_FPS = 25.0  # of a stream without a frame rate

_EARLIER = 1.0  # seconds: key frames are found by their decoding time, before they are shown


def open_media(path: Path) -> InputContainer:
    """Open a media file. Raises FFmpegError if it is none, MediaError for HEIF pictures."""
    container = av.open(f"file:{path}", options=OPTIONS, metadata_errors="replace")
    if container.metadata.get("major_brand", "").strip() in _STILL_BRANDS:
        container.close()
        raise MediaError(
            f"{path} is a HEIF picture, which cannot be read here: save it as .jpg or .png first."
        )
    return container


def picture_stream(path: Path, container: InputContainer) -> VideoStream:
    """The first video stream that is not an attached cover picture. Raises MediaError."""
    for stream in container.streams.video:
        if stream.disposition & Disposition.attached_pic:
            continue
        if cast(Any, stream.codec_context) is None:
            raise MediaError(f"{path} is in an unknown format: convert it to .mp4.")
        stream.thread_type = "AUTO"
        stream.codec_context.options = dict(DECODER_OPTIONS)
        return stream
    if not container.streams.audio:
        raise MediaError(f"{path} is empty or cut off: copy it again.")
    raise MediaError(f"{path} has only sound: name a picture or a video.")


def rate(stream: VideoStream) -> float:
    """Frames per second, from the header."""
    return float(stream.average_rate or stream.guessed_rate or DEFAULT_FPS)


def first_time(stream: VideoStream) -> float:
    """The time of the first frame (seconds, on the file's own clock)."""
    return float((stream.start_time or 0) * (stream.time_base or 0))


def last_time(path: Path) -> float:
    """When the last frame of a film ends (seconds, on the file's own clock).

    It is found in the packets: the header may be missing, or describe a part that was cut off.
    """
    end = -math.inf
    for everything in (False, True):
        with open_media(path) as container, suppress(FFmpegError):
            stream = picture_stream(path, container)
            if not everything and container.duration:
                container.seek(container.duration + (container.start_time or 0))
            for packet in container.demux(stream):
                if packet.pts is not None and packet.time_base:
                    lasts = float((packet.duration or 0) * packet.time_base) or 1 / rate(stream)
                    end = max(end, float(packet.pts * packet.time_base) + lasts)
        if end > -math.inf:
            return end
    raise MediaError(f"The length of {path} cannot be found: convert it to .mp4.")


def begin_at(container: InputContainer, stream: VideoStream | AudioStream, time: float) -> None:
    """Seek to a key frame before `time` (seconds, the file's clock), if the format has times."""
    if time <= _EARLIER or _has_no_times(container) or not stream.time_base:
        return
    with suppress(FFmpegError):
        # The first packet of x264 holds its version. FFmpeg corrects an error of old versions in
        # 4:4:4, and shows green blocks if it has not decoded that packet.
        stream.codec_context.decode(next(container.demux(stream)))
    with suppress(FFmpegError):  # a file without seeking is decoded from the beginning
        container.seek(math.floor((time - _EARLIER) / stream.time_base), stream=stream)


def _has_no_times(container: InputContainer) -> bool:
    return bool(container.format.flags & Flags.no_timestamps.value)


def decoded(container: InputContainer, stream: VideoStream | AudioStream) -> Iterator[Any]:
    """Every frame that can be decoded, up to where the file breaks off."""
    decoder = _decoder(stream)
    try:
        for packet in container.demux(stream):
            yield from _frames_of(decoder, packet)
    except MemoryError:
        raise
    except FFmpegError:  # the file breaks off here
        yield from _frames_of(decoder, None)


def _frames_of(decoder: Any, packet: av.Packet | None) -> list[Any]:
    try:
        return decoder.decode(packet)
    except MemoryError:  # FFmpeg's error is of both types; skipping the frame would hide it
        raise
    except FFmpegError:
        return []


def _decoder(stream: VideoStream | AudioStream) -> Any:
    """The decoder of a stream. FFmpeg's own decoders of VP8 and VP9 drop transparency."""
    tags = {key.lower(): value for key, value in stream.metadata.items()}
    library = {"vp8": "libvpx", "vp9": "libvpx-vp9"}.get(stream.codec_context.name)
    if tags.get("alpha_mode") == "1" and library in av.codecs_available:
        return av.CodecContext.create(library, "r")
    return stream.codec_context
