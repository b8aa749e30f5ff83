"""Training the transformer and the text encoder: rectified flow on windows of encoded clips."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from tokenizers import Tokenizer
from torch import Tensor

from sorairo.data.latents import Bucket, LatentStore
from sorairo.flow import path as flow
from sorairo.generation.canvas import grid_positions
from sorairo.generation.engine import Engine
from sorairo.models.bundle import Bundle, Denoiser, ModelConfig
from sorairo.models.codec import Codec
from sorairo.models.text import tokenize
from sorairo.nn.patches import patchify
from sorairo.training.loop import count_flop
from sorairo.training.painting import PaintingConfig, draw_kind, paint

SQUARE = (96, 96)


@dataclass(frozen=True, kw_only=True)
class Phase:
    """Buckets to draw from until this share of the steps is done."""

    until: float
    buckets: tuple[Bucket, ...]


FEW_TOKENS = (
    Bucket(variant="half", size=SQUARE, frames=7, weight=0.45),
    Bucket(variant="half", size=SQUARE, frames=13, weight=0.4),
    Bucket(variant="picture", size=SQUARE, frames=1, weight=0.15),
)
FULL_SIZE = (
    Bucket(variant="full", size=SQUARE, frames=4, weight=0.3),
    Bucket(variant="full", size=SQUARE, frames=13, weight=0.35),
    Bucket(variant="slow", size=SQUARE, frames=7, weight=0.1),
    Bucket(variant="full", size=(128, 80), frames=5, weight=0.075),
    Bucket(variant="full", size=(80, 128), frames=5, weight=0.075),
    Bucket(variant="picture", size=SQUARE, frames=1, weight=0.1),
)


@dataclass(frozen=True, kw_only=True)
class DenoiserLossConfig:
    """`tokens` in a batch, whatever the bucket; share of Chinese captions, and of empty ones (for
    guidance)."""

    tokens: int = 4608
    chinese: float = 0.45
    no_text: float = 0.1
    from_start: float = 0.85
    text_tokens: int = 40
    compiled: bool = True
    painting: PaintingConfig = field(default_factory=PaintingConfig)
    phases: tuple[Phase, ...] = (
        Phase(until=0.36, buckets=FEW_TOKENS),
        Phase(until=1.0, buckets=FULL_SIZE),
    )


@dataclass
class Batch:
    """x0 [b, n, p], positions [b, n, 3], sigma and counted [b, n], token ids and mask [b, s]."""

    z: Tensor
    positions: Tensor
    sigma: Tensor
    counted: Tensor
    ids: Tensor
    mask: Tensor
    plain: Tensor


class DenoiserObjective:
    """Mean squared error of the velocity over tokens that are not held."""

    def __init__(
        self,
        denoiser: Denoiser,
        config: DenoiserLossConfig,
        store: LatentStore,
        tokenizer: Tokenizer,
        steps: int,
        preview: tuple[ModelConfig, Codec],
    ) -> None:
        self.network, self.config, self.store = denoiser, config, store
        self.tokenizer, self.steps, self.preview = tokenizer, steps, preview
        self.flop: dict[tuple[int, ...], float] = {}
        self.by_level: dict[str, float] = {}
        self.device = next(denoiser.parameters()).device
        if config.compiled:
            torch._dynamo.config.cache_size_limit = 64
            for block in denoiser.transformer.blocks:
                block.compile(dynamic=False)

    def buckets(self, step: int) -> tuple[Bucket, ...]:
        share = step / self.steps
        return next(
            (p for p in self.config.phases if share < p.until), self.config.phases[-1]
        ).buckets

    def batch(self, step: int, rng: np.random.Generator) -> Batch:
        """The batch of one step: one bucket, a painting and a caption for each sample."""
        buckets = self.buckets(step)
        weights = np.array([b.weight for b in buckets])
        bucket = buckets[int(rng.choice(len(buckets), p=weights / weights.sum()))]
        patch = self.network.transformer.config.patch
        config, windows, painted, plain = self.config, [], [], []
        f, h, w = self.store.arrays[bucket.variant, bucket.size].shape[2:]
        grid = (min(f, bucket.frames), h // patch, w // patch)
        for _ in range(max(1, config.tokens // (grid[0] * grid[1] * grid[2]))):
            kind = draw_kind(rng, config.painting)
            start = config.from_start if kind in ("plain", "per_frame") else 0.4
            if bucket.variant == "picture":
                start = 0.0
            windows.append(self.store.draw(bucket, rng, from_start=start, chinese=config.chinese))
            painted.append(paint(kind, grid, rng, config.painting))
            plain.append(kind == "plain")
        latents = torch.from_numpy(np.stack([each.latents for each in windows])).float()
        places = grid_positions(grid, frame_seconds=windows[0].frame_seconds).reshape(1, -1, 3)
        texts = ["" if rng.random() < config.no_text else each.caption for each in windows]
        ids, mask = padded(*tokenize(self.tokenizer, texts, config.text_tokens), config.text_tokens)
        return Batch(
            z=patchify(latents, patch),
            positions=places.expand(len(windows), -1, -1),
            sigma=torch.from_numpy(np.stack([p.sigma for p in painted])).float().flatten(1),
            counted=torch.from_numpy(np.stack([p.counted for p in painted])).float().flatten(1),
            ids=ids,
            mask=mask,
            plain=torch.tensor(plain),
        )

    def loss(self, step: int, generator: torch.Generator) -> tuple[Tensor, dict[str, float]]:
        rng = np.random.default_rng(int(torch.randint(2**62, (1,), generator=generator)))
        batch = self.batch(step, rng)
        noise = torch.randn(batch.z.shape, generator=generator)
        x = flow.point(batch.z, noise, batch.sigma.unsqueeze(-1))
        parts = (x, batch.positions, batch.sigma, batch.ids, batch.mask)
        inputs = tuple(each.to(self.device) for each in parts)
        shape = tuple(x.shape)
        if shape not in self.flop:
            self.flop[shape] = 3 * self._flop(inputs)
        predicted = self.network(*inputs)
        target = flow.velocity(batch.z, noise).to(self.device)
        losses = flow.matching_loss(predicted, target, batch.counted.to(self.device))
        self._note(losses.detach(), batch)
        return losses.mean(), {"flop": self.flop[shape], **self.by_level}

    def _flop(self, inputs: tuple[Tensor, ...]) -> float:
        if not self.config.compiled:
            return count_flop(lambda: self.network(*inputs))
        eager = Denoiser(self.network.transformer.config, self.network.text.config).to(self.device)
        return count_flop(lambda: eager(*inputs))

    def _note(self, losses: Tensor, batch: Batch) -> None:
        """Loss by noise level, in four bins, a mean of the last hundred or so samples."""
        for value, level, plain in zip(
            losses.tolist(), batch.sigma[:, 0].tolist(), batch.plain.tolist(), strict=True
        ):
            if plain:
                name = f"loss_sigma_{min(3, int(level * 4))}"
                self.by_level[name] = 0.99 * self.by_level.get(name, value) + 0.01 * value

    def sheet(self, path: Path, ema: dict[str, Tensor], step: int) -> dict[str, float]:
        """Clips of fixed prompts, a row each."""
        del step
        config, codec = self.preview
        bundle = Bundle(config, self.tokenizer)
        bundle.codec.load_state_dict(codec.state_dict())
        bundle.denoiser.load_state_dict(ema)
        engine = Engine(bundle, self.device)
        rows = []
        for seed, prompt in enumerate(FIXED_PROMPTS):
            clip = engine.generate(prompt, seconds=49 / 12, seed=seed, steps=12)
            picked = np.linspace(0, len(clip.frames) - 1, 8).astype(int)
            rows.append(np.concatenate(list(clip.frames[picked]), axis=1))
        Image.fromarray(np.concatenate(rows)).save(path)
        return {}


FIXED_PROMPTS = (
    "a red ball drops onto a wooden floor",
    "a blue cube slides to the left on the checkerboard",
    "a green cylinder turns on a turntable on sand",
    "a yellow ball rolls to the right on marble",
    "一个红色的球落到木地板上",
    "一个紫色的方块在沙地上向右滑动",
    "a pink cube drops onto sand",
    "an orange cylinder rolls to the left on the wooden floor",
)


def padded(ids: Tensor, mask: Tensor, width: int) -> tuple[Tensor, Tensor]:
    """Ids and mask padded to a fixed width: one shape, compiled once."""
    spare = width - ids.shape[1]
    return torch.nn.functional.pad(ids, (0, spare)), torch.nn.functional.pad(mask, (0, spare))
