"""A folder of open weights that fits no machine: files of many terabytes that have a header and no
content, and take no room on the disk."""

from __future__ import annotations

import json
import math
import struct
from pathlib import Path

from sorairo.models.wan.variants import variant_named

BYTES = {"BF16": 2, "F32": 4}
WIDTH, LAYERS, ROWS = 5120, 40, 3_000_000
Tensors = dict[str, tuple[str, list[int]]]
"""Formats and shapes by name."""

TEXT: Tensors = {
    "shared.weight": ("BF16", [256384, 4096]),
    "encoder.block.0.layer.0.SelfAttention.relative_attention_bias.weight": ("BF16", [32, 64]),
    "encoder.block.0.layer.0.SelfAttention.q.weight": ("BF16", [4096, 4096]),
    "encoder.block.0.layer.1.DenseReluDense.wi_0.weight": ("BF16", [10240, 4096]),
}
"""What the sizes of a text encoder are read from."""


def write_huge(path: Path, name: str) -> Path:
    """A variant whose transformer has terabytes."""
    variant = variant_named(name)
    blocks: Tensors = {
        "patch_embedding.weight": ("BF16", [WIDTH, variant.in_channels, 1, 2, 2]),
        "blocks.0.ffn.0.weight": ("BF16", [13824, WIDTH]),
    }
    for layer in range(LAYERS):
        blocks[f"blocks.{layer}.self_attn.q.weight"] = ("BF16", [ROWS, WIDTH])
    codec: Tensors = {
        "encoder.conv1.weight": ("F32", [96, 3, 3, 3, 3]),
        "decoder.conv1.weight": ("F32", [384, 16, 3, 3, 3]),
    }
    path.mkdir(parents=True)
    for expert in ("high_noise", "low_noise")[: variant.experts]:
        _write(path / f"wan_{expert}.safetensors", blocks)
    _write(path / "vae.safetensors", codec)
    _write(path / "umt5.safetensors", TEXT)
    (path / "tokenizer.json").write_text("{}")
    return path


def _write(file: Path, tensors: Tensors) -> None:
    header, end = {}, 0
    for name, (kind, shape) in tensors.items():
        start, end = end, end + BYTES[kind] * math.prod(shape)
        header[name] = {"dtype": kind, "shape": shape, "data_offsets": [start, end]}
    text = json.dumps(header).encode()
    with open(file, "wb") as out:
        out.write(struct.pack("<Q", len(text)) + text)
        out.truncate(8 + len(text) + end)
