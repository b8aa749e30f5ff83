"""The objective of a denoiser (transformer and text encoder): rectified flow on examples of every
task."""

from __future__ import annotations

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
from sorairo.models.model import DenoiserNetwork, Model, ModelConfig
from sorairo.models.tabletop import TabletopModel
from sorairo.training.data.batch import Batch
from sorairo.training.data.mixture import DenoiserLossConfig, draw_batch, phase_at
from sorairo.training.loop.throughput import count_flop

LEVELS = 4  # bins of the noise levels, for the journal
MEMORY = 0.99  # decay of the mean loss of each bin, per sample
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
LIFELIKE_PROMPTS = (
    "a woman in a red dress walks through the park",
    "a man in a blue shirt waves in the city at night",
    "a glass falls and shatters",
    "一个穿绿色衣服的男人在公园里走",
    "a woman dances on the grass, the camera orbits left",
)


class DenoiserObjective:
    """The mean squared error of the velocity over tokens that are not held."""

    def __init__(
        self,
        denoiser: DenoiserNetwork,
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

    def draw(self, step: int, rng: np.random.Generator) -> Batch:
        """The batch of one step."""
        phase = phase_at(self.config, step / self.steps)
        patch = self.network.transformer.config.patch
        return draw_batch(self.config, phase, self.clips, self.tokenizer, patch, rng)

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
        self._average_by_level(losses.detach().float(), batch)
        by_level = {f"loss_sigma_{i}": value for i, value in enumerate(self.by_level)}
        return losses.mean(), {"flop": self.flop[shape], **by_level}

    def _flop(self, inputs: tuple[Tensor | None, ...]) -> float:
        if not self.config.compiled:
            return count_flop(lambda: self.network(*inputs))
        eager = DenoiserNetwork(self.network.transformer.config, self.network.text.config).to(
            self.device
        )
        return count_flop(lambda: eager(*inputs))

    def _average_by_level(self, losses: Tensor, batch: Batch) -> None:
        """Averages the loss by noise level, over about the last hundred samples of each bin; zero
        for a bin without any."""
        level = (batch.sigma[:, 0] * LEVELS).long().clamp(max=LEVELS - 1)
        plain = batch.plain.float()
        count = torch.zeros_like(self.by_level).index_add_(0, level, plain)
        mean = torch.zeros_like(self.by_level).index_add_(0, level, plain * losses) / count
        decay = torch.where(self.by_level == 0, 0.0, MEMORY**count)
        averaged = decay * self.by_level + (1 - decay) * mean
        self.by_level = torch.where(count > 0, averaged, self.by_level)

    def sheet(self, path: Path, ema: dict[str, Tensor], step: int) -> dict[str, float]:
        """Clips of fixed prompts, one row each."""
        del step
        config, codec = self.preview
        model = Model(config, self.tokenizer)
        model.codec.load_state_dict(codec.state_dict())
        model.denoiser.load_state_dict(ema)
        engine = Engine(TabletopModel.of(model, self.device))
        seconds, rows = config.window_frames / config.fps, []
        for seed, prompt in enumerate(self._prompts()):
            clip = engine.generate(prompt, seconds=seconds, seed=seed, steps=12)
            picked = np.linspace(0, len(clip.frames) - 1, 8).astype(int)
            rows.append(np.concatenate(list(clip.frames[picked]), axis=1))
        Image.fromarray(np.concatenate(rows)).save(path)
        return {}

    def _prompts(self) -> tuple[str, ...]:
        """The prompts of a sheet: half of them of the lifelike world, where it is learned."""
        if all(each.world != "lifelike" for each in self.clips.values()):
            return FIXED_PROMPTS
        return FIXED_PROMPTS[: len(LIFELIKE_PROMPTS)] + LIFELIKE_PROMPTS
