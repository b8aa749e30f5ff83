"""A whole model: codec and steadier, transformer, text encoder and tokenizer, and what they were
made to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from jaxtyping import Bool, Float
from tokenizers import Tokenizer
from torch import Tensor, nn

from sorairo.config import formerly
from sorairo.models.codec import Codec, CodecConfig
from sorairo.models.deflicker import Steadier, SteadierConfig
from sorairo.models.delivery_defaults import Delivered
from sorairo.models.text import TextConfig, TextEncoder, tokenize
from sorairo.models.transformer import Transformer, TransformerConfig
from sorairo.world.registry import DEFAULT, TABLETOP


@dataclass(frozen=True, kw_only=True)
class SamplingConfig:
    """What the model does when nothing else is asked for; `shift` is the schedule's. Guidance is
    applied to noise levels within `guidance_interval` (lowest, highest)."""

    steps: int = 10
    guidance: float = 2.0
    guidance_interval: tuple[float, float] = field(default=(0.7, 1.0), metadata=formerly("guided"))
    solver: str = "adams"
    shift: float = 3.0


@dataclass(frozen=True, kw_only=True)
class ModelConfig:
    """Networks, native sizes (width, height), frames a second, the longest clip, the frames that
    the transformer sees at once, the defaults of sampling, and how its clips are delivered."""

    name: str = "tabletop"
    codec: CodecConfig = field(default_factory=CodecConfig)
    steadier: SteadierConfig | None = None
    transformer: TransformerConfig = field(default_factory=TransformerConfig)
    text: TextConfig = field(default_factory=TextConfig)
    sampling: SamplingConfig = field(default_factory=SamplingConfig)
    world: str = DEFAULT  # the simulated world it was trained on; "" for none
    native_sizes: tuple[tuple[int, int], ...] = TABLETOP.sizes
    fps: float = TABLETOP.fps
    max_frames: int = 49
    window_frames: int = 49
    delivered: Delivered = field(default_factory=Delivered)
    version: str = ""
    notes: str = ""


class Denoiser(nn.Module):
    """Transformer and text encoder: what is trained together."""

    def __init__(self, transformer: TransformerConfig, text: TextConfig) -> None:
        super().__init__()
        self.transformer = Transformer(transformer)
        self.text = TextEncoder(text)

    def forward(
        self,
        x: Float[Tensor, "b n p"],
        positions: Float[Tensor, "#b n 3"],
        sigma: Float[Tensor, "b m"],
        ids: Tensor,
        mask: Bool[Tensor, "bk s"],
        prompt_weights: Float[Tensor, "b n k"] | None = None,
    ) -> Float[Tensor, "b n p"]:
        """Velocity, in one go: training. In sampling the text is read once, see `read`."""
        text = self.transformer.read_text(self.text(ids, mask))
        return self.transformer(x, positions, sigma, text, mask, prompt_weights)


class Model(nn.Module):
    """The parts of a model, loaded and ready."""

    def __init__(self, config: ModelConfig, tokenizer: Tokenizer) -> None:
        super().__init__()
        self.config, self.tokenizer = config, tokenizer
        self.codec = Codec(config.codec)
        self.steadier = Steadier(config.steadier) if config.steadier else None
        self.denoiser = Denoiser(config.transformer, config.text)

    def take(self, steadier: Steadier | None) -> None:
        """Takes a steadier, with its configuration; None: goes without."""
        self.steadier = steadier
        self.config = replace(self.config, steadier=steadier.config if steadier else None)

    def read(
        self, prompts: Sequence[str]
    ) -> tuple[list[tuple[Tensor, Tensor]], Bool[Tensor, "b s"]]:
        """Keys and values of prompts for every block, and the mask of their tokens."""
        ids, mask = tokenize(self.tokenizer, prompts, self.config.text.max_length)
        device = next(self.parameters()).device
        ids, mask = ids.to(device), mask.to(device)
        features = self.denoiser.text(ids, mask)
        return self.denoiser.transformer.read_text(features), mask
