"""LoRAs for a tiny Wan, in files of several namings."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor

from random_weights import randomise
from sorairo.models.lora.targets import LoraTarget
from sorairo.models.transformer import Transformer
from sorairo.models.wan.files.layouts import into_ours
from sorairo.models.wan.files.transformer_names import renamer
from sorairo.models.wan.variants import variant_named
from tiny_wan import transformer_config

RANK = 3
MODULES = (
    *("blocks.0.self_attn.q", "blocks.1.self_attn.k", "blocks.0.cross_attn.o", "blocks.2.ffn.0"),
    *("head.head", "time_projection.1"),
)
CONFIG = transformer_config(variant_named("wan2.1-1.3b"))


def network(seed: int = 0) -> Transformer:
    return randomise(Transformer(CONFIG), seed)


def target(transformer: Transformer, **options) -> LoraTarget:
    return LoraTarget(
        network=transformer,
        namings=(renamer("original", "ours"), renamer("diffusers", "ours")),
        file_names=(renamer("ours", "original"), renamer("ours", "diffusers")),
        into_network=lambda name, tensor: into_ours(name, tensor, CONFIG),
        **options,
    )


def factors(transformer: Transformer) -> dict[str, tuple[Tensor, Tensor]]:
    """Random factors of each module, in the layout of files."""
    torch.manual_seed(5)
    shapes = {name: transformer.get_submodule(name).weight.shape for name in MODULES}
    return {
        name: (torch.randn(RANK, columns) / 20, torch.randn(rows, RANK) / 20)
        for name, (rows, columns) in shapes.items()
    }


def original(name: str) -> tuple[str, str, str]:
    stem = f"diffusion_model.{renamer('ours', 'original')(name)}"
    return f"{stem}.lora_down.weight", f"{stem}.lora_up.weight", f"{stem}.alpha"


def peft(name: str) -> tuple[str, str, str]:
    stem = f"transformer.{renamer('ours', 'diffusers')(name)}"
    return f"{stem}.lora_A.default.weight", f"{stem}.lora_B.default.weight", f"{stem}.alpha"


def underscored(name: str) -> tuple[str, str, str]:
    stem = f"lora_unet_{renamer('ours', 'original')(name)}".replace(".", "_")
    return f"{stem}.lora_down.weight", f"{stem}.lora_up.weight", f"{stem}.alpha"


def write(
    path: Path, transformer: Transformer, naming: Callable[[str], tuple[str, str, str]], **more
) -> Path:
    """A file with an alpha of twice the rank."""
    tensors = {}
    for name, (down, up) in factors(transformer).items():
        keys = naming(name)
        tensors |= dict(zip(keys, (down, up, torch.tensor(2.0 * RANK)), strict=True))
    save_file({**tensors, **more}, path)
    return path
