"""The text encoder of Wan, umT5 (Chung et al., "UniMax", arXiv 2304.09151), run by transformers."""

from __future__ import annotations

import html
import itertools
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from jaxtyping import Bool, Float
from tokenizers import Tokenizer
from torch import Tensor, nn

from sorairo.errors import ModelError

LENGTH = 512  # tokens
END = "</s>"
PAD = 0


def cleaned(text: str) -> str:
    """A prompt as the official code cleans it: mended encoding (where ftfy is installed), HTML
    entities resolved twice, white space collapsed."""
    try:
        import ftfy

        text = ftfy.fix_text(text)
    except ImportError:
        pass
    text = html.unescape(html.unescape(text)).strip()
    return re.sub(r"\s+", " ", text).strip()


@dataclass(frozen=True, kw_only=True, eq=False)
class WanText:
    """Implements `protocols.TextEncoder`: each prompt is encoded at its own length, and its
    features are followed by zeros up to LENGTH tokens, which the transformer attends to as well: it
    was trained so."""

    tokenizer: Tokenizer
    network: Any
    """transformers' UMT5EncoderModel; its embedding and its blocks may rest in host memory."""
    device: torch.device
    """Where it computes."""

    @property
    def separate(self) -> bool:
        """True: each prompt is encoded at its own length."""
        return True

    def encode(self, prompts: Sequence[str]) -> tuple[Float[Tensor, "k s d"], Bool[Tensor, "k s"]]:
        """Features [k, 512, d] and a mask that is True everywhere."""
        unique, encoder = list(dict.fromkeys(prompts)), self.network.encoder
        hidden = [self._embedded(each) for each in unique]
        for block in encoder.block:  # blocks that rest in host memory are copied once for all
            hidden = [_hidden_of(block(each)) for each in hidden]
        width, device = self.network.config.d_model, self.device
        features = torch.zeros(len(prompts), LENGTH, width, dtype=self.network.dtype, device=device)
        found = dict(zip(unique, map(encoder.final_layer_norm, hidden), strict=True))
        for row, prompt in enumerate(prompts):
            features[row, : found[prompt].shape[1]] = found[prompt][0]
        return features, torch.ones(len(prompts), LENGTH, dtype=torch.bool, device=device)

    def _embedded(self, prompt: str) -> Float[Tensor, "1 s d"]:
        """The embeddings of a prompt's tokens. None is masked, as each prompt is encoded alone."""
        ids = torch.tensor([self.tokens(prompt)], device=_device_of(self.network.shared))
        return self.network.shared(ids).to(self.device)

    def tokens(self, prompt: str) -> list[int]:
        """The tokens of a prompt, the end token last; at most LENGTH."""
        end = self.tokenizer.token_to_id(END)
        if end is None:
            raise ModelError(f"The tokenizer of the text encoder has no {END}: fetch it again.")
        ids = self.tokenizer.encode(cleaned(prompt), add_special_tokens=False).ids
        return [*ids[: LENGTH - 1], end]

    def unread(self, prompt: str) -> str:
        """The end of a cleaned prompt beyond LENGTH tokens; "" for one that is read as a whole."""
        text = cleaned(prompt)
        places = self.tokenizer.encode(text, add_special_tokens=False).offsets
        return text[places[LENGTH - 1][0] :].strip() if len(places) >= LENGTH else ""


def _hidden_of(output: Any) -> Tensor:
    """What a block passes on: some releases of transformers return it alone, others in a tuple."""
    return output[0] if isinstance(output, tuple) else output


def _device_of(embedding: nn.Module) -> torch.device:
    return next(itertools.chain(embedding.parameters(), embedding.buffers())).device
