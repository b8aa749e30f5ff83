"""The memory that jobs may need, checked before they are accepted."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from sorairo.generation.memory_estimate import (
    COPIES,
    SPARE,
    WHOLE,
    fitting_size,
    frame_bytes,
    peak_bytes,
)
from sorairo.generation.requests.limits import Limits
from sorairo.models.model_info import MemoryNeeds
from sorairo.notes import Note
from sorairo.server.api.errors import ApiError
from sorairo.server.uploads.media_info import MediaInfo
from sorairo.server.uploads.rlimits import ResourceLimits

CGROUP_LIMIT = Path("/sys/fs/cgroup/memory.max")  # of a container; "max" without a limit


@dataclass(frozen=True, kw_only=True)
class MemoryBudget:
    """The memory of the machine on which jobs run."""

    available: float
    """Bytes."""
    needs: MemoryNeeds
    """What the model takes beside the frames."""

    def check(
        self,
        size: tuple[int, int],
        *,
        frames: float,
        generated: float,
        limits: Limits,
        given: MediaInfo | None = None,
        in_pieces: bool = False,
        name: str = "size",
    ) -> None:
        """Raises ApiError if a result does not fit into memory.

        Args:
            size: Width and height of the result.
            frames: The number of its frames.
            generated: How many seconds of it are generated.
            limits: Size and rate of what the model generates.
            given: The clip that it is made from.
            in_pieces: Whether it is put together from several segments, as with a given clip.
            name: The field that the error names.
        """
        copies = COPIES if in_pieces or given else WHOLE
        result = frame_bytes(frames, *size)
        needed = peak_bytes(
            result,
            copies=copies,
            given=frame_bytes(given.num_frames, given.width, given.height) if given else 0.0,
            native=frame_bytes(generated * limits.native_fps, *limits.native_size),
            upscaled=True,
            needs=self.needs,
        )
        if needed <= SPARE * self.available:
            return
        width, height = fitting_size(
            *size, needed=needed, frames=copies * result, available=self.available
        )
        gigabytes, most = round(needed / 1e9, 1), round(self.available / 1e9, 1)
        what = (
            f"This needs about {needed / 1e9:.1f} GB of memory, and the server has"
            f" {self.available / 1e9:.1f} GB:"
        )
        if given:
            text = f"{what} send a shorter or smaller clip."
            note = Note(text, "server_memory_given", needed=gigabytes, most=most)
        else:
            shown = f"{width}x{height}"
            text = f"{what} ask for {shown} pixels, or for fewer seconds."
            note = Note(text, "server_memory", needed=gigabytes, most=most, size=shown)
        raise ApiError(
            400,
            note,
            param=name,
            code="too_large",
        )


def machine_memory() -> float:
    """The memory of this machine or container in bytes."""
    total = float(psutil.virtual_memory().total)
    with suppress(OSError, ValueError):
        total = min(total, float(CGROUP_LIMIT.read_text()))
    return total


def check_frames(info: MediaInfo, name: str) -> None:
    """Raises ApiError if the frames of a given clip are more than a worker decodes."""
    most = ResourceLimits().pixels
    if (needed := frame_bytes(info.num_frames, info.width, info.height)) > most:
        raise ApiError(
            400,
            Note(
                f"'{name}' has {info.num_frames} frames of {info.width}x{info.height}, which are"
                f" {needed / 2**30:.1f} GB of pixels, more than {most / 2**30:.0f} GB: make it"
                f" smaller"
                " or shorter first.",
                "too_much_footage",
                frames=info.num_frames,
                size=f"{info.width}x{info.height}",
                needed=round(needed / 2**30, 1),
                most=round(most / 2**30),
            ),
            param=name,
            code="too_large",
        )
