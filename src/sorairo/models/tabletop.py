"""The shipped family of models, as implementations of the protocols."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch

from sorairo.models.codec import Codec
from sorairo.models.lora.targets import LoraTarget
from sorairo.models.model import DenoiserNetwork, Model, SamplingConfig
from sorairo.models.model_info import Conditioning, MemoryNeeds, ModelInfo
from sorairo.models.model_record import TABLETOP_TASKS
from sorairo.models.positions import CenteredPositions
from sorairo.models.protocols import OnFrames
from sorairo.models.text import PromptEncoder
from sorairo.models.upscaling.postprocess import remove_flicker
from sorairo.models.upscaling.upscale import upscale
from sorairo.models.upscaling.upscaler_files import shipped_upscaler
from sorairo.nn.precision import compute_dtype

POSITIONS = CenteredPositions()
NOISE_PER_TOKEN = Conditioning(token_noise=True)


@dataclass(frozen=True, kw_only=True, eq=False)
class TabletopModel:
    """A `VideoModel` of our own networks. Make it with `TabletopModel.of`."""

    network: Model
    """The networks, on `device` and in `dtype`."""
    info: ModelInfo
    device: torch.device
    dtype: torch.dtype
    positions: CenteredPositions = POSITIONS
    conditioning: Conditioning = NOISE_PER_TOKEN

    @classmethod
    def of(
        cls,
        network: Model,
        device: torch.device,
        digest: str = "",
        trained_on: Mapping[str, Any] | None = None,
    ) -> TabletopModel:
        """The networks moved to a device, in the dtype that is fastest there; `digest` is that of
        their files, `trained_on` the part of the world that they were trained on."""
        dtype = compute_dtype(device)
        network = network.to(device=device, dtype=dtype).eval().requires_grad_(False)
        info = replace(info_of(network, digest), trained_on=trained_on)
        return cls(network=network, info=info, device=device, dtype=dtype)

    @property
    def codec(self) -> Codec:
        return self.network.codec

    @property
    def text(self) -> PromptEncoder:
        return PromptEncoder(tokenizer=self.network.tokenizer, network=self.denoiser.text)

    @property
    def denoiser(self) -> DenoiserNetwork:
        return self.network.denoiser

    def lora_targets(self) -> tuple[LoraTarget, ...]:
        """The transformer, by the names that its file has."""
        return (LoraTarget(network=self.denoiser.transformer),)

    @property
    def sampling(self) -> SamplingConfig:
        return self.network.config.sampling

    def postprocess(
        self, frames: np.ndarray, *, first: int, exact: np.ndarray | None = None
    ) -> np.ndarray:
        """Removes the flicker that the codec adds."""
        return remove_flicker(
            self.network.deflicker,
            frames,
            group=self.codec.law.time_factor,
            first=first,
            exact=exact,
        )

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
        """Uses the shipped upscaler for every model of the family."""
        return upscale(
            shipped_upscaler(self.device),
            frames,
            fps=fps,
            width=width,
            height=height,
            fps_out=fps_out,
            on_frames=on_frames,
        )


def info_of(network: Model, digest: str) -> ModelInfo:
    """Facts about loaded networks."""
    config = network.config
    return ModelInfo(
        name=config.name,
        digest=digest,
        licence=config.licence,
        trained_for=TABLETOP_TASKS,
        world=config.world,
        native_sizes=config.native_sizes,
        fps=config.fps,
        max_frames=config.max_frames,
        window_frames=config.window_frames,
        memory=MemoryNeeds(
            weights=sum(p.numel() * p.element_size() for p in network.parameters()),
            program=420e6,
            upscaler=140e6,
        ),
    )
