"""Training the transformer and the text encoder: rectified flow on examples of every task."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from tokenizers import Tokenizer
from torch import Tensor

from sorairo.data.latents import ClipSet, Example
from sorairo.flow import path as flow
from sorairo.flow.schedules import shift
from sorairo.generation.canvas import crop_positions, grid_positions
from sorairo.generation.engine import Engine
from sorairo.generation.paint import STRENGTH_SHIFT
from sorairo.models.bundle import Bundle, Denoiser, ModelConfig
from sorairo.models.codec import Codec
from sorairo.models.text import tokenize
from sorairo.nn.patches import patchify
from sorairo.training.examples import Kind, Taste
from sorairo.training.loop import count_flop
from sorairo.training.painting import (
    Painted,
    PaintingConfig,
    draw_kind,
    level,
    paint,
    paint_bridge,
)


@dataclass(frozen=True, kw_only=True)
class Shape:
    """Kinds of example that have equally many tokens and texts, so that they mix in a batch (and
    are compiled once)."""

    kinds: tuple[Kind, ...]

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
    """`tokens` in a batch, whatever the shape."""

    phases: tuple[Phase, ...]
    tokens: int = 4608
    text_tokens: int = 60
    compiled: bool = True
    taste: Taste = field(default_factory=Taste)
    painting: PaintingConfig = field(default_factory=PaintingConfig)


@dataclass(frozen=True, kw_only=True)
class Batch:
    """z and pull [b, n, p], positions [b, n, 3], sigma and counted [b, n], token ids and mask
    [b k, s], shares [b, n, k] (None where k is 1), and which samples are plain [b]."""

    z: Tensor
    pull: Tensor
    positions: Tensor
    sigma: Tensor
    counted: Tensor
    ids: Tensor
    mask: Tensor
    shares: Tensor | None
    plain: Tensor


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
        self.by_level: dict[str, float] = {}
        self.device = next(denoiser.parameters()).device
        if config.compiled:
            torch._dynamo.config.cache_size_limit = 64
            for block in denoiser.transformer.blocks:
                block.compile(dynamic=False)

    def phase(self, step: int) -> Phase:
        share = step / self.steps
        phases = self.config.phases
        return next((p for p in phases if share < p.until), phases[-1])

    def batch(self, step: int, rng: np.random.Generator) -> Batch:
        """The batch of one step: a shape; for each sample a kind, an example and a painting."""
        rows, config, phase = [], self.config, self.phase(step)
        shape = phase.shapes[_weighted(rng, [each.weight for each in phase.shapes])]
        law = phase.painting or config.painting
        while not rows or len(rows) < config.tokens // len(rows[0].z):
            kind = shape.kinds[_weighted(rng, [each.weight for each in shape.kinds])]
            taste = config.taste
            painting = draw_kind(rng, law)
            if painting not in ("plain", "per_frame"):
                taste = replace(taste, from_start=0.4)
            example = kind.example(self.clips, rng, taste)
            patch = self.network.transformer.config.patch
            rows.append(lay_out(example, painting, rng, law, patch))
        ids, mask = self._texts([text for row in rows for text in row.texts])
        shares = torch.stack([row.shares for row in rows])
        return Batch(
            z=torch.stack([row.z for row in rows]),
            pull=torch.stack([row.pull for row in rows]),
            positions=torch.stack([row.positions for row in rows]),
            sigma=torch.stack([row.sigma for row in rows]),
            counted=torch.stack([row.counted for row in rows]),
            ids=ids,
            mask=mask,
            shares=shares if shares.shape[-1] > 1 else None,
            plain=torch.tensor([row.plain for row in rows]),
        )

    def _texts(self, texts: list[str]) -> tuple[Tensor, Tensor]:
        width = self.config.text_tokens
        return padded(*tokenize(self.tokenizer, texts, width), width)

    def loss(self, step: int, generator: torch.Generator) -> tuple[Tensor, dict[str, float]]:
        rng = np.random.default_rng(int(torch.randint(2**62, (1,), generator=generator)))
        batch = self.batch(step, rng)
        noise = torch.randn(batch.z.shape, generator=generator) + batch.pull
        x = flow.point(batch.z, noise, batch.sigma.unsqueeze(-1))
        parts = (x, batch.positions, batch.sigma, batch.ids, batch.mask, batch.shares)
        inputs = tuple(each if each is None else each.to(self.device) for each in parts)
        shape = (*x.shape, len(batch.ids))
        if shape not in self.flop:
            self.flop[shape] = 3 * self._flop(inputs)
        predicted = self.network(*inputs)
        target = flow.velocity(batch.z, noise).to(self.device)
        losses = flow.matching_loss(predicted, target, batch.counted.to(self.device))
        self._note(losses.detach(), batch)
        return losses.mean(), {"flop": self.flop[shape], **self.by_level}

    def _flop(self, inputs: tuple[Tensor | None, ...]) -> float:
        if not self.config.compiled:
            return count_flop(lambda: self.network(*inputs))
        eager = Denoiser(self.network.transformer.config, self.network.text.config).to(self.device)
        return count_flop(lambda: eager(*inputs))

    def _note(self, losses: Tensor, batch: Batch) -> None:
        """Loss by noise level, in four bins, a mean of the last hundred or so samples."""
        for value, sigma, plain in zip(
            losses.tolist(), batch.sigma[:, 0].tolist(), batch.plain.tolist(), strict=True
        ):
            if plain:
                name = f"loss_sigma_{min(3, int(sigma * 4))}"
                before = self.by_level.setdefault(name, float(value))
                self.by_level[name] = 0.99 * before + 0.01 * value

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
    "a yellow ball rolls to the right on marble, at night",
    "一个红色的球落到木地板上",
    "a pink cube swings over the snow, at sunset",
    "an orange ball is thrown up again and again on the grass",
    "a purple cube on a turntable, the camera orbits left, as a pencil drawing",
    "a red ball drops onto the grass, in pixel art",
    "a blue cylinder slides to the right on marble, neon style",
)


@dataclass(frozen=True, kw_only=True)
class Row:
    """One sample of a batch: the tensors of `Batch` without the first axis."""

    z: Tensor
    pull: Tensor
    positions: Tensor
    sigma: Tensor
    counted: Tensor
    shares: Tensor
    texts: tuple[str, ...]
    plain: bool


def lay_out(
    example: Example, painting: str, rng: np.random.Generator, config: PaintingConfig, patch: int
) -> Row:
    """An example as tokens: its grid painted, its loose pictures held behind it.

    One that is made out of an `origin` runs from the noised origin (1 - s) o + s e at level s,
    where an edit of that strength begins, straight to z. At level sigma of that line lies
    (1 - sigma) z + sigma (e + pull), with pull = (1 - s) / s (o - z): noise that remembers where it
    came from.
    """
    grid_latents = torch.from_numpy(np.ascontiguousarray(example.latents)).float()
    f, h, w = (n // d for n, d in zip(grid_latents.shape[1:], (1, patch, patch), strict=True))
    painting = painting if example.origin is None else "plain"
    painted: Painted = paint(painting, (f, h, w), rng, config)
    if example.bridge and rng.random() < config.bridged:
        painting, painted = "bridge", paint_bridge(example.bridge, (f, h, w), rng, config)
    times = torch.from_numpy(example.times)
    if example.box and example.whole:
        top, left, rows, columns = example.box
        places = crop_positions(example.whole, (top, left, top + rows, left + columns))
    else:
        places = grid_positions((f, h, w), times=times)
    z, positions = [patchify(grid_latents[None], patch)[0]], [places.reshape(-1, 3)]
    sigma, counted = [painted.sigma.ravel()], [(~painted.held).astype(np.float32).ravel()]
    if example.objects is not None:
        counted[0] *= 1 + (config.objects - 1) * example.objects.ravel()
    shares = [torch.from_numpy(example.shares).repeat_interleave(h * w, 0)]
    for i, time in enumerate(example.loose_times):
        assert example.loose is not None
        picture = torch.from_numpy(np.ascontiguousarray(example.loose[:, i : i + 1])).float()
        z.append(patchify(picture[None], patch)[0])
        positions.append(grid_positions((1, h, w), times=torch.tensor([time])).reshape(-1, 3))
        noise = rng.uniform(*config.history) if rng.random() < 0.5 else 0.0
        sigma.append(np.full(h * w, noise))
        counted.append(np.zeros(h * w, bool))
        nearest = int(np.abs(example.times - time).argmin())
        shares.append(torch.from_numpy(example.shares[[nearest] * (h * w)]))
    tokens = torch.cat(z)
    pull = torch.zeros_like(tokens)
    if example.origin is not None:
        origin = torch.from_numpy(np.ascontiguousarray(example.origin)).float()
        strength = rng.uniform(*config.strengths)
        start = float(shift(torch.tensor(strength), STRENGTH_SHIFT))
        sigma = [start * level(rng, config) * np.ones(f * h * w)]
        pull = (1 - start) / start * (patchify(origin[None], patch)[0] - tokens)
    return Row(
        z=tokens,
        pull=pull,
        positions=torch.cat(positions),
        sigma=torch.from_numpy(np.concatenate(sigma)).float(),
        counted=torch.from_numpy(np.concatenate(counted)).float(),
        shares=torch.cat(shares).float(),
        texts=example.texts,
        plain=painting == "plain" and example.origin is None,
    )


def padded(ids: Tensor, mask: Tensor, width: int) -> tuple[Tensor, Tensor]:
    """Ids and mask padded to a fixed width: one shape, compiled once."""
    spare = width - ids.shape[1]
    return torch.nn.functional.pad(ids, (0, spare)), torch.nn.functional.pad(mask, (0, spare))


def _weighted(rng: np.random.Generator, weights: list[float]) -> int:
    return int(rng.choice(len(weights), p=np.array(weights) / sum(weights)))
