"""How a layout is sampled and delivered, apart from what is on it. No torch."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Settings:
    """Sampling and delivery of a layout. None leaves the choice to the model or the layout."""

    seed: int = 0
    """Decides the noise: the same layout with the same settings gives the same frames."""
    steps: int | None = None
    """Steps of the sampler; None: the model's own number."""
    guidance: float | None = None
    """Scale of classifier-free guidance: 1 is off, more follows the prompt more closely; None: the
    model's own."""
    negative: str = ""
    """What the result should not show; guidance leads away from it."""
    width: int | None = None
    """Pixels of the result, as is `height`. None: the size of the given clip, else the canvas's."""
    height: int | None = None
    fps: float | None = None
    """Frames a second of the result. None: the rate of the given clip, else the canvas's."""
    keep_latents: bool = False
    """Whether the result keeps the latents of its ends, so that extending it need not encode
    them."""
