"""A second family of models, as different from the shipped one as the protocols allow.

Its codec has another law (the first latent frame holds one frame, each later one four; 4 x 4
pixels; 3 channels), its tokens are single latent pixels, its positions are whole numbers, and its
denoiser takes given frames as extra channels instead of noise per token. The arithmetic is simple
and exact: the codec averages, and the denoiser knows the latents that it leads to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from einops import rearrange, repeat
from torch import Tensor

from sorairo.flow.guidance import Guidance
from sorairo.flow.schedules import sampling_sigmas
from sorairo.models.latent_law import LatentLaw
from sorairo.models.model_info import Conditioning, MemoryNeeds, ModelInfo
from sorairo.models.protocols import OnFrames, PromptContext, TokenBatch
from sorairo.video import Clip

LAW = LatentLaw(time_factor=4, space_factor=4, channels=3, first_frames=1)
GREYS = {"black": -0.75, "white": 0.75}  # what a prompt leads to; anything else is grey, 0


@dataclass
class AveragingCodec:
    """Latents are the mean colours of blocks of one or four frames of 4 x 4 pixels."""

    law: LatentLaw = LAW
    encoded: list[int] = field(default_factory=list)
    """Frames of every call of `encode`."""
    decoded: list[tuple[int, bool]] = field(default_factory=list)
    """Latent frames of every call of `decode`, and whether a clip began with it."""

    def encode(self, video: Tensor) -> Tensor:
        frames = video.shape[2]
        assert frames % 4 == 1, "1 + 4 k frames and no others"
        self.encoded.append(frames)
        places = rearrange(video, "b c f (h p) (w q) -> b c f h w (p q)", p=4, q=4).mean(-1)
        later = rearrange(places[:, :, 1:], "b c (f t) h w -> b c f t h w", t=4).mean(3)
        return torch.cat([places[:, :, :1], later], dim=2)

    def decode(self, latents: Tensor, state: dict[Any, Any] | None = None) -> Tensor:
        begins = not (state or {}).get("begun", False)
        if state is not None:
            state["begun"] = True
        self.decoded.append((latents.shape[2], begins))
        places = repeat(latents, "b c f h w -> b c (f t) (h p) (w q)", t=4, p=4, q=4)
        return places[:, :, 3:] if begins else places


class GreyText:
    separate = True

    def encode(self, prompts: Sequence[str]) -> tuple[Tensor, Tensor]:
        greys = [[[GREYS.get(prompt, 0.0)]] for prompt in prompts]
        return torch.tensor(greys), torch.ones(len(prompts), 1, dtype=torch.bool)


@dataclass
class ChannelDenoiser:
    """Leads each token to the given latents where the mask says that they are given, and elsewhere
    to the grey of its prompt."""

    patch: int = 1
    seen: list[TokenBatch] = field(default_factory=list)

    def read(self, features: Tensor, mask: Tensor) -> PromptContext:
        return PromptContext(layers=((features,),), mask=mask)

    def velocity(self, batch: TokenBatch, context: PromptContext) -> Tensor:
        assert batch.given is not None
        self.seen.append(batch)
        grey = context.layers[0][0][:, :1]
        if batch.prompt_weights is not None:
            weights = batch.prompt_weights
            grey = (weights * grey.view(len(weights), 1, -1)).sum(-1, keepdim=True)
        grey = grey.expand_as(batch.x)
        mask, latents = batch.given[..., :4], batch.given[..., 4:]
        target = torch.where(mask.mean(-1, keepdim=True) == 1, latents, grey)
        return (batch.x - target) / batch.sigma[..., None].clamp(min=1e-6)


@dataclass(frozen=True)
class WholeNumbers:
    """Latent frame, row, column; 16 frames a second, so four latent frames are a second."""

    units_per_second: float = 4.0

    def grid(self, grid: tuple[int, int, int], times: Tensor) -> Tensor:
        axes = (times.float() * 4, torch.arange(grid[1]).float(), torch.arange(grid[2]).float())
        return torch.stack(torch.meshgrid(*axes, indexing="ij"), dim=-1)

    def crop(
        self, grid: tuple[int, int], box: tuple[int, int, int, int], time: float = 0.0
    ) -> Tensor:
        whole = self.grid((1, *grid), torch.tensor([time]))
        return whole[:, box[0] : box[2], box[1] : box[3]]


@dataclass(frozen=True)
class Sampled:
    steps: int = 3
    solver: str = "euler"

    def sigmas(self, steps: int | None) -> Tensor:
        return sampling_sigmas(steps or self.steps, 5.0)

    def guidance_of(self, scale: float | None) -> Guidance:
        return Guidance(scale=1.0 if scale is None else scale)


CPU, CHANNELS = torch.device("cpu"), Conditioning(token_noise=False, given_channels=True)
INFO = ModelInfo(
    name="second",
    digest="0123456789abcdef",
    trained_for=("generate", "animate"),
    native_sizes=((64, 48),),
    fps=16.0,
    max_frames=81,
    window_frames=81,
    memory=MemoryNeeds(weights=1000),
)


@dataclass
class SecondModel:
    codec: AveragingCodec = field(default_factory=AveragingCodec)
    text: GreyText = field(default_factory=GreyText)
    denoiser: ChannelDenoiser = field(default_factory=ChannelDenoiser)
    positions: WholeNumbers = field(default_factory=WholeNumbers)
    sampling: Sampled = field(default_factory=Sampled)
    conditioning: Conditioning = CHANNELS
    device: torch.device = CPU
    dtype: torch.dtype = torch.float32
    info: ModelInfo = INFO

    def postprocess(
        self, frames: np.ndarray, *, first: int, exact: np.ndarray | None = None
    ) -> np.ndarray:
        return frames

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
        count = max(1, round(len(frames) / fps * fps_out))
        shown = (np.arange(count) / fps_out * fps).astype(int).clip(0, len(frames) - 1)
        if on_frames:
            on_frames(len(frames))
        return Clip(frames=frames[shown], fps=fps_out).fit(width, height).frames
