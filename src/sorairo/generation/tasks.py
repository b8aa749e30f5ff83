"""A task is a function that paints a plan of the canvas. No torch: what is given is named, not
encoded, here."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The canvas before it is paint: its size in pixels, its frames and rate, and its prompt."""

    width: int
    height: int
    num_frames: int
    fps: float
    prompt: str
    negative: str = ""


def text_to_video(
    prompt: str, *, width: int, height: int, num_frames: int, fps: float, negative: str = ""
) -> Plan:
    """Nothing is given; a picture is one frame."""
    return Plan(
        width=width,
        height=height,
        num_frames=num_frames,
        fps=fps,
        prompt=prompt,
        negative=negative,
    )
