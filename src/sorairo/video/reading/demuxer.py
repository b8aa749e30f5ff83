"""Media files opened, and what can be decoded of them, by FFmpeg."""

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

# What films come in. Not playlists (hls, concat...), which name other files and addresses.
_FORMATS = (
    "mov,matroska,avi,mpegts,mpeg,mpegvideo,flv,asf,ogg,mxf,nut,rm,dv,ivf,obu,av1,h264,hevc,m4v,"
    "mjpeg,yuv4mpegpipe,wav,mp3,aac,flac,w64,aiff,ac3,caf"
)
OPTIONS = {"format_whitelist": _FORMATS, "protocol_whitelist": "file"}  # of FFmpeg, for all files
DECODER_OPTIONS: dict[str, str] = {}  # and for every decoder of pictures

# Brands of ISO/IEC 23008-12: still pictures, of which FFmpeg would give the first tile.
_STILL_BRANDS = ("heic", "heix", "heim", "heis", "mif1", "msf1", "avif", "avis")

USUAL_FPS = 25.0  # of a stream that does not say

_EARLIER = 1.0  # s: a key frame is found by its time of decoding, which precedes that of showing


def open_media(path: Path) -> InputContainer:
    """Raises FFmpegError where it is none, MediaError where it is a picture of a phone."""
    container = av.open(f"file:{path}", options=OPTIONS, metadata_errors="replace")
    if container.metadata.get("major_brand", "").strip() in _STILL_BRANDS:
        container.close()
        raise MediaError(
            f"{path} is a HEIF picture, which cannot be read here: save it as .jpg or .png first."
        )
    return container


def picture_stream(path: Path, container: InputContainer) -> VideoStream:
    """The first stream that is a film, not the cover of an album."""
    for stream in container.streams.video:
        if stream.disposition & Disposition.attached_pic:
            continue
        if cast(Any, stream.codec_context) is None:
            raise MediaError(f"{path} is in a format that is not known: save it anew, as .mp4.")
        stream.thread_type = "AUTO"
        stream.codec_context.options = dict(DECODER_OPTIONS)
        return stream
    if not container.streams.audio:
        raise MediaError(f"{path} has nothing in it: it may have been cut off; copy it anew.")
    raise MediaError(f"{path} has no picture in it, only sound: name a picture or a video.")


def rate(stream: VideoStream) -> float:
    """Frames a second, as the header says."""
    return float(stream.average_rate or stream.guessed_rate or USUAL_FPS)


def first_time(stream: VideoStream) -> float:
    """When the first frame appears (s, on the file's own clock)."""
    return float((stream.start_time or 0) * (stream.time_base or 0))


def last_time(path: Path) -> float:
    """When the last frame of a film ends (s, on the file's own clock), from what it holds:
    headers may be missing, or tell of what was cut off."""
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
    raise MediaError(f"{path} does not say how long it is: save it anew, as .mp4.")


def begin_at(container: InputContainer, stream: VideoStream | AudioStream, time: float) -> None:
    """Go to a key frame before `time` (s, the file's clock), where the format has times."""
    if time <= _EARLIER or _has_no_times(container) or not stream.time_base:
        return
    with suppress(FFmpegError):
        # x264 says in the first packet which x264 it is; of older ones FFmpeg mends an error in
        # 4:4:4, and shows green blocks if it has not seen that packet.
        stream.codec_context.decode(next(container.demux(stream)))
    with suppress(FFmpegError):  # what cannot seek is decoded from the beginning
        container.seek(math.floor((time - _EARLIER) / stream.time_base), stream=stream)


def _has_no_times(container: InputContainer) -> bool:
    return bool(container.format.flags & Flags.no_timestamps.value)


def decoded(container: InputContainer, stream: VideoStream | AudioStream) -> Iterator[Any]:
    """Every frame that can be decoded, as far as the file goes."""
    decoder = _decoder(stream)
    try:
        for packet in container.demux(stream):
            yield from _frames_of(decoder, packet)
    except MemoryError:
        raise
    except FFmpegError:  # it breaks off here
        yield from _frames_of(decoder, None)


def _frames_of(decoder: Any, packet: av.Packet | None) -> list[Any]:
    try:
        return decoder.decode(packet)
    except MemoryError:  # FFmpeg's is of both kinds; a frame that is skipped would hide it
        raise
    except FFmpegError:
        return []


def _decoder(stream: VideoStream | AudioStream) -> Any:
    """FFmpeg's own decoders of VP8 and VP9 leave out the transparency."""
    tags = {key.lower(): value for key, value in stream.metadata.items()}
    library = {"vp8": "libvpx", "vp9": "libvpx-vp9"}.get(stream.codec_context.name)
    if tags.get("alpha_mode") == "1" and library in av.codecs_available:
        return av.CodecContext.create(library, "r")
    return stream.codec_context
