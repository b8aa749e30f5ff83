"""What a model says about itself: what it was trained for, its sizes, its needs. No torch."""

from __future__ import annotations

from dataclasses import dataclass, field

Size = tuple[int, int]  # width, height


@dataclass(frozen=True, kw_only=True)
class DeliveryDefaults:
    """The size and the rate to which a model's clips are brought where a request names none."""

    size: Size | None = (512, 512)
    """Width and height in pixels; None: as generated."""
    fps: float | None = 24.0
    """Frames a second; None: as generated."""


@dataclass(frozen=True, kw_only=True)
class MemoryNeeds:
    """Memory that a request takes beside its own frames, in bytes, measured."""

    weights: int
    """The model's parameters, as they are stored."""
    program: float = 420e6
    """The program and what the model works in."""
    upscaler: float = 140e6
    """What the upscaler works in."""


@dataclass(frozen=True, kw_only=True)
class Conditioning:
    """How given frames reach a denoiser. A task paints them on the canvas and knows nothing of
    this; `generation.canvas` lays them out as it is said here.

    A further way, a control branch, is a further field: the canvas then carries what the branch
    takes, and the denoiser finds it in its `TokenBatch`.
    """

    token_noise: bool = True
    """Each token has its own noise level: a given token is on the grid with level 0, and a
    keyframe is a group of reference tokens beside the grid. Without it all tokens are generated, at
    one level."""
    given_channels: bool = False
    """The denoiser takes further channels at every place of the grid: for each of the latent
    frame's frames a mask (1 where the frame is given), then the latents of the given frames, grey
    where nothing is given."""


@dataclass(frozen=True, kw_only=True)
class ModelInfo:
    """A model that is loaded, in numbers and names."""

    name: str
    digest: str = ""
    """The first 16 hex digits of the SHA-256 over the model's files; "" for one that has none."""
    licence: str = ""
    """SPDX identifier of the weights' licence."""
    trained_for: tuple[str, ...] = ()
    """The tasks that the model was trained for, by the names of their commands. Other tasks run
    too, without a promise."""
    world: str = ""
    """The simulated world that it was trained on, "" for none; see `world.registry`."""
    native_sizes: tuple[Size, ...]
    """Sizes of what it generates, in pixels; the first is the default, and its area is that of
    every canvas."""
    fps: float
    """Frames a second of what it generates."""
    max_frames: int
    """The longest clip, in frames at `fps`."""
    window_frames: int
    """Frames that the denoiser sees at once; longer clips are generated window by window."""
    memory: MemoryNeeds
    """What it takes to run it."""
    delivery: DeliveryDefaults = field(default_factory=DeliveryDefaults)
    """The size and rate at which its clips are delivered by default."""
