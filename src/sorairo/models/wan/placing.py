"""Puts the networks of a model where there is memory for them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from torch import nn

from sorairo.models.model_info import MemoryNeeds
from sorairo.models.sizing.needs import DECODE_BYTES, memory_needs
from sorairo.models.sizing.placement import (
    NetworkSizes,
    Placement,
    WeightPlan,
    device_memory,
    plan_weights,
)
from sorairo.models.transformer import Transformer
from sorairo.models.wan.codec.config import CODEC_21, CODEC_22
from sorairo.models.wan.codec.network import WanCodec
from sorairo.models.wan.text.encoder import WanText
from sorairo.models.wan.variants import Variant
from sorairo.nn.placement import StreamedBlocks, bytes_of


@dataclass(frozen=True, kw_only=True, eq=False)
class Networks:
    """The networks of a model."""

    codec: WanCodec
    text: WanText
    experts: tuple[Transformer, ...]

    @property
    def bytes(self) -> int:
        """All weights."""
        return sum(map(bytes_of, (self.codec, self.text.network, *self.experts)))


def place(
    networks: Networks, variant: Variant, placement: Placement, memory: float | None = None
) -> tuple[Networks, MemoryNeeds]:
    """The networks on their device, whole or in part, and what they need there. `memory` is that of
    the device; None: it is asked."""
    device, experts, codec = placement.device, networks.experts, networks.codec
    needs = _needs(codec, experts, networks.bytes)
    # beside a GPU there is no other memory to rest in
    offload = False if placement.offload is None and device.type != "cuda" else placement.offload
    plan = plan_weights(
        _sizes(networks),
        needs,
        _official_clip(codec, variant),
        device_memory(device) if memory is None else memory,
        offload,
    )
    codec.to(device)
    codec.most_pixels = plan.most_pixels
    for expert in experts:
        _place_expert(expert, plan, placement)
    if plan.text_stays and device.type == "cpu":
        networks.text.network.to(device)
    else:  # it is used once a request, and takes a third of the memory of the smaller models
        encoder = networks.text.network.encoder
        encoder.block = StreamedBlocks(encoder.block, device)
        encoder.final_layer_norm.to(device)
    text = replace(networks.text, device=device)
    placed = replace(needs, most_pixels=plan.most_pixels, moving=plan.moving)
    return Networks(codec=codec, text=text, experts=experts), placed


def _place_expert(expert: Transformer, plan: WeightPlan, placement: Placement) -> None:
    if plan.kept is None:
        expert.to(placement.device)
        return
    kept = plan.kept
    control = expert.control
    if control is not None:
        share = len(control.blocks) / len(expert.blocks)
        kept_there = {int(index * share) for index in kept} if share else ()
        control.blocks = StreamedBlocks(control.blocks, placement.device, kept_there)
        control.patch_embedding.to(placement.device)
    expert.blocks = StreamedBlocks(expert.blocks, placement.device, kept)
    for name, part in expert.named_children():
        if name not in ("blocks", "control"):
            part.to(placement.device)


def _sizes(networks: Networks) -> NetworkSizes:
    rows = [block_rows(each) for each in networks.experts]
    all_blocks = sum(bytes_of(row) for each in rows for row in each)
    count = len(networks.experts[0].blocks)
    outside = sum(map(bytes_of, networks.experts)) - all_blocks
    return NetworkSizes(
        text=bytes_of(networks.text.network),
        fixed=bytes_of(networks.codec) + outside,
        block=-(-all_blocks // (count * len(rows))),
        blocks=count,
        denoisers=len(rows),
        streams=len(rows[0]),
    )


def block_rows(expert: Transformer) -> list[nn.ModuleList]:
    """The blocks of a denoiser, and those of its control branch."""
    return [expert.blocks, *([expert.control.blocks] if expert.control is not None else [])]


def _official_clip(codec: WanCodec, variant: Variant) -> tuple[int, int]:
    """Tokens of a clip of the official size, and pixels of its frames."""
    width, height = variant.native_sizes[0]
    side = codec.law.space_factor * 2
    grid = (width // side) * (height // side)
    return codec.law.latent_frames(variant.frames) * grid, width * height


def _needs(codec: WanCodec, experts: Sequence[Transformer], weights: int) -> MemoryNeeds:
    """The memory of networks whose parameters take `weights` bytes."""
    config, width = experts[0].config, codec.config.decoder_width
    published = CODEC_22 if codec.config.patch == CODEC_22.patch else CODEC_21
    share = width / published.decoder_width
    return memory_needs(
        config.dim, config.ffn_dim, DECODE_BYTES[published.latent_channels] * share, weights
    )
