"""A whole model: codec and deflicker, transformer, text encoder and tokenizer, and what they were
made to do."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from jaxtyping import Bool, Float
from tokenizers import Tokenizer
from torch import Tensor, nn

from sorairo.config import formerly
from sorairo.flow.guidance import Guidance
from sorairo.flow.schedules import sampling_sigmas
from sorairo.models.codec import Codec, CodecConfig
from sorairo.models.deflicker import Deflicker, DeflickerConfig
from sorairo.models.model_info import DeliveryDefaults
from sorairo.models.protocols import PromptContext, TokenBatch
from sorairo.models.text import TextConfig, TextEncoder
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

    def sigmas(self, steps: int | None) -> Float[Tensor, "levels"]:
        """The schedule of so many steps, or of the model's own."""
        return sampling_sigmas(steps or self.steps, self.shift)

    def guidance_of(self, scale: float | None) -> Guidance:
        """Guidance of that scale, or of the model's own, within `guidance_interval`."""
        return Guidance(
            scale=self.guidance if scale is None else scale, interval=self.guidance_interval
        )


@dataclass(frozen=True, kw_only=True)
class ModelConfig:
    """Networks, native sizes (width, height), frames a second, the longest clip, the frames that
    the transformer sees at once, the defaults of sampling, and how its clips are delivered."""

    name: str = "tabletop"
    codec: CodecConfig = field(default_factory=CodecConfig)
    deflicker: DeflickerConfig | None = field(default=None, metadata=formerly("steadier"))
    transformer: TransformerConfig = field(default_factory=TransformerConfig)
    text: TextConfig = field(default_factory=TextConfig)
    sampling: SamplingConfig = field(default_factory=SamplingConfig)
    world: str = DEFAULT  # the simulated world it was trained on; "" for none
    native_sizes: tuple[tuple[int, int], ...] = TABLETOP.sizes
    fps: float = TABLETOP.fps
    max_frames: int = 49
    window_frames: int = 49
    delivery: DeliveryDefaults = field(
        default_factory=DeliveryDefaults, metadata=formerly("delivered")
    )
    version: str = ""
    notes: str = ""


class Denoiser(nn.Module):
    """Transformer and text encoder: what is trained together."""

    def __init__(self, transformer: TransformerConfig, text: TextConfig) -> None:
        super().__init__()
        self.transformer = Transformer(transformer)
        self.text = TextEncoder(text)

    @property
    def patch(self) -> int:
        """Latent places of each side of a token."""
        return self.transformer.config.patch

    def read(self, features: Float[Tensor, "k s d"], mask: Bool[Tensor, "k s"]) -> PromptContext:
        """Keys and values of prompts for every block."""
        return PromptContext(layers=tuple(self.transformer.read_text(features)), mask=mask)

    def velocity(self, batch: TokenBatch, context: PromptContext) -> Float[Tensor, "b n p"]:
        """The velocity of tokens, with prompts that were read once: sampling."""
        return self.transformer(
            batch.x,
            batch.positions,
            batch.sigma,
            list(context.layers),
            context.mask,
            batch.prompt_weights,
        )

    def forward(
        self,
        x: Float[Tensor, "b n p"],
        positions: Float[Tensor, "#b n 3"],
        sigma: Float[Tensor, "b m"],
        ids: Tensor,
        mask: Bool[Tensor, "bk s"],
        prompt_weights: Float[Tensor, "b n k"] | None = None,
    ) -> Float[Tensor, "b n p"]:
        """Velocity, in one go: training. In sampling the text is read once, see `velocity`."""
        text = self.transformer.read_text(self.text(ids, mask))
        return self.transformer(x, positions, sigma, text, mask, prompt_weights)


class Model(nn.Module):
    """The parts of a model, loaded and ready."""

    def __init__(self, config: ModelConfig, tokenizer: Tokenizer) -> None:
        super().__init__()
        self.config, self.tokenizer = config, tokenizer
        self.codec = Codec(config.codec)
        self.deflicker = Deflicker(config.deflicker) if config.deflicker else None
        self.denoiser = Denoiser(config.transformer, config.text)

    def set_deflicker(self, deflicker: Deflicker | None) -> None:
        """Puts in another deflicker network, with its configuration; None removes it."""
        self.deflicker = deflicker
        self.config = replace(self.config, deflicker=deflicker.config if deflicker else None)
