"""The protocols that a model implements.

The canvas, the sampler, the engine and the exam depend on these protocols and on no particular
model. The shipped model implements them in `sorairo.models.tabletop`; a further model is a further
implementation, and one line in `sorairo.models.loading`.

Shapes: b rows of a batch, n tokens, k prompts, s tokens of text, c latent channels, f latent
frames, h x w latent pixels, F video frames of H x W pixels.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

import numpy as np
import torch
from jaxtyping import Bool, Float
from torch import Tensor

from sorairo.flow.guidance import Guidance
from sorairo.models.latent_law import LatentLaw
from sorairo.models.model_info import Conditioning, ModelInfo

OnFrames = Callable[[int], None]
"""Called with the number of frames that are done so far."""


@runtime_checkable
class VideoCodec(Protocol):
    """Between video and latents. Video is float32 in [-1, 1]; latents are normalised, so that each
    channel has mean 0 and variance 1 over the training data."""

    @property
    def law(self) -> LatentLaw:
        """How many frames and pixels a latent frame holds."""
        ...

    def encode(self, video: Float[Tensor, "b 3 F H W"]) -> Float[Tensor, "b c f h w"]:
        """Latents of `law.coded_frames(f)` frames, whose sides are multiples of
        `law.space_factor`."""
        ...

    def decode(
        self, latents: Float[Tensor, "b c f h w"], state: dict[Any, Any] | None = None
    ) -> Float[Tensor, "b 3 F H W"]:
        """The reverse. With a `state`, which is an empty dict at first and belongs to the codec, a
        clip can be decoded in consecutive pieces with the same result as in one go: the first piece
        has `law.coded_frames(f)` frames, each later one `f * law.time_factor`."""
        ...


@runtime_checkable
class TextEncoder(Protocol):
    """Between prompts and features. An empty prompt is allowed: it is the unconditional one."""

    @property
    def separate(self) -> bool:
        """Whether all features have one length, and do not depend on the prompts that are encoded
        in the same call: then they are kept, and each prompt is encoded once."""
        ...

    def encode(self, prompts: Sequence[str]) -> tuple[Float[Tensor, "k s d"], Bool[Tensor, "k s"]]:
        """Features of every text token, and a mask that is True where the denoiser may attend to
        it."""
        ...


@runtime_checkable
class CutsPrompts(Protocol):
    """A text encoder that reads prompts up to a length."""

    def unread(self, prompt: str) -> str:
        """The end of a prompt that is not read; "" where all of it is."""
        ...


@dataclass(frozen=True, kw_only=True)
class PromptContext:
    """What a denoiser computes from the prompts once, for use at every step."""

    layers: tuple[tuple[Tensor, ...], ...]
    """The tensors for each block of the denoiser, [k, s, ...] each: keys and values of the text,
    and anything else that a model derives from a prompt."""
    mask: Tensor
    """True where a text token may be attended to, [k, s]."""

    def first(self, count: int) -> PromptContext:
        """The context of the first `count` prompts."""
        layers = tuple(tuple(part[:count] for part in layer) for layer in self.layers)
        return PromptContext(layers=layers, mask=self.mask[:count])

    @classmethod
    def of_rows(cls, rows: Sequence[tuple[PromptContext, int]]) -> PromptContext:
        """The context of prompts each of which is a row of another context, a copy."""

        def joined(parts: Iterable[Tensor]) -> Tensor:
            return torch.stack([part[place] for part, (_, place) in zip(parts, rows, strict=True)])

        columns = zip(*(context.layers for context, _ in rows), strict=True)
        layers = tuple(tuple(map(joined, zip(*layer, strict=True))) for layer in columns)
        return cls(layers=layers, mask=joined(context.mask for context, _ in rows))

    @property
    def bytes(self) -> int:
        """Its size in memory."""
        parts = [self.mask, *(part for layer in self.layers for part in layer)]
        return sum(part.numel() * part.element_size() for part in parts)


@dataclass(frozen=True, kw_only=True)
class TokenBatch:
    """A stack of canvases as a denoiser sees it at one step: first the tokens of the grid in the
    order (frame, row, column), then those of the reference pictures."""

    x: Tensor
    """Noised tokens, [b, n, p] with p = c * patch**2."""
    sigma: Tensor
    """Noise level of each token in 0..1, float32 [b, n]; [b, 1] where it is the same for all. Held
    tokens may have 0: their velocity is not used, but must be finite."""
    positions: Tensor
    """(time, y, x) of each token in the units of the model's `PositionLaw`, [b, n, 3]. Time is not
    the clip's: see `PositionLaw.grid`."""
    grid: tuple[int, int, int]
    """Tokens of the grid: frames, rows, columns."""
    prompt_weights: Tensor | None = None
    """How much each of a row's k prompts counts for a token, [b, n, k]; None where k is 1. Rows
    are the conditional ones, then the unconditional ones; row r has the prompts r*k ... r*k+k-1 of
    the `PromptContext`."""
    given: Tensor | None = None
    """The extra channels of `Conditioning.given_channels`, [b, n, q]; None without them."""


@runtime_checkable
class Denoiser(Protocol):
    """The network that predicts the velocity, noise - z, of every token."""

    @property
    def patch(self) -> int:
        """Latent pixels per side of a token."""
        ...

    def read(self, features: Float[Tensor, "k s d"], mask: Bool[Tensor, "k s"]) -> PromptContext:
        """Computes what every step needs from the prompts."""
        ...

    def velocity(self, batch: TokenBatch, context: PromptContext) -> Float[Tensor, "b n p"]:
        """The velocity of the tokens, in any float dtype. All tensors are on the model's device: x
        and `given` in its dtype, sigma in float32, positions in the dtype that its `PositionLaw`
        returns. Implementations convert sigma to the network's own timesteps."""
        ...


@runtime_checkable
class PositionLaw(Protocol):
    """Computes the positions of tokens for the denoiser's position embedding."""

    @property
    def units_per_second(self) -> float:
        """Change of the time position per second."""
        ...

    def grid(
        self, grid: tuple[int, int, int], times: Float[Tensor, "f"]
    ) -> Float[Tensor, "f h w 3"]:
        """(time, y, x) of a grid of tokens (frames, rows, columns) whose latent frames end at
        `times`, in seconds. Time is not the clip's: each window begins at 0, a sparse plan has
        large steps, keyframes may lie before 0 or between frames, and a cyclic canvas has two views
        with rotated times."""
        ...

    def crop(
        self, grid: tuple[int, int], box: tuple[int, int, int, int], time: float = 0.0
    ) -> Float[Tensor, "1 h w 3"]:
        """The positions of a part (top, left, bottom, right) of a picture of `grid` tokens that is
        larger than the denoiser's window."""
        ...


@runtime_checkable
class SamplingDefaults(Protocol):
    """The sampling defaults of a model."""

    @property
    def steps(self) -> int:
        """Steps of the solver."""
        ...

    @property
    def solver(self) -> str:
        """A name in `sorairo.flow.solvers.SOLVERS`."""
        ...

    def sigmas(self, steps: int | None) -> Float[Tensor, "levels"]:
        """The schedule: `steps` + 1 noise levels, the last of them 0."""
        ...

    def guidance_of(self, scale: float | None) -> Guidance:
        """Guidance of a scale (None: the model's default)."""
        ...


@runtime_checkable
class VideoModel(Protocol):
    """A model that is loaded and ready, on its device."""

    @property
    def info(self) -> ModelInfo: ...

    @property
    def device(self) -> torch.device:
        """Where the networks are."""
        ...

    @property
    def dtype(self) -> torch.dtype:
        """In which number format tokens and video go into them."""
        ...

    @property
    def codec(self) -> VideoCodec: ...

    @property
    def text(self) -> TextEncoder: ...

    @property
    def denoiser(self) -> Denoiser: ...

    @property
    def positions(self) -> PositionLaw: ...

    @property
    def conditioning(self) -> Conditioning: ...

    @property
    def sampling(self) -> SamplingDefaults: ...

    def postprocess(
        self, frames: np.ndarray, *, first: int, exact: np.ndarray | None = None
    ) -> np.ndarray:
        """Decoded frames uint8 [n, H, W, 3], corrected for the artefacts of this codec; a model
        whose codec needs no correction returns them unchanged. `first` is the place of the first
        frame in its latent frame, and `exact` [n] is True for given frames, which stay as they
        are."""
        ...

    def upscale(
        self,
        frames: np.ndarray,
        *,
        fps: float,
        width: int,
        height: int,
        fps_out: float,
        on_frames: OnFrames | None = None,
    ) -> np.ndarray:
        """Frames uint8 [n, H, W, 3] at `fps` as [m, height, width, 3] at `fps_out`, of the same
        duration; other aspect ratios are cropped in the middle. `on_frames` is called with the
        number of the n frames that are done. Not called for results of native size and rate."""
        ...
