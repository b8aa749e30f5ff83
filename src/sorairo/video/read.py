"""Footage from anywhere, as upright RGB frames at one constant rate."""

from __future__ import annotations

import warnings
from pathlib import Path

import av
import numpy as np
from av.error import FFmpegError
from av.video.reformatter import ColorRange, Interpolation
from PIL import Image, ImageOps, ImageSequence, UnidentifiedImageError

from sorairo.errors import MediaError

MAX_PIXEL_BYTES = 4 * 2**30  # of decoded frames held in memory: 100 s of 1280x720 at 15 fps
STILL_FPS = 12.0  # a picture is a clip of one frame, at the rate of our own models

_SMOOTH = Interpolation.BICUBIC | Interpolation.ACCURATE_RND | Interpolation.FULL_CHR_H_INT

Footage = tuple[np.ndarray, float, dict[str, str]]  # uint8 [F, H, W, 3], fps, metadata


def read(path: Path) -> Footage:
    """The frames, rate and metadata of a picture, an animation or a video file.

    Turned upright (EXIF, display matrix), stretched to square pixels, transparency laid on white,
    a varying frame rate made constant by repeating or dropping frames. Raises MediaError.
    """
    if not path.exists():
        raise MediaError(f"There is no file {path}.")
    if path.is_dir():
        raise MediaError(f"{path} is a folder; name a picture or a video in it.")
    try:
        footage = _read_picture(path)
        return footage if footage is not None else _read_video(path)
    except MemoryError as error:
        raise _too_long(path) from error
    except (OSError, FFmpegError, Image.DecompressionBombError, SyntaxError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise MediaError(f"Cannot read {path} as a picture or video: {reason}.") from error


# --- pictures and gifs, by Pillow


def _read_picture(path: Path) -> Footage | None:
    """None where Pillow does not know the format."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)
        try:
            image = Image.open(path)
        except UnidentifiedImageError:
            return None
        with image:
            metadata = _text_of(image)
            frames, ends, now = [], [], 0.0
            for page in ImageSequence.Iterator(image):
                frames.append(_on_white(ImageOps.exif_transpose(page)))
                now += page.info.get("duration", 0) / 1000
                ends.append(now)
                _check_size(path, len(frames), frames[0])
                if getattr(image, "format", "") not in ("GIF", "PNG", "WEBP"):
                    break  # pages of a TIFF, thumbnails of a phone's picture: not a film
    if len(frames) == 1 or now <= 0:
        return np.stack(frames[:1]), STILL_FPS, metadata
    starts = np.array([0.0, *ends[:-1]])
    fps = min(50.0, 1 / np.diff([0.0, *ends]).min().clip(0.02))
    fps = len(frames) / now if abs(len(frames) / now - fps) < 0.1 * fps else fps
    count = max(1, round(now * fps))
    shown = _nearest_frame(starts, np.arange(count) / fps, slack=0.5 / fps)
    return np.stack(frames)[shown], float(fps), metadata


def _on_white(image: Image.Image) -> np.ndarray:
    if image.mode.startswith("I"):  # 16 bit; Pillow would clip, not scale
        array = np.asarray(image, dtype=np.float64)
        scale = 257 if ";16" in image.mode or array.max() > 255 else 1
        image = Image.fromarray((array / scale).round().clip(0, 255).astype(np.uint8))
    rgba = np.asarray(image.convert("RGBA"))
    return _flatten(rgba)


def _flatten(rgba: np.ndarray) -> np.ndarray:
    alpha = rgba[..., 3:].astype(np.float32) / 255
    if (alpha == 1).all():
        return np.ascontiguousarray(rgba[..., :3])
    return (rgba[..., :3] * alpha + 255 * (1 - alpha)).round().astype(np.uint8)


def _text_of(image: Image.Image) -> dict[str, str]:
    texts = {**getattr(image, "text", {}), **image.info}
    kept = {}
    for key, value in texts.items():
        value = value.decode("utf-8", "replace") if isinstance(value, bytes) else value
        if isinstance(value, str) and key in ("title", "comment", "description", "artist"):
            kept[key] = str(value)
    return kept


# --- video, by FFmpeg


def _read_video(path: Path) -> Footage:
    with av.open(str(path)) as container:
        if not container.streams.video:
            raise MediaError(f"{path} has no picture in it, only sound.")
        stream = container.streams.video[0]
        stream.thread_type = "AUTO"
        metadata = {**container.metadata}
        frames, times = [], []
        for picture in container.decode(stream):
            frames.append(_upright(picture, stream.sample_aspect_ratio))
            times.append(picture.time if picture.time is not None else np.nan)
            _check_size(path, len(frames), frames[0])
        fps = float(stream.average_rate or stream.guessed_rate or 0)
        end = float((stream.duration or 0) * (stream.time_base or 0))  # seconds; 0 where unsaid
    if not frames:
        raise MediaError(f"{path} has no frame that can be decoded.")
    metadata = {key: text for key, text in metadata.items() if key in _KEPT}
    frames, fps = _at_constant_rate(frames, np.array(times), fps, end)
    return frames, fps, metadata


_KEPT = ("title", "artist", "comment", "copyright", "date", "description", "genre")


def _upright(picture: av.VideoFrame, aspect: object) -> np.ndarray:
    width = picture.width
    if aspect:  # of one pixel, width : height
        width = max(1, round(width * float(aspect)))  # pyright: ignore[reportArgumentType]
    see_through = any(part.is_alpha for part in picture.format.components)
    rgb = picture.reformat(
        width=width,
        format="rgba" if see_through else "rgb24",
        interpolation=_SMOOTH,
        dst_color_range=ColorRange.JPEG,
    ).to_ndarray()
    rgb = _flatten(rgb) if see_through else rgb
    quarter_turns = round(picture.rotation / 90)  # counterclockwise
    return np.ascontiguousarray(np.rot90(rgb, quarter_turns))


def _at_constant_rate(
    frames: list[np.ndarray], times: np.ndarray, fps: float, end: float
) -> tuple[np.ndarray, float]:
    """`frames` shown from `times` (s) on, as [F, H, W, 3] at `fps`."""
    if len(frames) == 1 or np.isnan(times).any():
        return np.stack(frames), fps or STILL_FPS
    steps = np.diff(times)
    if fps <= 0:
        fps = 1 / float(np.median(steps))
    if np.abs(steps * fps - 1).max() < 0.5:  # a rate that is already constant
        return np.stack(frames), fps
    start = times[0]
    end = max(end, times[-1] + 1 / fps)
    wanted = start + np.arange(max(1, round((end - start) * fps))) / fps
    return np.stack(frames)[_nearest_frame(times, wanted, slack=0.5 / fps)], fps


def _nearest_frame(starts: np.ndarray, wanted: np.ndarray, slack: float) -> np.ndarray:
    """For each wanted time, the index of the last frame that has begun, or is about to."""
    return (np.searchsorted(starts, wanted + slack, side="left") - 1).clip(0, len(starts) - 1)


def _check_size(path: Path, count: int, frame: np.ndarray) -> None:
    if count * frame.nbytes > MAX_PIXEL_BYTES:
        raise _too_long(path)


def _too_long(path: Path) -> MediaError:
    gigabytes = MAX_PIXEL_BYTES / 2**30
    return MediaError(
        f"{path} is more than {gigabytes:.0f} GB of pixels; cut it or make it smaller first."
    )
