"""The variants of Wan, with their official values: sizes, sampling, and what each was trained for.

Values are those of the official repositories (Wan2.1 and Wan2.2, `wan/configs/`), not of a folder:
converted folders record other schedules. No torch.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from sorairo.models.model_info import Size

Enters = Literal["token noise", "given channels", "control branch"]
"""How given content enters a denoiser: clean tokens at noise 0; a mask and latents as further
channels; a mask and latents through a branch of its own."""

NEGATIVE = (
    "色调艳丽，过曝，静态，细节模糊不清，字幕，风格，作品，画作，画面，静止，整体发灰，最差质量，低质量，"
    "JPEG压缩残留，丑陋的，残缺的，多余的手指，画得不好的手部，画得不好的脸部，畸形的，毁容的，形态畸形的肢体，"
    "手指融合，静止不动的画面，杂乱的背景，三条腿，背景人很多，倒着走"
)
"""The official negative prompt, used where a request has none."""

HD: tuple[Size, ...] = ((1280, 720), (720, 1280), (832, 480), (480, 832))
SD: tuple[Size, ...] = ((832, 480), (480, 832))
TEXT_TASKS = ("generate", "image")
LICENCE = "Apache-2.0"
MAX_SECONDS = 60


@dataclass(frozen=True, kw_only=True)
class Variant:
    """A published model of the family."""

    name: str
    width: int
    """Width of the transformer."""
    enters: Enters = "token noise"
    in_channels: int = 16
    """Channels of the patch embedding: those of the latents, and given ones."""
    latent_channels: int = 16
    experts: int = 1
    """Transformers; of two, the first is for high noise."""
    boundary: float = 0.0
    """The noise level from which the first of two experts is used."""
    shift: float
    """Of the schedule of noise levels."""
    steps: int
    guidance: tuple[float, float]
    """Scale at high and at low noise, which differ where there are two experts."""
    native_sizes: tuple[Size, ...]
    fps: float = 16.0
    frames: int = 81
    """Frames that it was trained on at once."""
    trained_for: tuple[str, ...]
    """Tasks, by the names of their commands."""
    use_instead: str = ""
    """The variant to use for tasks that it was not trained for."""

    @property
    def max_frames(self) -> int:
        """The longest clip: beyond `frames` it is made window by window."""
        return round(MAX_SECONDS * self.fps)


VARIANTS: tuple[Variant, ...] = (
    Variant(
        name="wan2.1-1.3b",
        width=1536,
        shift=8.0,
        steps=50,
        guidance=(6.0, 6.0),
        native_sizes=SD,
        trained_for=TEXT_TASKS,
        use_instead="wan2.1-vace-1.3b",
    ),
    Variant(
        name="wan2.1-14b",
        width=5120,
        shift=5.0,
        steps=50,
        guidance=(5.0, 5.0),
        native_sizes=HD,
        trained_for=TEXT_TASKS,
        use_instead="wan2.1-vace-14b",
    ),
    Variant(
        name="wan2.2-5b",
        width=3072,
        in_channels=48,
        latent_channels=48,
        shift=5.0,
        steps=50,
        guidance=(5.0, 5.0),
        native_sizes=((1280, 704), (704, 1280)),
        fps=24.0,
        frames=121,
        trained_for=(*TEXT_TASKS, "animate"),
        use_instead="wan2.1-vace-1.3b",
    ),
    Variant(
        name="wan2.2-14b",
        width=5120,
        experts=2,
        boundary=0.875,
        shift=12.0,
        steps=40,
        guidance=(4.0, 3.0),
        native_sizes=HD,
        trained_for=TEXT_TASKS,
        use_instead="wan2.2-i2v-14b",
    ),
    Variant(
        name="wan2.2-i2v-14b",
        width=5120,
        enters="given channels",
        in_channels=36,
        experts=2,
        boundary=0.9,
        shift=5.0,
        steps=40,
        guidance=(3.5, 3.5),
        native_sizes=HD,
        trained_for=("animate",),
        use_instead="wan2.1-vace-14b",
    ),
    Variant(
        name="wan2.1-vace-1.3b",
        width=1536,
        enters="control branch",
        shift=16.0,
        steps=50,
        guidance=(5.0, 5.0),
        native_sizes=SD,
        trained_for=(*TEXT_TASKS, "animate", "extend", "connect", "edit", "cast"),
    ),
    Variant(
        name="wan2.1-vace-14b",
        width=5120,
        enters="control branch",
        shift=16.0,
        steps=50,
        guidance=(5.0, 5.0),
        native_sizes=HD,
        trained_for=(*TEXT_TASKS, "animate", "extend", "connect", "edit", "cast"),
    ),
)


def variant_named(name: str) -> Variant:
    """The variant of that name. Raises KeyError."""
    return {each.name: each for each in VARIANTS}[name]
