"""What the header and the packets of an uploaded file say about it."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sorairo.video.reading.limits import within


@dataclass(frozen=True, kw_only=True)
class MediaInfo:
    """The size and length of a picture or video, as reading all of it would give them. It has the
    attributes of a `Clip` that requests check."""

    width: int
    """Width of the upright frames in pixels."""
    height: int
    """Height of the upright frames in pixels."""
    num_frames: int
    """The number of frames at a constant rate; 1 for a picture."""
    fps: float
    """Frames per second."""

    def __post_init__(self) -> None:
        if min(self.width, self.height, self.num_frames) < 1 or not 0 < self.fps < 1000:
            raise ValueError(f"impossible values: {self}")

    @property
    def duration(self) -> float:
        """The length in seconds."""
        return self.num_frames / self.fps

    def within(self, max_side: int | None) -> MediaInfo:
        """The same, read so that no side is longer than `max_side`."""
        width, height = within(self.width, self.height, max_side)
        return replace(self, width=width, height=height)

    @property
    def is_picture(self) -> bool:
        """Whether it has a single frame."""
        return self.num_frames == 1
