"""Given frames as extra channels of a canvas, for models with `Conditioning.given_channels`."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from jaxtyping import Bool, Float
from torch import Tensor

from sorairo.generation.canvas.shown import Encode, shown_shots
from sorairo.generation.tasks.layout import CanvasLayout


def given_channels(
    layout: CanvasLayout, encode: Encode, patch: int
) -> tuple[Float[Tensor, "q f h w"], Bool[Tensor, "f"]]:
    """[n + c, f, h, w]: for each of the n frames of a latent frame where it is given (1) or not
    (0), then the latents of all frames, grey where nothing is given; and which latent frames are
    given whole. Each shot is encoded by itself; latents that were kept are not encoded again."""
    side, parts, whole = layout.spec.multiple // patch, [], []
    for shot in shown_shots(layout):
        flags = -F.max_pool2d(-torch.from_numpy(shot.mask), side)  # given where all pixels are
        latents = shot.with_kept(shot.encoded(encode, shot.to_encode))
        parts.append(torch.cat([flags.transpose(0, 1), latents]))
        whole.append(shot.whole)
    return torch.cat(parts, dim=1), torch.cat(whole)
