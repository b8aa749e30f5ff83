"""Puts the networks of a model where there is memory for them."""

from __future__ import annotations

from dataclasses import replace

import torch
from torch import nn

from sorairo.models.sizing.plan import WeightPlan
from sorairo.models.transformer import Transformer
from sorairo.models.wan.codec.network import WanCodec
from sorairo.models.wan.text.encoder import WanText
from sorairo.nn.placement import StreamedBlocks


def place_codec(codec: WanCodec, plan: WeightPlan, device: torch.device) -> None:
    """Puts a codec on its device, with tiles where it decodes larger frames than fit there."""
    codec.to(device)
    codec.most_pixels = plan.most_pixels


def placed_text(text: WanText, plan: WeightPlan, device: torch.device) -> WanText:
    """The text encoder on its device, or with its blocks and its embedding in the host's memory."""
    if plan.text_stays:
        text.network.to(device)
    else:  # it is used once a request, and takes a third of the memory of the smaller models
        encoder = text.network.encoder
        encoder.block = StreamedBlocks(encoder.block, device)
        encoder.final_layer_norm.to(device)
    return replace(text, device=device)


def place_expert(expert: Transformer, plan: WeightPlan, device: torch.device) -> None:
    """Puts a denoiser on its device; blocks that do not stay there rest in the host's memory."""
    if plan.kept is None:
        expert.to(device)
        return
    kept = plan.kept
    control = expert.control
    if control is not None:
        share = len(control.blocks) / len(expert.blocks)
        kept_there = {int(index * share) for index in kept} if share else ()
        control.blocks = StreamedBlocks(control.blocks, device, kept_there)
        control.patch_embedding.to(device)
    expert.blocks = StreamedBlocks(expert.blocks, device, kept)
    for name, part in expert.named_children():
        if name not in ("blocks", "control"):
            part.to(device)


def block_rows(expert: Transformer) -> list[nn.ModuleList]:
    """The blocks of a denoiser, and those of its control branch."""
    return [expert.blocks, *([expert.control.blocks] if expert.control is not None else [])]
