"""A linear map from latents to RGB, and its file.

Latents of video codecs are close to a small picture: a linear map shows what they hold thousands of
times faster than the decoder (previews of this kind are known as "latent2rgb"). Ours sees the 3 x 3
neighbours of a latent pixel and gives several pixels for it, so that edges stay visible.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from jaxtyping import Float
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from sorairo.models.protocols import VideoModel
from sorairo.nn.pixels import to_frames

FILE = "preview.safetensors"  # in a model directory
KERNEL = 3  # latent pixels per side that a pixel of the preview depends on


@dataclass(frozen=True, kw_only=True, eq=False)
class PreviewMap:
    """A convolution from latents to the pixels of a preview."""

    weight: Float[Tensor, "o c k k"]
    """Its kernel; o = 3 * scale**2, in the order (colour, row, column)."""
    bias: Float[Tensor, "o"]
    scale: int
    """Pixels of the preview per side of a latent pixel."""

    @torch.inference_mode()
    def __call__(self, latents: Float[Tensor, "c f h w"]) -> np.ndarray:
        """A picture of each latent frame, uint8 [f, h * scale, w * scale, 3]."""
        weight, bias = self.weight.to(latents.device), self.bias.to(latents.device)
        padded = F.pad(latents.float().transpose(0, 1), (KERNEL // 2,) * 4, mode="replicate")
        pixels = F.pixel_shuffle(F.conv2d(padded, weight, bias), self.scale)
        return to_frames(pixels.transpose(0, 1)[None])[0]


def save_preview(directory: Path, fitted: PreviewMap, digest: str) -> None:
    """Stores the map of the model in a directory; `digest` is the model's."""
    metadata = {"model": digest, "scale": str(fitted.scale)}
    new = directory / f".{FILE}"
    save_file({"weight": fitted.weight, "bias": fitted.bias}, new, metadata)
    new.replace(directory / FILE)


def read_preview(directory: Path, model: VideoModel) -> PreviewMap | None:
    """The map in a model's directory; None without one, and for one that is broken or belongs to
    other files: it is fitted again, and never stops a request."""
    try:
        with safe_open(directory / FILE, "pt") as file:
            metadata = file.metadata() or {}
            weight, bias = file.get_tensor("weight"), file.get_tensor("bias")
        scale = int(metadata["scale"])
    except (OSError, SafetensorError, KeyError, ValueError):
        return None
    expected = (3 * scale**2, model.codec.law.channels, KERNEL, KERNEL)
    if metadata.get("model") != model.info.digest or weight.shape != expected:
        return None
    if bias.shape != expected[:1]:
        return None
    return PreviewMap(weight=weight.float(), bias=bias.float(), scale=scale)
