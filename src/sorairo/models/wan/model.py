"""Wan behind the model protocols."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import numpy as np
import torch

from sorairo.models.lora.targets import LoraTarget, Part
from sorairo.models.model_info import Conditioning, MemoryNeeds, ModelInfo
from sorairo.models.protocols import OnFrames
from sorairo.models.sizing.placement import Placement, machine_of
from sorairo.models.sizing.stored import stored_model
from sorairo.models.wan.codec.network import WanCodec
from sorairo.models.wan.denoiser import WanDenoiser
from sorairo.models.wan.files.folder import WanFolder
from sorairo.models.wan.files.layouts import into_ours
from sorairo.models.wan.files.transformer_names import renamer
from sorairo.models.wan.parts import check_parts
from sorairo.models.wan.placing import block_rows, place_codec, place_expert, placed_text
from sorairo.models.wan.positions import WholePositions
from sorairo.models.wan.sampling import WanSampling
from sorairo.models.wan.text.encoder import WanText
from sorairo.models.wan.variants import LICENCE, NEGATIVE, Variant
from sorairo.nn.precision import compute_dtype
from sorairo.nn.rounding import round_weights
from sorairo.video import Clip
from sorairo.video.resampling import at_fps

CONDITIONING = {
    "token noise": Conditioning(token_noise=True),
    "given channels": Conditioning(token_noise=False, given_channels=True),
    "control branch": Conditioning(token_noise=False, control_channels=True),
}


@dataclass(frozen=True, kw_only=True, eq=False)
class WanModel:
    """A `VideoModel` of open weights. Make it with `load_wan`."""

    info: ModelInfo
    variant: Variant
    device: torch.device
    dtype: torch.dtype
    codec: WanCodec
    text: WanText
    denoiser: WanDenoiser
    positions: WholePositions
    conditioning: Conditioning
    sampling: WanSampling

    def lora_targets(self) -> tuple[LoraTarget, ...]:
        """The experts, by the names of the original repositories and of diffusers."""
        experts = self.denoiser.experts
        parts: tuple[Part, ...] = ("high", "low") if len(experts) > 1 else ("",)
        return tuple(
            LoraTarget(
                network=expert,
                part=part,
                namings=(renamer("original", "ours"), renamer("diffusers", "ours")),
                file_names=(renamer("ours", "original"), renamer("ours", "diffusers")),
                into_network=partial(into_ours, config=expert.config),
            )
            for expert, part in zip(experts, parts, strict=True)
        )

    def postprocess(
        self, frames: np.ndarray, *, first: int, exact: np.ndarray | None = None
    ) -> np.ndarray:
        """The frames as they are."""
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
        """Lanczos in space; in time, frames are repeated or dropped."""
        count = len(frames)
        clip = at_fps(Clip(frames=frames, fps=fps), fps_out).fit(width, height)
        if on_frames:
            on_frames(count)
        return clip.frames


def load_wan(folder: WanFolder, placement: Placement) -> WanModel:
    """The model in a folder, on a device, in the number format that is fastest there.

    Raises ModelError for files that are broken or do not fit together, before any tensor is read.
    """
    device, variant = placement.device, folder.variant
    dtype = compute_dtype(device)
    parts = check_parts(folder)
    stored = stored_model(
        folder, dtype.itemsize, placement.rounding, rounds_text=placement.rounds_text
    )
    plan, needs = stored.placed(machine_of(device), placement.offload)
    codec = parts.codec.load(dtype)
    place_codec(codec, plan, device)
    text = parts.text.load(dtype)
    if placement.rounds_text:
        round_weights(text.network.encoder.block, "int8")
    text = placed_text(text, plan, device)
    experts = []
    for each in parts.experts:
        expert = each.load(dtype)
        if placement.rounding is not None:
            for row in block_rows(expert):
                round_weights(row, placement.rounding)
        place_expert(expert, plan, device)
        experts.append(expert)
    return WanModel(
        info=info_of(variant, folder.digest, needs),
        variant=variant,
        device=device,
        dtype=dtype,
        codec=codec,
        text=text,
        denoiser=WanDenoiser(experts=tuple(experts), boundary=variant.boundary),
        positions=WholePositions(units_per_second=variant.fps / codec.law.time_factor),
        conditioning=CONDITIONING[variant.enters],
        sampling=WanSampling(variant=variant),
    )


def info_of(variant: Variant, digest: str, memory: MemoryNeeds) -> ModelInfo:
    """Facts about a model with these needs."""
    return ModelInfo(
        name=variant.name,
        digest=digest,
        licence=LICENCE,
        trained_for=variant.trained_for,
        native_sizes=variant.native_sizes,
        fps=variant.fps,
        max_frames=variant.max_frames,
        window_frames=variant.frames,
        negative=NEGATIVE,
        smaller_sizes=True,
        sparse_plans=False,
        corrects_seams=False,
        use_instead=variant.use_instead,
        memory=memory,
    )
