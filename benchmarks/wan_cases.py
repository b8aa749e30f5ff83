"""The networks of `wan_gpu.py`: models at their official sizes, ours and diffusers' with the same
random weights, whole on the device or offloaded."""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import nn

from sorairo.models.transformer import Transformer
from sorairo.models.wan.files.layouts import finer, into_ours
from sorairo.models.wan.files.loading import assign, transformer_config
from sorairo.models.wan.files.transformer_names import renamer
from sorairo.models.wan.variants import Variant
from sorairo.nn.placement import StreamedBlocks
from sorairo.nn.precision import compute_dtype
from sorairo.nn.skip_init import on_meta_device

HEAD = 128  # width of a head


@dataclass(frozen=True, kw_only=True)
class Case:
    """A model at its official size."""

    model: str
    codec: str
    heads: int
    ffn_dim: int
    layers: int
    size: tuple[int, int]
    """Height, width."""
    frames: int
    offload: bool = False
    text_dim: int = 4096
    codec_config: tuple[tuple[str, int], ...] = ()
    """What differs from the published codec."""
    exact: bool = False
    """Whether all is computed in float32."""

    def dtype(self, device: torch.device) -> torch.dtype:
        """The number format of the networks."""
        return torch.float32 if self.exact else compute_dtype(device)

    @property
    def tiny(self) -> Case:
        """The same with tiny networks and clips, exactly, which a CPU computes in a second."""
        small = {"heads": 1, "ffn_dim": 256, "layers": 2, "text_dim": 32}
        codec = {"base_dim": 8}
        if self.codec == "codec-2.2":
            codec["decoder_base_dim"] = 16
        return replace(
            self, **small, size=(64, 96), frames=5, codec_config=tuple(codec.items()), exact=True
        )


CASES = (
    Case(
        model="wan2.2-5b",
        codec="codec-2.2",
        heads=24,
        ffn_dim=14336,
        layers=30,
        size=(704, 1280),
        frames=121,
    ),
    Case(
        model="wan2.1-1.3b",
        codec="codec-2.1",
        heads=12,
        ffn_dim=8960,
        layers=30,
        size=(480, 832),
        frames=81,
    ),
    Case(
        model="wan2.2-14b",
        codec="codec-2.1",
        heads=40,
        ffn_dim=13824,
        layers=40,
        size=(720, 1280),
        frames=81,
        offload=True,
    ),
)


def their_transformer(case: Case, variant: Variant, home: torch.device, dtype: torch.dtype) -> Any:
    """diffusers' transformer with random weights, in `dtype` but for what it keeps in float32."""
    from diffusers.models.transformers.transformer_wan import WanTransformer3DModel

    torch.set_default_dtype(dtype)
    try:
        with home:
            network = WanTransformer3DModel(
                num_attention_heads=case.heads,
                attention_head_dim=HEAD,
                ffn_dim=case.ffn_dim,
                num_layers=case.layers,
                in_channels=variant.in_channels,
                out_channels=variant.latent_channels,
                text_dim=case.text_dim,
            )
    finally:
        torch.set_default_dtype(torch.float32)
    network.rope = type(network.rope)(HEAD, (1, 2, 2), 1024).to(home)  # its tables, not rounded
    for name, parameter in network.named_parameters():
        if any(part in name for part in network._keep_in_fp32_modules):
            parameter.data = parameter.data.float()
    return network.eval().requires_grad_(False)


def our_transformer(theirs: Any, variant: Variant, dtype: torch.dtype) -> Transformer:
    """Ours of the same weights."""
    rename = renamer("diffusers", "ours")
    held = {str(rename(name)): tensor for name, tensor in theirs.state_dict().items()}
    config = transformer_config({name: tuple(each.shape) for name, each in held.items()}, variant)
    with on_meta_device():
        network = Transformer(config)
    tensors = {
        name: into_ours(name, held[name].to(torch.float32 if finer(name) else dtype), config)
        for name in network.state_dict()
    }
    assign(network, tensors)
    return network


def offloaded(ours: Transformer, theirs: Any, device: torch.device) -> str:
    """Has both keep their blocks in host memory, in place; how diffusers' are moved."""
    stream_blocks(ours, device)
    if importlib.util.find_spec("accelerate") is None:
        stream_blocks(theirs, device)
        return "as ours, for want of the library accelerate"
    theirs.enable_group_offload(
        onload_device=device,
        offload_device=torch.device("cpu"),
        offload_type="block_level",
        num_blocks_per_group=1,
        use_stream=device.type == "cuda",
    )
    return "group offloading"


def stream_blocks(network: Any, device: torch.device) -> None:
    """Has a network keep its blocks in host memory; the other parts go to the device."""
    network.blocks = StreamedBlocks(network.blocks, device)
    for name, part in network.named_children():
        if name != "blocks":
            part.to(device)
    for name, parameter in network.named_parameters(recurse=False):
        setattr(network, name, nn.Parameter(parameter.to(device), requires_grad=False))
