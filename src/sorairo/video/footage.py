"""Frames and sound as they are read from a file."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from sorairo.errors import MediaError
from sorairo.video.sound import Sound


@dataclass(frozen=True, kw_only=True, eq=False)
class Footage:
    """Frames at a constant rate, with or without sound. Raises MediaError for invalid values."""

    frames: np.ndarray
    """uint8 [F, H, W, 3], sRGB; at least one frame."""
    fps: float
    """Frames per second."""
    sound: Sound | None = None
    """It starts with the first frame; what is longer than the frames is not saved. None: silent."""
    metadata: dict[str, str] = field(default_factory=dict)
    """Text stored in the file, under the keys of mp4 (`comment`, `title`, ...). Results of sorairo
    store their request in `comment`, as JSON."""

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
        """The number of frames."""
        return self.frames.shape[0]

    @property
    def height(self) -> int:
        """The height of the frames in pixels."""
        return self.frames.shape[1]

    @property
    def width(self) -> int:
        """The width of the frames in pixels."""
        return self.frames.shape[2]

    @property
    def duration(self) -> float:
        """The length in seconds."""
        return self.num_frames / self.fps
