"""The text encoder from its files, in the layout of transformers or of the original repository."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer
from torch import Tensor

from sorairo.errors import ModelError
from sorairo.models import hub
from sorairo.models.wan.files.loading import assign, check_names, no_part, put_packed
from sorairo.models.wan.files.tensor_source import Shapes, TensorSource
from sorairo.models.wan.text.encoder import END, WanText
from sorairo.models.wan.text.names import text_name
from sorairo.nn.packed import Packed
from sorairo.nn.rounding import quieten

EMBEDDING, SECOND = "shared.weight", "encoder.embed_tokens.weight"
EXTRA = {"spiece_model", "scaled_fp8", SECOND}  # names beside the network's own in some files
FIRST = "encoder.block.0.layer"
DISTANCE = 128  # tokens, from which on all relative positions count as one


@dataclass(frozen=True, kw_only=True, eq=False)
class CheckedText:
    """A text encoder whose names, shapes and number formats fit. No tensor of it has been read."""

    source: TensorSource
    names: dict[str, str]
    """Names in the files, by those of transformers."""
    network: Any
    """transformers' UMT5EncoderModel, without weights."""
    tokenizer: Tokenizer

    @property
    def width(self) -> int:
        """Features of a token."""
        return self.network.config.d_model

    def load(self, dtype: torch.dtype) -> WanText:
        """The text encoder. Raises ModelError for files that cannot be read."""
        network = copy.deepcopy(self.network)
        found = {name: self.source.read(held) for name, held in self.names.items()}
        packed = {name: each for name, each in found.items() if isinstance(each, Packed)}
        tensors = {name: each.to(dtype) for name, each in found.items() if isinstance(each, Tensor)}
        put_packed(network, packed, tensors, dtype)
        # releases of transformers have left this second name of the embedding at zero
        if EMBEDDING in packed:
            network.encoder.embed_tokens = network.shared
        else:
            tensors[SECOND] = tensors[EMBEDDING]
        assign(network, tensors)
        network.encoder.embed_tokens = network.shared  # the same, and on its device once
        return WanText(tokenizer=self.tokenizer, network=network, device=torch.device("cpu"))


def check_text(files: Sequence[Path], tokenizer: Path) -> CheckedText:
    """A text encoder, from the headers of its files. Raises ModelError for files that do not fit,
    and where transformers is not installed."""
    quieten()
    try:
        from transformers import UMT5Config, UMT5EncoderModel
    except ImportError as error:
        raise ModelError(
            "The text encoder of Wan needs the library transformers:"
            " pip install 'sorairo[open-weights]'."
        ) from error
    source = TensorSource.of(files)
    names = {text_name(name): name for name in source.shapes}
    names = {name: held for name, held in names.items() if name not in EXTRA}
    shapes = {name: source.shapes[held] for name, held in names.items()}
    try:
        config = UMT5Config(**_settings(shapes))
    except (KeyError, IndexError, ValueError) as error:
        raise no_part(files[0], "text encoder", error) from error
    with torch.device("meta"):
        network = UMT5EncoderModel(config)
    wanted = {n: tuple(t.shape) for n, t in network.state_dict().items() if n != SECOND}
    check_names(files[0], wanted, shapes)
    source.check_formats(names.values())
    found = hub.read_tokenizer(tokenizer)
    if found.token_to_id(END) is None or found.get_vocab_size() > config.vocab_size:
        raise ModelError(
            f"{tokenizer} is not the tokenizer of {files[0]}: it has {found.get_vocab_size()}"
            f" tokens for {config.vocab_size} embeddings, and {END} is to be one of them."
        )
    return CheckedText(source=source, names=names, network=network, tokenizer=found)


def load_text(files: Sequence[Path], tokenizer: Path, dtype: torch.dtype) -> WanText:
    """Raises ModelError for files that do not fit, and where transformers is not installed."""
    return check_text(files, tokenizer).load(dtype)


def _settings(shapes: Shapes) -> dict[str, Any]:
    """transformers' configuration of an encoder whose parameters have these shapes."""
    buckets, heads = shapes[f"{FIRST}.0.SelfAttention.relative_attention_bias.weight"]
    vocabulary, width = shapes[EMBEDDING]
    return {
        "vocab_size": vocabulary,
        "d_model": width,
        "d_kv": shapes[f"{FIRST}.0.SelfAttention.q.weight"][0] // heads,
        "d_ff": shapes[f"{FIRST}.1.DenseReluDense.wi_0.weight"][0],
        "num_layers": len({name.split(".")[2] for name in shapes if ".block." in name}),
        "num_heads": heads,
        "relative_attention_num_buckets": buckets,
        "relative_attention_max_distance": DISTANCE,
        "layer_norm_epsilon": 1e-6,
        "feed_forward_proj": "gated-gelu",
        "dropout_rate": 0.0,
    }
