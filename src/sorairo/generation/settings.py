"""How a layout is sampled and delivered, apart from what is on it. No torch."""

from __future__ import annotations

from dataclasses import dataclass, field

FULL, DRAFT = "full", "draft"
QUALITIES = (FULL, DRAFT)
LEAST_STEPS = 8  # of a schedule, below which a draft computes all velocities
FIRST_SHARE = 0.2  # of the steps, in which it computes all

Box = tuple[int, int, int, int]
"""(top, left, bottom, right) in tokens, the last two not included."""


@dataclass(frozen=True, kw_only=True)
class Windows:
    """Overlapping windows over a picture of more tokens than the model sees at once."""

    side: int = 12
    """Tokens of a window's side."""
    overlap: int = 3
    """Tokens that neighbouring windows share at least."""

    def boxes(self, rows: int, columns: int) -> list[Box]:
        """Windows of equal size that cover a picture of `rows` x `columns` tokens, spread evenly,
        row by row."""
        height, width = min(self.side, rows), min(self.side, columns)
        return [
            (top, left, top + height, left + width)
            for top in self._starts(rows)
            for left in self._starts(columns)
        ]

    def _starts(self, length: int) -> list[int]:
        spare = length - self.side
        if spare <= 0:
            return [0]
        count = 1 + -(-spare // (self.side - self.overlap))
        return [round(spare * i / (count - 1)) for i in range(count)]


@dataclass(frozen=True, kw_only=True)
class RefineConfig:
    """How a picture of the model's native size is made larger, level by level."""

    strength: float = 0.0
    """The noise level at which each level starts, as in an edit. 0: the upscaler alone; that is the
    default until a model draws large pictures better than the upscaler does."""
    steps: int = 6
    """Steps of the sampler at each level."""
    guidance: float = 1.0
    """Scale of classifier-free guidance; 1 is off and takes half the time."""
    shift: float = 1.0
    """Shift of the noise schedule of a level."""
    least: float = 1.5
    """The least enlargement that is refined; a smaller one is only resized."""
    windows: Windows = field(default_factory=Windows)
    """The windows through which the model sees a level."""


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
    quality: str = FULL
    """One of QUALITIES: `draft` takes velocities again where they hardly change."""
    loras: tuple[str, ...] = ()
    """The LoRAs that are merged into the model, NAME or NAME:WEIGHT each."""
    negative: str = ""
    """What the result should not show; guidance leads away from it."""
    width: int | None = None
    """Width of the result in pixels. None: that of the input clip, else that of the canvas."""
    height: int | None = None
    """Height of the result in pixels. None: as for `width`."""
    fps: float | None = None
    """Frames a second of the result. None: the rate of the given clip, else the canvas's."""
    keep_latents: bool = False
    """Whether the result keeps the latents of its ends, so that extending it need not encode
    them."""
    refine: RefineConfig | None = None
    """For a picture: how it is refined from the canvas's size to `width` x `height`. None: the
    result is brought to its size as a clip is."""
