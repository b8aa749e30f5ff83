"""Names of the text encoder's parameters: those of transformers, of the original repository, and of
GGUF files (llama.cpp). No torch."""

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
GGUF_ROOT = {
    "token_embd.weight": "shared.weight",
    "enc.output_norm.weight": "encoder.final_layer_norm.weight",
}
GGUF_BLOCK = {
    "attn_norm": "layer.0.layer_norm",
    "attn_q": "layer.0.SelfAttention.q",
    "attn_k": "layer.0.SelfAttention.k",
    "attn_v": "layer.0.SelfAttention.v",
    "attn_o": "layer.0.SelfAttention.o",
    "attn_rel_b": "layer.0.SelfAttention.relative_attention_bias",
    "ffn_norm": "layer.1.layer_norm",
    "ffn_gate": "layer.1.DenseReluDense.wi_0",
    "ffn_up": "layer.1.DenseReluDense.wi_1",
    "ffn_down": "layer.1.DenseReluDense.wo",
}
"""Modules of a block: GGUF, transformers."""


def text_name(original: str) -> str:
    """The name in transformers of a parameter of the original or of a GGUF file; other names are as
    they are."""
    root = {**ROOT, **GGUF_ROOT}
    if original in root:
        return root[original]
    if original.startswith("enc.blk."):
        number, _, rest = original.removeprefix("enc.blk.").partition(".")
        module, _, end = rest.rpartition(".")
        if module in GGUF_BLOCK:
            return f"encoder.block.{number}.{GGUF_BLOCK[module]}.{end}"
        return original
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
