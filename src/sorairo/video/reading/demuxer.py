"""Opens media files with FFmpeg and decodes their packets."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar, cast

import av
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.error import FFmpegError
from av.format import Flags
from av.stream import Disposition
from av.video.stream import VideoStream

from sorairo.errors import MediaError
from sorairo.video.reading.recordings import Recordings

Tracks = TypeVar("Tracks", VideoStream, AudioStream)

# Containers of films. Playlists (hls, dash, concat...) and FFmpeg's virtual inputs are left out:
# they name other files and addresses.
_FORMATS = (
    "mov,matroska,avi,mpegts,mpeg,mpegvideo,flv,asf,ogg,mxf,nut,rm,dv,ivf,obu,av1,h264,hevc,m4v,"
    "mjpeg,yuv4mpegpipe,wav,mp3,aac,flac,w64,aiff,ac3,caf"
)
OPTIONS = {"format_whitelist": _FORMATS, "protocol_whitelist": "file"}  # for every file
DECODER_OPTIONS: dict[str, str] = {}  # for every video decoder

# Brands of still pictures, ISO/IEC 23008-12; FFmpeg would return only the first tile.
_AVIF_BRANDS = ("avif", "avis")
_STILL_BRANDS = ("heic", "heix", "heim", "heis", "mif1", "msf1", *_AVIF_BRANDS)

DEFAULT_FPS = 25.0  # of a stream without a frame rate
_FASTEST = 1000.0  # frames per second; DV files have been seen to claim 60,000

_EARLIER = 1.0  # seconds: key frames are found by their decoding time, before they are shown

# Tracks that a player does not choose by itself.
_ADDITIONAL = Disposition.attached_pic | Disposition.timed_thumbnails
_SPECIAL = (
    Disposition.comment
    | Disposition.visual_impaired
    | Disposition.hearing_impaired
    | Disposition.dependent
)


def open_media(path: Path) -> InputContainer:
    """Open a media file. Raises FFmpegError if it is none, MediaError for HEIF pictures."""
    container = av.open(f"file:{path}", options=OPTIONS, metadata_errors="replace")
    brand = container.metadata.get("major_brand", "").strip()
    if brand in _STILL_BRANDS:
        container.close()
        if brand in _AVIF_BRANDS:  # Pillow reads those that are whole
            raise MediaError(f"The AVIF picture {path} is broken: save it again, or as .png.")
        raise MediaError(
            f"{path} is a HEIF picture, which cannot be read here: save it as .jpg or .png first."
        )
    return container


def picture_stream(path: Path, container: InputContainer) -> VideoStream:
    """The video track that players show. Attached cover pictures are none. Raises MediaError."""
    tracks = [each for each in container.streams.video if not each.disposition & _ADDITIONAL]
    stream = _default_of(tracks)
    if stream is not None:
        stream.thread_type = "AUTO"
        stream.codec_context.options = dict(DECODER_OPTIONS)
        return stream
    if tracks:
        raise MediaError(f"{path} is in an unknown format: convert it to .mp4.")
    if not container.streams.audio:
        raise MediaError(f"{path} is empty or cut off: copy it again.")
    raise MediaError(f"{path} has only sound: name a picture or a video.")


def sound_stream(container: InputContainer) -> AudioStream | None:
    """The sound track that players play; None if there is none that can be decoded."""
    return _default_of(container.streams.audio)


def _default_of(tracks: Sequence[Tracks]) -> Tracks | None:
    """The first track that is marked as default; else the first one that is made for everybody;
    else the first one. Tracks in unknown formats are left out."""
    known = [each for each in tracks if cast(Any, each.codec_context) is not None]
    for wanted in (
        lambda each: each.disposition & Disposition.default,
        lambda each: not each.disposition & _SPECIAL,
    ):
        found = next(filter(wanted, known), None)
        if found is not None:
            return found
    return next(iter(known), None)


def rates(stream: VideoStream) -> list[float]:
    """The frame rates that the header gives, the best one first; at least one."""
    given = (stream.guessed_rate, stream.average_rate)
    found = [float(each) for each in given if each and 0 < each <= _FASTEST]
    return list(dict.fromkeys(found)) or [DEFAULT_FPS]


def rate(stream: VideoStream) -> float:
    """Frames per second, from the header."""
    return rates(stream)[0]


def first_time(stream: VideoStream) -> float:
    """The time of the first frame (seconds, on the file's own clock)."""
    return float((stream.start_time or 0) * (stream.time_base or 0))


def begin_at(container: InputContainer, stream: VideoStream | AudioStream, time: float) -> None:
    """Seek to a key frame before `time` (seconds, the file's clock), if the format has times."""
    if time <= _EARLIER or has_no_times(container) or not stream.time_base:
        return
    with suppress(FFmpegError):
        # The first packet of x264 holds its version. FFmpeg corrects an error of old versions in
        # 4:4:4, and shows green blocks if it has not decoded that packet.
        stream.codec_context.decode(next(container.demux(stream)))
    with suppress(FFmpegError):  # a file without seeking is decoded from the beginning
        container.seek(math.floor((time - _EARLIER) / stream.time_base), stream=stream)


def has_no_times(container: Any) -> bool:
    """Whether the file is a bare stream, whose packets have no times."""
    return bool(container.format.flags & Flags.no_timestamps.value)


def decoded(
    container: InputContainer,
    stream: VideoStream | AudioStream,
    recordings: Recordings = Recordings(),
) -> Iterator[Any]:
    """Every frame that can be decoded, up to where the file breaks off. The times of joined
    `recordings` run on from one to the next."""
    decoder = _decoder(stream)
    clock = recordings.clock()
    try:
        for packet in container.demux(stream):
            if clock:
                clock.shift(packet)
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
