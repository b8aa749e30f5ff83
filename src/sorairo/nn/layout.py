"""Reshapes that carry meaning, each under one name."""

from __future__ import annotations

from einops import rearrange
from jaxtyping import Float
from torch import Tensor


def fold_time(x: Float[Tensor, "b c g h w"]) -> Float[Tensor, "n c h w"]:
    """Every frame becomes a picture of its own; a view when memory is channels-last."""
    return rearrange(x, "b c g h w -> (b g) c h w")


def unfold_time(x: Float[Tensor, "n c h w"], frames: int) -> Float[Tensor, "b c g h w"]:
    """The reverse of `fold_time`."""
    return rearrange(x, "(b g) c h w -> b c g h w", g=frames)


def space_to_depth(x: Float[Tensor, "n c h w"], factor: int) -> Float[Tensor, "n d h2 w2"]:
    """Blocks of factor x factor pixels become channels."""
    return rearrange(x, "n c (h p) (w q) -> n (p q c) h w", p=factor, q=factor)


def depth_to_space(x: Float[Tensor, "n d h w"], factor: int) -> Float[Tensor, "n c h2 w2"]:
    """The reverse of `space_to_depth`."""
    return rearrange(x, "n (p q c) h w -> n c (h p) (w q)", p=factor, q=factor)


def group_frames(
    video: Float[Tensor, "b 3 F H W"], time: int, space: int
) -> Float[Tensor, "n d h w"]:
    """Groups of `time` frames and blocks of space x space pixels become the channels of one latent
    frame's input."""
    return rearrange(
        video, "b c (g t) (h p) (w q) -> (b g) (t p q c) h w", t=time, p=space, q=space
    )


def ungroup_frames(
    x: Float[Tensor, "n d h w"], frames: int, time: int, space: int
) -> Float[Tensor, "b 3 F H W"]:
    """The reverse of `group_frames`."""
    return rearrange(
        x, "(b g) (t p q c) h w -> b c (g t) (h p) (w q)", g=frames, t=time, p=space, q=space
    )
