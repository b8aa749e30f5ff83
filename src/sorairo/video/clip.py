"""Video clips: read from files, written to files, resized."""

from __future__ import annotations

import dataclasses
import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sorairo.errors import MediaError
from sorairo.interruption import check_interrupted
from sorairo.video.atomic_write import whole_file
from sorairo.video.footage import Footage
from sorairo.video.latent_sidecar import Latents

if TYPE_CHECKING:
    from PIL import Image

SUFFIXES = (".mp4", ".gif", ".png")


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Clip(Footage):
    """A video clip, or a picture (one frame). Raises MediaError for invalid values."""

    latents: Latents | None = None
    """The latents of the clip's ends, if they were kept, for extending it."""
    notes: tuple[str, ...] = ()
    """How the prompt of a generated clip was read, and what of it is ignored; not saved."""

    # FFmpeg and Pillow take 0.1 s to import, which a clip in memory does not need: load, save and
    # contact_sheet import them when they are called.

    def __repr__(self) -> str:
        what = "1 frame" if self.num_frames == 1 else f"{self.num_frames} frames"
        size = f"{self.width}x{self.height}"
        if self.num_frames == 1:
            return f"Clip({what}, {size})"
        sound = ", with sound" if self.sound is not None else ""
        return f"Clip({what}, {size}, {self.fps:g} fps, {self.duration:g} s{sound})"

    def _repr_html_(self) -> str:
        """A player, or a picture, for notebooks."""
        from sorairo.video.writing.html_player import html_player

        return html_player(self, repr(self))

    @classmethod
    def load(
        cls,
        path: str | Path,
        *,
        start: float | None = None,
        end: float | None = None,
        max_side: int | None = None,
    ) -> Clip:
        """Read a file: a picture (one frame), a GIF, or a video that FFmpeg can read.

        Frames are turned upright and scaled to square pixels; transparency becomes white. The frame
        rate is constant. The sound is resampled to 48 kHz and is as long as the frames.

        Of a video, the first stream is read. `start` and `end` (seconds; negative: from the end)
        read a part of the file at `path`. `max_side` limits the
        longer side of the frames; they are scaled while they are decoded, so that a long film fits
        in memory. Raises MediaError.
        """
        from sorairo.video.reading.reader import read

        found = read(Path(path), start=start, end=end, max_side=max_side)
        return cls(frames=found.frames, fps=found.fps, sound=found.sound, metadata=found.metadata)

    @staticmethod
    def duration_of(path: str | Path) -> float:
        """The length in seconds of what `load` reads of the whole file at `path`.

        No frame of a film is decoded. Raises MediaError.
        """
        from sorairo.video.reading.reader import read_duration

        return read_duration(Path(path))

    def save(self, path: str | Path, *, overwrite: bool = True) -> Path:
        """Write `.mp4`, `.gif` or, for a single frame, `.png`, and return the path.

        Equal clips give equal bytes. Only mp4 holds sound. In mp4, an odd width or height is made
        even by repeating the last column or row. The file appears when it is complete; after an
        error or Ctrl-C no partial file is left. Raises MediaError, and without `overwrite`
        NameTakenError where the file exists.
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
        if os.path.isdir(path):
            raise MediaError(f"Cannot write {path}: it is a folder; name a file in it.")
        with whole_file(path, overwrite=overwrite) as temporary:
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
                    f"An mp4 cannot store the metadata '{unknown[0]}';"
                    f" choose from {', '.join(mp4_writer.MP4_TAGS)}."
                )
            mp4_writer.write_mp4(path, self.frames, self.fps, self.metadata, self.sound)

    def resize(self, width: int, height: int) -> Clip:
        """The clip scaled to `width` x `height` pixels with a Lanczos filter on the sRGB values.
        Raises MediaError for a size below one pixel."""
        from PIL import Image

        _check_size(width, height)
        if (width, height) == (self.width, self.height):
            return self
        lanczos = Image.Resampling.LANCZOS
        scaled = np.empty((self.num_frames, height, width, 3), np.uint8)
        for large, frame in zip(scaled, self.frames, strict=True):
            check_interrupted()
            picture = Image.fromarray(frame)
            large[:] = np.asarray(picture.resize((width, height), lanczos, reducing_gap=3.0))
        return dataclasses.replace(self, frames=scaled)

    def fit(self, width: int, height: int) -> Clip:
        """The clip centre-cropped to the aspect ratio of `width` x `height`, then scaled to it.
        Raises MediaError for a size below one pixel."""
        rows, columns = shown_by_fit((self.width, self.height), (width, height))
        kept = dataclasses.replace(self, frames=self.frames[:, rows, columns])
        return kept.resize(width, height)

    def reversed(self) -> Clip:
        """The clip played backwards, with its sound; without latents, which have a direction."""
        return dataclasses.replace(
            self,
            frames=np.ascontiguousarray(self.frames[::-1]),
            sound=self.sound.part(0, self.duration).reversed() if self.sound else None,
            latents=None,
        )

    def contact_sheet(self, columns: int | None = None, every: int | None = None) -> Image.Image:
        """One picture of every `every`-th frame, in rows of `columns`.

        By default it has 12 frames, evenly spaced, in rows of 6. Raises MediaError for numbers
        below 1.
        """
        from sorairo.video.writing.contact_sheet import contact_sheet

        if min(1 if columns is None else columns, 1 if every is None else every) < 1:
            raise MediaError("A contact sheet needs 1 or more columns, of every frame or fewer.")
        return contact_sheet(self.frames, columns=columns, every=every)


def shown_by_fit(own: tuple[int, int], size: tuple[int, int]) -> tuple[slice, slice]:
    """The rows and columns that `Clip.fit` to a size keeps of frames of their `own` size; both are
    (width, height). Raises MediaError for a size below one pixel."""
    _check_size(*size)
    scale = max(size[0] / own[0], size[1] / own[1])
    width, height = (
        min(side, max(1, round(wanted / scale))) for side, wanted in zip(own, size, strict=True)
    )
    left, top = (own[0] - width) // 2, (own[1] - height) // 2
    return slice(top, top + height), slice(left, left + width)


def _check_size(width: int, height: int) -> None:
    if width < 1 or height < 1:
        raise MediaError(f"A clip cannot have {width}x{height} pixels: choose 1 or more each.")
