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
from jaxtyping import Bool, Float
from torch import Tensor

from sorairo.generation.canvas.canvas import Canvas, ReferenceTokens
from sorairo.generation.canvas.shown import Encode, shown_shots
from sorairo.generation.tasks.layout import CanvasLayout
from sorairo.models.protocols import PositionLaw


def control_channels(
    layout: CanvasLayout, encode: Encode, patch: int
) -> tuple[Float[Tensor, "q f h w"], Bool[Tensor, "f"]]:
    """[2 c + side^2, f, h, w]: latents of what is kept and of what is changed, each grey elsewhere,
    and the mask, of which every latent pixel has side x side; and which latent frames are given
    whole. Each shot is encoded by itself; latents that were kept are not encoded again."""
    side, parts, whole = layout.spec.multiple // patch, [], []
    for shot in shown_shots(layout):
        to_encode = shot.to_encode
        # nothing is known of what is generated: it is grey
        reactive = shot.encoded(encode, np.zeros_like(to_encode))
        inactive = shot.encoded(encode, to_encode) if to_encode.any() else reactive
        f, n = to_encode.shape[:2]
        mask = torch.from_numpy(1 - shot.mask).flatten(0, 1)[n - 1 :]
        mask = rearrange(mask, "n (h p) (w q) -> 1 (p q) n h w", p=side, q=side)
        mask = F.interpolate(mask, (f, *mask.shape[3:]), mode="nearest-exact")[0]
        parts.append(torch.cat([shot.with_kept(inactive), reactive, mask]))
        whole.append(shot.whole)
    return torch.cat(parts, dim=1), torch.cat(whole)


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
