"""Facts about a model: its tasks, sizes, rates and memory needs. No torch."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Size = tuple[int, int]  # width, height


@dataclass(frozen=True, kw_only=True)
class DeliveryDefaults:
    """The size and frame rate at which a model's clips are delivered by default."""

    size: Size | None = (512, 512)
    """Width and height in pixels; None: as generated."""
    fps: float | None = 24.0
    """Frames a second; None: as generated."""


@dataclass(frozen=True, kw_only=True)
class Workload:
    """What the networks see at once, as far as their memory depends on it."""

    tokens: int
    """Tokens of the denoiser's window."""
    pixels: int
    """Pixels of a frame of the canvas."""
    rows: int = 2
    """Rows of a batch: with the prompt and, for guidance, without it; twice as many on a cyclic
    canvas."""
    prompts: int = 1
    """Prompts of a row."""
    token_levels: int = 0
    """Tokens with a noise level each; 0: all have the same, or long runs of them do."""
    encoded_frames: int = 0
    """Frames that the codec encodes at once."""
    decoded_frames: int = 1
    """Frames that the codec decodes at once."""


@dataclass(frozen=True, kw_only=True)
class MemoryNeeds:
    """Memory that a request takes beside its own frames, in bytes, measured."""

    weights: int
    """The model's parameters, as they are kept in memory."""
    program: float = 420e6
    """The program and the model's activations."""
    upscaler: float = 140e6
    """The upscaler's activations."""
    weight_copies: float = 2.0
    """How often the weights are in memory."""
    staying: int = 0
    """Weights that stay on a device with memory of its own."""
    resting: int = 0
    """Weights that rest in the host's memory beside such a device."""
    loading: float = 0.0
    """The host's memory while the weights are loaded, at most."""
    per_token: float = 0.0
    """A token that the denoiser sees at once, in a guided step (two rows); 0: it is part of
    `program`."""
    per_mixed_token: float = 0.0
    """A token, in a guided step, for each prompt beyond the first."""
    per_prompt: float = 0.0
    """The keys and values of a prompt, in all blocks of all denoisers."""
    per_level: float = 0.0
    """A token with a noise level of its own: its shift and scale, looked up."""
    per_pixel: float = 0.0
    """A pixel of the canvas while the codec decodes; 0: it is part of `program`."""
    per_decoded: float = 0.0
    """A pixel of a frame that is decoded."""
    per_encoded_pixel: float = 0.0
    """A pixel of the canvas while the codec encodes."""
    per_encoded: float = 0.0
    """A pixel of a frame that is encoded."""
    encodes_all: bool = False
    """Whether all frames of a canvas are encoded at once, and not only given ones."""
    most_pixels: int = 0
    """Pixels that the codec decodes at once: a larger canvas is decoded in tiles. 0: any number."""
    moving: int = 0
    """Weights that are on the device only while they are used, at most at a time."""
    moving_text: int = 0
    """The same of the text encoder."""
    reading: float = 0.0
    """What the text encoder takes to read a prompt, beside its weights."""

    def working(self, load: Workload) -> float:
        """What reading prompts, encoding, sampling or decoding takes, whichever is most, beside the
        weights that stay."""
        read = self.moving_text + self.reading
        return max(read, self.encoding(load), self.sampling(load), self.decoding(load))

    def sampling(self, load: Workload) -> float:
        """What a step takes, and what is kept from one step to the next."""
        more = self.per_mixed_token * (load.prompts - 1)
        tokens = load.tokens * (self.per_token + more) * load.rows / 2
        kept = load.rows * load.prompts * self.per_prompt
        return self.moving + tokens + kept + self.per_level * load.token_levels

    def decoding(self, load: Workload) -> float:
        """What the codec takes to decode frames."""
        at_once = min(load.pixels, self.most_pixels) if self.most_pixels else load.pixels
        return self.per_pixel * at_once + self.per_decoded * load.decoded_frames * load.pixels

    def encoding(self, load: Workload) -> float:
        """What the codec takes to encode frames."""
        if not load.encoded_frames:
            return 0.0
        return load.pixels * (self.per_encoded_pixel + self.per_encoded * load.encoded_frames)


@dataclass(frozen=True, kw_only=True)
class Conditioning:
    """How a denoiser is conditioned on given frames. Tasks do not depend on it: `generation.canvas`
    lays out the given frames accordingly. With neither flag, the denoiser sees no given frames that
    are exact: they are only put into the result."""

    token_noise: bool = True
    """Each token has its own noise level: a given token is on the grid with level 0, and a
    keyframe is a group of reference tokens beside the grid. Without it all tokens are generated, at
    one level."""
    given_channels: bool = False
    """The denoiser takes extra channels at every position of the grid: a mask for each frame of the
    latent frame (1 where the frame is given), then the latents of the given frames, grey where
    nothing is given."""
    control_channels: bool = False
    """The denoiser has a control branch, which takes at every position of the grid: the latents of
    the frames where they are given and grey elsewhere, the reverse, and a mask for each pixel of
    the latent pixel (1 where frames are generated)."""


@dataclass(frozen=True, kw_only=True)
class ModelInfo:
    """Facts about a loaded model."""

    name: str
    digest: str = ""
    """The first 16 hex digits of the SHA-256 over the model's files; "" for one that has none."""
    licence: str = ""
    """SPDX identifier of the weights' licence."""
    trained_for: tuple[str, ...] = ()
    """The tasks that the model was trained for, by the names of their commands. Other tasks run
    too, but may give poor results."""
    world: str = ""
    """The simulated world that it was trained on, "" for none; see `world.registry`."""
    trained_on: Mapping[str, Any] | None = None
    """The part of that world that its training scenes were drawn from, as JSON; None: not known."""
    native_sizes: tuple[Size, ...]
    """Sizes of what it generates, in pixels; the first is the default, and its area is that of
    every canvas."""
    fps: float
    """Frames a second of what it generates."""
    max_frames: int
    """The longest clip, in frames at `fps`."""
    window_frames: int
    """Frames that the denoiser sees at once; longer clips are generated window by window. Where
    `max_frames` is more, it has at least 5 latent frames: each window sees 4 of the one before."""
    corrects_seams: bool = True
    """Whether the colours and motion of generated frames are corrected beside given frames. False
    for a model whose codec and motion fit given frames exactly: the given frames are put in, and
    the generated ones stay as decoded."""
    negative: str = ""
    """The negative prompt of requests that have none."""
    smaller_sizes: bool = False
    """Whether a canvas is as small as the size that a request asks for; else every canvas has the
    area of the native size."""
    sparse_plans: bool = True
    """Whether the model has learned clips at few frames a second, so that long clips are planned
    with them."""
    use_instead: str = ""
    """A model that was trained for tasks that this one was not, "" for none."""
    memory: MemoryNeeds
    """The memory that it needs."""
