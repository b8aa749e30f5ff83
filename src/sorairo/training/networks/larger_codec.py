"""Initial weights for a larger codec, from a smaller one."""

from __future__ import annotations

import torch
from torch import Tensor

from sorairo.models.codec import Codec

LATENTS = ("encoder.head.", "latent_")  # the first dimension is the latent channels
NEW_OUTPUT = "conv2.bias"  # of a residual block: its `conv2.weight` is zero at first


@torch.no_grad()
def enlarged(source: dict[str, Tensor], codec: Codec) -> dict[str, Tensor]:
    """The weights of `codec` from those of a codec with fewer latent channels, fewer residual
    blocks or less memory, such that it reconstructs every video as the smaller one does.

    New blocks and new memory add zero at first. New latent channels are computed with the random
    weights of `codec`, and the decoder ignores them at first. A weight that fits in neither way is
    passed on as it is, and `load_state_dict` refuses it.
    """
    weights = {name: value.clone() for name, value in codec.state_dict().items()}
    for name, value in source.items():
        new = weights.get(name)
        if new is None or new.shape == value.shape or not _widens(name, value, new):
            weights[name] = value
        elif name == "decoder.stem.weight":
            new.zero_()
            new[:, : value.shape[1]] = value
        else:
            new[: len(value)] = value
    for name in weights.keys() - source.keys():
        if name.endswith(NEW_OUTPUT):
            weights[name].zero_()
    return weights


def _widens(name: str, value: Tensor, new: Tensor) -> bool:
    """Whether the two shapes differ only by more latent channels in the new one."""
    if name == "decoder.stem.weight":
        axis = 1
    elif name.startswith(LATENTS):
        axis = 0
    else:
        return False
    others = [
        a == b for i, (a, b) in enumerate(zip(value.shape, new.shape, strict=True)) if i != axis
    ]
    return all(others) and value.shape[axis] < new.shape[axis]
