"""The files of one result. No numpy: the command line plans them before anything is loaded."""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path


@dataclass(frozen=True, kw_only=True)
class OutputFiles:
    """The paths of the files of one result; None for a file that is not written."""

    clip: Path
    """The result itself: .mp4, .gif or, for one frame, .png."""
    gif: Path | None = None
    """A copy of the clip as an animated GIF."""
    sheet: Path | None = None
    """A contact sheet: 12 frames in one picture, as .png."""
    latents: Path | None = None
    """The latents of the clip's ends; the name is that of the clip and
    `sorairo.video.latent_sidecar.SUFFIX`. Written only if the clip has latents."""
    thumbnail: Path | None = None
    """The first frame, made smaller; the suffix says the format."""
    spritesheet: Path | None = None
    """Frames spread over the whole clip in one picture; the suffix says the format."""

    @property
    def paths(self) -> tuple[Path, ...]:
        """All files that are not None, in the order of the fields."""
        files = (getattr(self, each.name) for each in fields(self))
        return tuple(path for path in files if path is not None)
