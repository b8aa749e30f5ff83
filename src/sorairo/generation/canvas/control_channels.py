"""Given frames as the input of a control branch, for models with `Conditioning.control_channels`.

Jiang et al., "VACE" (arXiv 2503.07598, section 3.2): the frames are split by a mask, which is 1
where pixels are generated, into inactive ones (kept) and reactive ones (changed); both are encoded.
Reference pictures stand before the clip, are generated like it, and are dropped.
"""

from __future__ import annotations

import numpy as np
import torch
import torch.nn.functional as F
from einops import rearrange
from jaxtyping import Float
from torch import Tensor

from sorairo.generation.canvas.canvas import Canvas, ReferenceTokens
from sorairo.generation.canvas.given_channels import Encode, shot_frames, shown_frames
from sorairo.generation.tasks.layout import CanvasLayout
from sorairo.models.protocols import PositionLaw


def control_channels(layout: CanvasLayout, encode: Encode, patch: int) -> Float[Tensor, "q f h w"]:
    """[2 c + side^2, f, h, w]: latents of what is kept and of what is changed, each grey elsewhere,
    and the mask, of which every latent pixel has side x side. Each shot is encoded by itself."""
    side, parts = layout.spec.multiple // patch, []
    frames, shown = shown_frames(layout)
    for index in shot_frames(layout):
        flat = index.ravel()
        inactive = encode(frames[flat], shown[flat])
        # nothing is known of what is generated: it is grey
        reactive = encode(frames[flat], np.zeros_like(shown[flat]))
        mask = torch.from_numpy(1 - shown[flat[index.shape[1] - 1 :]])
        mask = rearrange(mask, "n (h p) (w q) -> 1 (p q) n h w", p=side, q=side)
        mask = F.interpolate(mask, (len(index), *mask.shape[3:]), mode="nearest-exact")[0]
        parts.append(torch.cat([inactive, reactive, mask]))
    return torch.cat(parts, dim=1)


def control_references(
    layout: CanvasLayout, canvas: Canvas, encode: Encode, positions: PositionLaw
) -> tuple[ReferenceTokens, ...]:
    """The hints of a layout as reference pictures: the model sees what they show, at no time."""
    hints = [each for each in layout.keyframes if each.noise]
    step = layout.spec.frames_per_latent_frame / layout.spec.fps
    found = []
    for index, hint in enumerate(hints):
        picture = np.repeat(hint.picture[None], layout.spec.frames_per_latent_frame, axis=0)
        latents = encode(picture)
        assert canvas.given is not None
        given = torch.zeros(len(canvas.given), *latents.shape[1:])
        given[: len(latents)] = latents
        seconds = (index - len(hints)) * step
        reference = ReferenceTokens(
            latents=torch.zeros_like(latents),
            positions=positions.grid((1, *canvas.grid[1:]), torch.tensor([seconds])),
            prompt_weights=canvas.prompt_weights.mean(0, keepdim=True),
            seconds=seconds,
            given=given,
            generated=True,
        )
        found.append(reference)
    return tuple(found)
