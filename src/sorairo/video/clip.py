"""A clip: frames, a rate, and what it was made from."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sorairo.errors import MediaError
from sorairo.video.atomic_write import whole_file
from sorairo.video.latent_sidecar import Latents
from sorairo.video.sound import Sound

if TYPE_CHECKING:
    from PIL import Image

SUFFIXES = (".mp4", ".gif", ".png")


@dataclass(frozen=True, kw_only=True, eq=False)
class Clip:
    """`frames` (uint8 [F, H, W, 3], sRGB, at least one), shown at `fps`, with `sound` or silent.

    The sound begins with the first frame; what is longer than the frames is not saved. `metadata`
    travels with the file; the keys are those of mp4 (`comment`, `title`, ...). A clip that sorairo
    made has its request in `comment`, as JSON. `latents` are those of its ends, if they were kept.
    """

    frames: np.ndarray
    fps: float
    sound: Sound | None = None
    latents: Latents | None = None
    metadata: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        frames = self.frames
        if frames.dtype != np.uint8 or frames.ndim != 4 or frames.shape[3] != 3:
            raise MediaError(
                "A clip needs frames of uint8 and shape [F, H, W, 3],"
                f" not {frames.dtype} {list(frames.shape)}."
            )
        if 0 in frames.shape:
            raise MediaError("A clip needs at least one frame of at least one pixel.")
        if not 0 < self.fps < 1000:
            raise MediaError(f"A clip needs between 0 and 1000 frames a second, not {self.fps}.")

    @property
    def num_frames(self) -> int:
        return self.frames.shape[0]

    @property
    def height(self) -> int:
        return self.frames.shape[1]

    @property
    def width(self) -> int:
        return self.frames.shape[2]

    @property
    def duration(self) -> float:
        """Seconds."""
        return self.num_frames / self.fps

    @classmethod
    def load(
        cls,
        path: str | Path,
        *,
        start: float | None = None,
        end: float | None = None,
        max_side: int | None = None,
    ) -> Clip:
        """Read a picture (one frame), a GIF, or the first video stream of anything FFmpeg knows.

        Frames come upright, with square pixels, transparency laid on white, at a constant rate; the
        sound comes at 48 kHz, as long as the frames. `start` and `end` (s; negative: from the end)
        read a part, `max_side` makes frames smaller while they are decoded, so that a long film
        need not fit in memory. Raises MediaError.
        """
        from sorairo.video.reading.reader import (
            read,  # FFmpeg and Pillow: 0.1 s that a clip in memory does not need
        )

        return read(Path(path), start=start, end=end, max_side=max_side)

    def save(self, path: str | Path) -> Path:
        """Write `.mp4`, `.gif` or, for one frame, `.png`; equal clips give equal bytes.

        Sound goes into mp4 only.
        The file appears when it is complete; an error or Ctrl-C leaves nothing. In mp4 an odd width
        or height is made even by repeating its last column or row. Raises MediaError.
        """
        path = Path(path)
        suffix = path.suffix.lower()
        if suffix not in SUFFIXES:
            raise MediaError(f"Cannot write {path}: end its name in {', '.join(SUFFIXES)}.")
        if suffix == ".png" and self.num_frames > 1:
            raise MediaError(
                f"Cannot write {self.num_frames} frames to {path}: a .png holds one;"
                " end the name in .mp4 or .gif."
            )
        if path.is_dir():
            raise MediaError(f"Cannot write {path}: it is a folder; name a file in it.")
        with whole_file(path) as temporary:
            self._write(temporary, suffix)
        return path

    def _write(self, path: Path, suffix: str) -> None:
        from sorairo.video.writing import image_writer, mp4_writer

        if suffix == ".png":
            image_writer.write_png(path, self.frames[0], self.metadata)
        elif suffix == ".gif":
            image_writer.write_gif(path, self.frames, self.fps, self.metadata)
        else:
            unknown = [key for key in self.metadata if key not in mp4_writer.MP4_TAGS]
            if unknown:
                raise MediaError(
                    f"An mp4 has no place for the metadata '{unknown[0]}';"
                    f" choose from {', '.join(mp4_writer.MP4_TAGS)}."
                )
            mp4_writer.write_mp4(path, self.frames, self.fps, self.metadata, self.sound)

    def resize(self, width: int, height: int) -> Clip:
        """The clip scaled to `width` x `height` with the Lanczos filter, in gamma light."""
        from PIL import Image

        if (width, height) == (self.width, self.height):
            return self
        lanczos = Image.Resampling.LANCZOS
        scaled = np.empty((self.num_frames, height, width, 3), np.uint8)
        for large, frame in zip(scaled, self.frames, strict=True):
            picture = Image.fromarray(frame)
            large[:] = np.asarray(picture.resize((width, height), lanczos, reducing_gap=3.0))
        return dataclasses.replace(self, frames=scaled)

    def fit(self, width: int, height: int) -> Clip:
        """The clip at `width` x `height`: cut in the middle to that aspect ratio, then scaled."""
        scale = max(width / self.width, height / self.height)
        kept_width = min(self.width, max(1, round(width / scale)))
        kept_height = min(self.height, max(1, round(height / scale)))
        left, top = (self.width - kept_width) // 2, (self.height - kept_height) // 2
        kept = self.frames[:, top : top + kept_height, left : left + kept_width]
        return dataclasses.replace(self, frames=kept).resize(width, height)

    def contact_sheet(self, columns: int | None = None, every: int | None = None) -> Image.Image:
        """Every `every`-th frame in rows of `columns`; by default 12 frames in rows of 6."""
        from sorairo.video.writing.contact_sheet import contact_sheet

        return contact_sheet(self.frames, columns=columns, every=every)
