"""What clips become where nobody says how large and how quick they are to be. No torch."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Delivered:
    """The size (width, height) and frames a second to which the upscaler brings a model's clips;
    None leaves them as the model paints them."""

    size: tuple[int, int] | None = (512, 512)
    fps: float | None = 24.0
