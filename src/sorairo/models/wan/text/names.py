"""Names of the text encoder's parameters: those of transformers, and those of the original
repository. No torch."""

from __future__ import annotations

ROOT = {"token_embedding.weight": "shared.weight", "norm.weight": "encoder.final_layer_norm.weight"}
BLOCK = {
    "norm1": "layer.0.layer_norm",
    "attn.q": "layer.0.SelfAttention.q",
    "attn.k": "layer.0.SelfAttention.k",
    "attn.v": "layer.0.SelfAttention.v",
    "attn.o": "layer.0.SelfAttention.o",
    "pos_embedding.embedding": "layer.0.SelfAttention.relative_attention_bias",
    "norm2": "layer.1.layer_norm",
    "ffn.gate.0": "layer.1.DenseReluDense.wi_0",
    "ffn.fc1": "layer.1.DenseReluDense.wi_1",
    "ffn.fc2": "layer.1.DenseReluDense.wo",
}
"""Modules of a block: original, transformers."""


def text_name(original: str) -> str:
    """The name in transformers of a parameter of the original; other names are as they are."""
    if original in ROOT:
        return ROOT[original]
    start, _, rest = original.partition(".")
    number, _, rest = rest.partition(".")
    module, _, end = rest.rpartition(".")
    if start == "blocks" and module in BLOCK:
        return f"encoder.block.{number}.{BLOCK[module]}.{end}"
    return original


def original_name(name: str) -> str:
    """The reverse of `text_name`."""
    root = {new: old for old, new in ROOT.items()}
    if name in root:
        return root[name]
    block = {new: old for old, new in BLOCK.items()}
    place, _, rest = name.removeprefix("encoder.block.").partition(".")
    module, _, end = rest.rpartition(".")
    if name.startswith("encoder.block.") and module in block:
        return f"blocks.{place}.{block[module]}.{end}"
    return name
