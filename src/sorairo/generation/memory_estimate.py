"""How much memory a request takes, from its sizes and lengths alone. No torch."""

from __future__ import annotations

from sorairo.models.model_info import MemoryNeeds
from sorairo.notes import Note

COPIES = 2.2  # times the result's frames: the segments, and the whole that they are joined to
WHOLE = 1.1  # times the result's frames, where it is one segment
NATIVE_COPIES = 3.0  # times the canvas's frames: decoded, cropped and upscaled
SPARE = 0.9  # of the free memory may be used


def frame_bytes(frames: float, width: int, height: int) -> float:
    """The size of RGB frames in memory."""
    return frames * width * height * 3


def peak_bytes(
    result: float,
    *,
    copies: float,
    given: float,
    native: float,
    upscaled: bool,
    needs: MemoryNeeds,
    working: float = 0.0,
) -> float:
    """Peak memory of a request, by a model with these needs.

    Args:
        result: Bytes of the result's frames.
        copies: How often these are held: COPIES or WHOLE.
        given: Bytes of the frames that are given.
        native: Bytes of the canvas's frames.
        upscaled: Whether the result has another size or rate than the canvas.
        needs: What the model takes beside the frames.
        working: What sampling and decoding take (see `MemoryNeeds.working`).
    """
    upscaler = needs.upscaler if upscaled else 0.0
    fixed = needs.program + upscaler + needs.weight_copies * needs.weights + given + working
    return fixed + NATIVE_COPIES * native + copies * result


def needs_too_much(needed: float, available: float, width: int, height: int) -> Note:
    """The sentence for a request that does not fit, with a size of the result that does."""
    return Note(
        f"This needs about {needed / 1e9:.1f} GB of memory and {available / 1e9:.1f} GB are free:"
        f" ask for {width}x{height} pixels, or for fewer seconds.",
        "memory",
        needed=round(needed / 1e9, 1),
        free=round(available / 1e9, 1),
        size=f"{width}x{height}",
    )


def fitting_size(
    width: int, height: int, *, needed: float, frames: float, available: float
) -> tuple[int, int]:
    """A size at which a request fits that needs `needed` bytes at this one, `frames` of them for
    the result's frames."""
    scale = max(0.0, (SPARE * available - (needed - frames)) / frames) ** 0.5
    return max(64, int(width * scale) // 16 * 16), max(64, int(height * scale) // 16 * 16)
