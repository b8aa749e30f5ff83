"""Initial weights from another model, also for networks that have more layers, words or latent
channels."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from sorairo.errors import TrainingError
from sorairo.models import hub
from sorairo.models.codec import Codec
from sorairo.models.model import DenoiserNetwork
from sorairo.models.network_files import load_networks
from sorairo.training.networks.larger_codec import enlarged

# Zero at first: a network without it computes the same.
PLACE_EMBEDDING = "transformer.place_embedding.weight"
BLOCKS = "transformer.blocks."
OUTPUTS = ("self_attn.o.", "cross_attn.o.", "ffn.2.")  # of a block: what is added to its input
WORDS = "text.embedding.weight"  # of a denoiser: one row a token
INPUT = "transformer.patch_embedding.weight"
OUTPUT = "transformer.head.head."  # weight and bias: one row a channel of a token


def load_initial(network: nn.Module, start: str, part: str) -> None:
    """Copies the weights of a part of the model `start` into the network; does nothing for "".

    A deeper denoiser or a larger codec computes the same at first; new words, and an embedding of
    places that the model does not have, keep their random weights. A denoiser of more latent
    channels ignores the new ones at first, and its velocity there is zero.
    """
    if not start:
        return
    source = getattr(load_networks(hub.find(start)), part).float().state_dict()
    if isinstance(network, DenoiserNetwork):
        source = deepened(source, len(network.transformer.blocks))
        source = with_channels(source, network)
    if isinstance(network, Codec):
        source = enlarged(source, network)
    words, known = network.state_dict().get(WORDS), source.get(WORDS)
    if words is not None and known is not None and len(known) < len(words):
        source[WORDS] = torch.cat([known, words[len(known) :].to(known)])
    if PLACE_EMBEDDING in network.state_dict():
        source.setdefault(PLACE_EMBEDDING, network.state_dict()[PLACE_EMBEDDING])
    try:
        network.load_state_dict(source)
    except RuntimeError as error:
        raise TrainingError(
            f"The {part} of '{start}' has another shape than this recipe's: give the recipe the "
            'same `model` fields, or start from random weights with `start=""`.'
        ) from error


def deepened(source: dict[str, Tensor], layers: int) -> dict[str, Tensor]:
    """The weights of a denoiser with `layers` blocks, or as it is if it has as many.

    New blocks are spread evenly among the old ones. Each is a copy of the next old one with zero
    output weights, so that the network computes the same at first (Du et al., "Stacking your
    transformers", arXiv 2405.15319; zero as in adaLN-zero).
    """
    old = 1 + max(int(name.split(".")[2]) for name in source if name.startswith(BLOCKS))
    if layers <= old:
        return source
    places = [round((i + 1) * layers / old) - 1 for i in range(old)]  # of the old among all
    grown = {name: value for name, value in source.items() if not name.startswith(BLOCKS)}
    for place in range(layers):
        copied = sum(each < place for each in places)  # the old block here, or the next one
        new = place not in places
        for name, value in source.items():
            if name.startswith(f"{BLOCKS}{copied}."):
                inner = name.removeprefix(f"{BLOCKS}{copied}.")
                zero = new and inner.startswith(OUTPUTS)
                grown[f"{BLOCKS}{place}.{inner}"] = (
                    torch.zeros_like(value) if zero else value.clone()
                )
    return grown


def with_channels(source: dict[str, Tensor], network: DenoiserNetwork) -> dict[str, Tensor]:
    """The weights of a denoiser with as many latent channels as `network` has: those of new ones,
    which are the last of a token, are zero."""
    config = network.transformer.config
    if config.given_channels or INPUT not in source:
        return source
    new = config.token_channels - source[INPUT].shape[1]
    if new <= 0:
        return source
    wider = {INPUT: F.pad(source[INPUT], (0, new))}
    for name in (f"{OUTPUT}weight", f"{OUTPUT}bias"):
        rows = source[name]
        wider[name] = torch.cat([rows, rows.new_zeros(new, *rows.shape[1:])])
    return source | wider
