"""Training the transformer and the text encoder: rectified flow on examples of every task."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from tokenizers import Tokenizer
from torch import Tensor

from sorairo.data.latent_dataset import ClipSet
from sorairo.flow import path as flow
from sorairo.generation.engine import Engine
from sorairo.models.codec import Codec
from sorairo.models.model import Denoiser, Model, ModelConfig
from sorairo.models.tabletop import TabletopModel
from sorairo.models.text import tokenize
from sorairo.training.data.collate import Batch, lay_out, padded, stacked
from sorairo.training.data.masking import PaintingConfig, draw_kind
from sorairo.training.data.samplers import CaptionConfig, ExampleSpec
from sorairo.training.loop.throughput import count_flop
from sorairo.world.tabletop.language.caption_plan import weighted


@dataclass(frozen=True, kw_only=True)
class Shape:
    """Kinds of example that have equally many tokens and texts, so that they mix in a batch (and
    are compiled once)."""

    kinds: tuple[ExampleSpec, ...]

    @property
    def weight(self) -> float:
        return sum(kind.weight for kind in self.kinds)


@dataclass(frozen=True, kw_only=True)
class Phase:
    """Shapes to draw from until this share of the steps is done, and how they are painted if not
    as usual."""

    until: float
    shapes: tuple[Shape, ...]
    painting: PaintingConfig | None = None


@dataclass(frozen=True, kw_only=True)
class DenoiserLossConfig:
    """`tokens` in a batch, whatever the shape, but no more than `samples`, if that is not 0. Blocks
    are `compiled`, once for each shape or, if `dynamic`, for all of them."""

    phases: tuple[Phase, ...]
    tokens: int = 4608
    samples: int = 0
    text_tokens: int = 60
    compiled: bool = True
    dynamic: bool = False
    taste: CaptionConfig = field(default_factory=CaptionConfig)
    painting: PaintingConfig = field(default_factory=PaintingConfig)


class DenoiserObjective:
    """Mean squared error of the velocity over tokens that are not held."""

    def __init__(
        self,
        denoiser: Denoiser,
        config: DenoiserLossConfig,
        clips: dict[str, ClipSet],
        tokenizer: Tokenizer,
        steps: int,
        preview: tuple[ModelConfig, Codec],
    ) -> None:
        self.network, self.config, self.clips = denoiser, config, clips
        self.tokenizer, self.steps, self.preview = tokenizer, steps, preview
        self.flop: dict[tuple[int, ...], float] = {}
        self.device = next(denoiser.parameters()).device
        self.by_level = torch.zeros(LEVELS, device=self.device)
        if config.compiled:
            torch._dynamo.config.cache_size_limit = 64
            for block in denoiser.transformer.blocks:
                block.compile(dynamic=config.dynamic)

    def phase(self, step: int) -> Phase:
        share = step / self.steps
        phases = self.config.phases
        return next((p for p in phases if share < p.until), phases[-1])

    def draw(self, step: int, rng: np.random.Generator) -> Batch:
        """The batch of one step: a shape; for each sample a kind, an example and a painting."""
        rows, config, phase = [], self.config, self.phase(step)
        shape = phase.shapes[weighted(rng, tuple(each.weight for each in phase.shapes))]
        weights = tuple(kind.weight for kind in shape.kinds)
        law = phase.painting or config.painting
        while not rows or len(rows) < self._samples(len(rows[0].z)):
            kind = shape.kinds[weighted(rng, weights)]
            taste = config.taste
            painting = draw_kind(rng, law)
            if painting not in ("plain", "per_frame"):
                taste = replace(taste, from_start=0.4)
            example = kind.example(self.clips, rng, taste)
            patch = self.network.transformer.config.patch
            rows.append(lay_out(example, painting, rng, law, patch))
        texts = [text for row in rows for text in row.texts]
        width = self.config.text_tokens
        return stacked(rows, *padded(*tokenize(self.tokenizer, texts, width), width))

    def _samples(self, tokens: int) -> int:
        """How many samples of so many tokens are in a batch."""
        found = self.config.tokens // tokens
        return min(found, self.config.samples) if self.config.samples else found

    def loss(
        self, batch: Batch, generator: torch.Generator
    ) -> tuple[Tensor, dict[str, float | Tensor]]:
        batch = batch.each(lambda each: each.to(self.device, non_blocking=True))
        z = batch.z.float()
        noise = torch.randn(z.shape, generator=generator, device=self.device)
        if batch.edit_offset is not None:
            noise = noise + batch.edit_offset
        x = flow.point(z, noise, batch.sigma.unsqueeze(-1))
        inputs = (x, batch.positions, batch.sigma, batch.ids, batch.mask, batch.prompt_weights)
        shape = (*x.shape, len(batch.ids))
        if shape not in self.flop:
            self.flop[shape] = 3 * self._flop(inputs)
        predicted = self.network(*inputs)
        losses = flow.matching_loss(predicted, flow.velocity(z, noise), batch.loss_mask)
        self._note(losses.detach().float(), batch)
        by_level = {f"loss_sigma_{i}": value for i, value in enumerate(self.by_level)}
        return losses.mean(), {"flop": self.flop[shape], **by_level}

    def _flop(self, inputs: tuple[Tensor | None, ...]) -> float:
        if not self.config.compiled:
            return count_flop(lambda: self.network(*inputs))
        eager = Denoiser(self.network.transformer.config, self.network.text.config).to(self.device)
        return count_flop(lambda: eager(*inputs))

    def _note(self, losses: Tensor, batch: Batch) -> None:
        """Loss by noise level, in bins, a mean of the last hundred or so samples. (Zero: none.)"""
        level = (batch.sigma[:, 0] * LEVELS).long().clamp(max=LEVELS - 1)
        plain = batch.plain.float()
        count = torch.zeros_like(self.by_level).index_add_(0, level, plain)
        mean = torch.zeros_like(self.by_level).index_add_(0, level, plain * losses) / count
        kept = torch.where(self.by_level == 0, 0.0, MEMORY**count)
        noted = kept * self.by_level + (1 - kept) * mean
        self.by_level = torch.where(count > 0, noted, self.by_level)

    def sheet(self, path: Path, ema: dict[str, Tensor], step: int) -> dict[str, float]:
        """Clips of fixed prompts, a row each."""
        del step
        config, codec = self.preview
        model = Model(config, self.tokenizer)
        model.codec.load_state_dict(codec.state_dict())
        model.denoiser.load_state_dict(ema)
        engine = Engine(TabletopModel.of(model, self.device))
        rows = []
        for seed, prompt in enumerate(FIXED_PROMPTS):
            clip = engine.generate(prompt, seconds=49 / 12, seed=seed, steps=12)
            picked = np.linspace(0, len(clip.frames) - 1, 8).astype(int)
            rows.append(np.concatenate(list(clip.frames[picked]), axis=1))
        Image.fromarray(np.concatenate(rows)).save(path)
        return {}


LEVELS = 4  # bins of noise
MEMORY = 0.99  # of the mean loss of each, a sample
FIXED_PROMPTS = (
    "a red ball drops onto a wooden floor",
    "a blue cube slides to the left on the checkerboard",
    "a green cylinder turns on a turntable on sand",
    "a yellow ball rolls to the right on marble, at night",
    "一个红色的球落到木地板上",
    "a pink cube swings over the snow, at sunset",
    "an orange ball is thrown up again and again on the grass",
    "a purple cube on a turntable, the camera orbits left, as a pencil drawing",
    "a red ball drops onto the grass, in pixel art",
    "a blue cylinder slides to the right on marble, neon style",
)
