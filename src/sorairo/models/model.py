"""The networks of our own models, and the settings that a model directory records."""

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
from sorairo.models.model_record import TABLETOP_LICENCE
from sorairo.models.protocols import PromptContext, TokenBatch
from sorairo.models.text import TextConfig, TextNetwork
from sorairo.models.transformer import Transformer, TransformerConfig
from sorairo.nn.noise_runs import noise_runs
from sorairo.world.registry import DEFAULT, TABLETOP


@dataclass(frozen=True, kw_only=True)
class SamplingConfig:
    """The sampling defaults of a model."""

    steps: int = 10
    """Steps of the solver."""
    guidance: float = 2.0
    """Scale of classifier-free guidance; 1 is off."""
    guidance_interval: tuple[float, float] = field(default=(0.7, 1.0), metadata=formerly("guided"))
    """The lowest and the highest noise level at which guidance is applied."""
    solver: str = "adams"
    """A name in `sorairo.flow.solvers.SOLVERS`."""
    shift: float = 3.0
    """Moves the schedule towards noise, see `sorairo.flow.schedules.shift`."""

    def sigmas(self, steps: int | None) -> Float[Tensor, "levels"]:
        """The schedule of `steps` steps (None: the model's default)."""
        return sampling_sigmas(steps or self.steps, self.shift)

    def guidance_of(self, scale: float | None) -> Guidance:
        """Guidance of a scale (None: the model's default) within `guidance_interval`."""
        return Guidance(
            scale=self.guidance if scale is None else scale, interval=self.guidance_interval
        )


@dataclass(frozen=True, kw_only=True)
class ModelConfig:
    """The configuration of a model, stored in model.json."""

    name: str = "tabletop"
    codec: CodecConfig = field(default_factory=CodecConfig)
    deflicker: DeflickerConfig | None = field(default=None, metadata=formerly("steadier"))
    """None: without such a network."""
    transformer: TransformerConfig = field(default_factory=TransformerConfig)
    text: TextConfig = field(default_factory=TextConfig)
    sampling: SamplingConfig = field(default_factory=SamplingConfig)
    world: str = DEFAULT
    """The simulated world it was trained on; "" for none."""
    native_sizes: tuple[tuple[int, int], ...] = TABLETOP.sizes
    """Width and height of what it generates, in pixels; the first is the default."""
    fps: float = TABLETOP.fps
    """Frames a second of what it generates."""
    max_frames: int = 49
    """The longest clip, in frames at `fps`."""
    window_frames: int = 49
    """Frames that the transformer sees at once."""
    delivery: DeliveryDefaults = field(
        default_factory=DeliveryDefaults, metadata=formerly("delivered")
    )
    """The size and rate at which its clips are delivered by default."""
    licence: str = TABLETOP_LICENCE
    """SPDX identifier of the weights' licence."""
    version: str = ""
    notes: str = ""


class DenoiserNetwork(nn.Module):
    """Transformer and text network, which are trained together; implements `protocols.Denoiser`."""

    def __init__(self, transformer: TransformerConfig, text: TextConfig) -> None:
        super().__init__()
        self.transformer = Transformer(transformer)
        self.text = TextNetwork(text)

    @property
    def patch(self) -> int:
        """Latent pixels per side of a token."""
        return self.transformer.config.patch

    def read(self, features: Float[Tensor, "k s d"], mask: Bool[Tensor, "k s"]) -> PromptContext:
        """Keys and values of prompts for every block."""
        return PromptContext(layers=tuple(self.transformer.read_text(features)), mask=mask)

    def velocity(self, batch: TokenBatch, context: PromptContext) -> Float[Tensor, "b n p"]:
        """The velocity of tokens, with prompts that were read once: sampling."""
        sigma, level_map = noise_runs(batch.sigma)
        return self.transformer(
            batch.x,
            batch.positions,
            sigma,
            list(context.layers),
            context.mask,
            batch.prompt_weights,
            level_map,
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
    """All networks of a model, and its tokenizer."""

    def __init__(self, config: ModelConfig, tokenizer: Tokenizer) -> None:
        super().__init__()
        self.config, self.tokenizer = config, tokenizer
        self.codec = Codec(config.codec)
        self.deflicker = Deflicker(config.deflicker) if config.deflicker else None
        self.denoiser = DenoiserNetwork(config.transformer, config.text)

    def set_deflicker(self, deflicker: Deflicker | None) -> None:
        """Puts in another deflicker network, with its configuration; None removes it."""
        self.deflicker = deflicker
        self.config = replace(self.config, deflicker=deflicker.config if deflicker else None)
