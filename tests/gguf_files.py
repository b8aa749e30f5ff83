"""Writes GGUF files with the tensors of tiny networks."""

from __future__ import annotations

from pathlib import Path

import gguf
import numpy as np
import torch
from gguf import GGMLQuantizationType, GGUFWriter
from torch import Tensor

from sorairo.nn import ggml

PREFIX = "model.diffusion_model."
GGUF_TEXT = {
    "shared.weight": "token_embd.weight",
    "encoder.final_layer_norm.weight": "enc.output_norm.weight",
    "layer.0.SelfAttention.relative_attention_bias": "attn_rel_b",
    "layer.0.SelfAttention.": "attn_",
    "layer.0.layer_norm": "attn_norm",
    "layer.1.layer_norm": "ffn_norm",
    "layer.1.DenseReluDense.wi_0": "ffn_gate",
    "layer.1.DenseReluDense.wi_1": "ffn_up",
    "layer.1.DenseReluDense.wo": "ffn_down",
    "encoder.block.": "enc.blk.",
}


def blocks(kind: str, rows: int, columns: int, seed: int = 0) -> np.ndarray:
    """Random bytes in a format, whose scales are finite numbers."""
    form = ggml.FORMATS[kind]
    count = rows * columns // form.numbers
    data = np.random.default_rng(seed).integers(0, 256, (count, form.bytes), np.uint8)
    halves = {"Q6_K": (208,), "Q3_K": (108,), "Q2_K": (80, 82), "Q8_0": (0,), "Q4_0": (0,)}
    for at in halves.get(kind, (0,) if kind == "Q5_0" else (0, 2)):
        data[:, at : at + 2] = np.float16(0.001).tobytes()[0], np.float16(0.001).tobytes()[1]
    return data.reshape(rows, -1)


def to_gguf(tensors: dict[str, Tensor], path: Path) -> dict[str, Tensor]:
    """Writes tensors as GGUF, matrices quantised; returns what the file says in full."""
    writer, found = GGUFWriter(path, "wan"), {}
    for name, tensor in tensors.items():
        array = tensor.float().numpy()
        stored = name.removeprefix(PREFIX)
        if array.ndim > 4:  # the format has four axes at most; the shape stands beside it
            key = f"comfy.gguf.orig_shape.{stored}"
            writer.add_array(key, [int(side) for side in array.shape])
            array = array.reshape(array.shape[0], -1)
        kind = GGMLQuantizationType.F32
        if array.ndim == 2 and "patch" not in name and "rel_b" not in name:
            kind = GGMLQuantizationType.Q8_0
        if array.ndim == 2 and array.shape[1] == 256:
            kind = GGMLQuantizationType.Q4_K
        if kind == GGMLQuantizationType.Q4_K:
            data = blocks("Q4_K", *array.shape)
        else:
            data = gguf.quantize(array, kind)
        writer.add_tensor(stored, data, raw_dtype=kind)
        full = array if kind == GGMLQuantizationType.F32 else gguf.dequantize(data, kind)
        found[name] = torch.from_numpy(full.reshape(tensor.shape).copy())
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return found


def gguf_text_name(name: str) -> str:
    for theirs, own in GGUF_TEXT.items():
        name = name.replace(theirs, own)
    return name
