"""The objective of a sampler of few steps: one step does what several guided steps of the teacher
do.

The levels of the few steps cut the teacher's schedule into segments. From a point at the beginning
of a segment the teacher samples to its end, with guidance; the student's velocity at the beginning,
without guidance, is fitted to the straight way there (Salimans and Ho, "Progressive distillation",
arXiv 2202.00512, all halvings in one; guidance as in Meng et al., arXiv 2210.03142). In a share of
the batches the student has sampled to that point itself, and so learns to mend its own errors.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor

from sorairo.config import check_range
from sorairo.data.latent_dataset import ClipSet
from sorairo.flow import path as flow
from sorairo.flow.guidance import guide
from sorairo.flow.solvers import SOLVERS
from sorairo.models.lora.low_rank import unchanged
from sorairo.models.model import DenoiserNetwork, SamplingConfig
from sorairo.models.protocols import PromptContext, TokenBatch
from sorairo.models.text import tokenize
from sorairo.training.data.batch import Batch, padded
from sorairo.training.data.mixture import DenoiserLossConfig, draw_batch, phase_at
from sorairo.training.loop.throughput import count_flop


@dataclass(frozen=True, kw_only=True)
class FewStepConfig(DenoiserLossConfig):
    """The mixture of examples, and what is learned from them."""

    steps: int = 4
    """Steps of the student."""
    teacher_steps: int = 3
    """Steps of the teacher within each of them."""
    own_points: float = 0.5
    """Share of the batches that begin where the student's own steps lead to, not at noised data."""

    def __post_init__(self) -> None:
        """Raises ConfigError for a number that no student can have."""
        super().__post_init__()
        check_range(self, "objective.", "steps teacher_steps", 1)
        check_range(self, "objective.", "own_points", 0, 1)


@dataclass(frozen=True, kw_only=True)
class FewStepBatch:
    """Examples whose tokens are at the beginning of a segment."""

    examples: Batch
    segment: int
    """The number of the segment, 0 at pure noise."""
    level: float
    """The point of the schedule where it begins."""
    own: bool
    """Whether the student samples to there itself."""

    def to(self, device: torch.device) -> FewStepBatch:
        """The batch on a device."""
        moved = self.examples.each(lambda each: each.to(device, non_blocking=True))
        return replace(self, examples=moved)

    def sigma(self, s: float) -> Tensor:
        """The noise levels of the tokens at a point of the schedule, [b, n]. Tokens that count in
        the loss end without noise, all others are held."""
        moving, sigma = self.examples.loss_mask > 0, self.examples.sigma
        return torch.where(moving, sigma * (s / self.level), sigma)

    @property
    def span(self) -> Tensor:
        """How far the level of each token moves along the whole schedule, [b, n, 1]."""
        return (self.sigma(1.0) - self.sigma(0.0)).unsqueeze(-1)


class FewStepObjective:
    """The mean squared error of the student's velocity over tokens that are not held."""

    def __init__(
        self,
        student: DenoiserNetwork,
        config: FewStepConfig,
        sampling: SamplingConfig,
        clips: dict[str, ClipSet],
        tokenizer: Tokenizer,
        loop_steps: int,
        compare: Callable[[dict[str, Tensor], Path], dict[str, float]],
    ) -> None:
        """`student` has low-rank layers; without their changes it is the teacher, which samples as
        `sampling` says. `compare` makes clips of both with averaged weights of the student, writes
        a sheet of them and measures how they differ."""
        self.network, self.config, self.sampling, self.clips = student, config, sampling, clips
        self.tokenizer, self.loop_steps, self.compare = tokenizer, loop_steps, compare
        self.device = next(student.parameters()).device
        self.levels = self.sampling.sigmas(config.steps).tolist()
        fine = self.sampling.sigmas(config.steps * config.teacher_steps)
        self.segments = fine.unfold(0, config.teacher_steps + 1, config.teacher_steps)
        self.flop: dict[tuple[int, ...], float] = {}

    def draw(self, step: int, rng: np.random.Generator) -> FewStepBatch:
        """The batch of one step, all of it in one segment."""
        segment = int(rng.integers(self.config.steps))
        phase = phase_at(self.config, step / self.loop_steps)
        masking = phase.masking or self.config.masking
        phase = replace(phase, masking=replace(masking, levels=(self.levels[segment],)))
        patch = self.network.transformer.config.patch
        examples = draw_batch(self.config, phase, self.clips, self.tokenizer, patch, rng)
        own = segment > 0 and bool(rng.random() < self.config.own_points)
        level = self.levels[segment]
        return FewStepBatch(examples=examples, segment=segment, level=level, own=own)

    def loss(
        self, batch: FewStepBatch, generator: torch.Generator
    ) -> tuple[Tensor, dict[str, float | Tensor]]:
        batch = batch.to(self.device)
        examples = batch.examples
        noise = torch.randn(examples.z.shape, generator=generator, device=self.device)
        if examples.edit_offset is not None:
            noise = noise + examples.edit_offset
        with torch.no_grad():
            x = self._beginning(batch, noise)
            target = self._target(batch, x)
        predicted = self._velocity(batch, self._read(batch), x, batch.level)
        losses = flow.matching_loss(predicted, target, examples.loss_mask)
        return losses.mean(), {
            "flop": self._flop(batch, x),
            f"loss_segment_{batch.segment}": losses.detach().mean(),
        }

    def _beginning(self, batch: FewStepBatch, noise: Tensor) -> Tensor:
        """The tokens where the segment begins, [b, n, p]."""
        z = batch.examples.z.float()
        if not batch.own:
            return flow.point(z, noise, batch.sigma(batch.level).unsqueeze(-1))
        context = self._read(batch)
        x = flow.point(z, noise, batch.sigma(1.0).unsqueeze(-1))
        for s, s_next in pairwise(self.levels[: batch.segment + 1]):
            x = x + (s_next - s) * batch.span * self._velocity(batch, context, x, s).float()
        return x

    def _target(self, batch: FewStepBatch, x: Tensor) -> Tensor:
        """The velocity that leads straight to where the teacher samples from x."""
        guidance, levels = self.sampling.guidance_of(None), self.segments[batch.segment]
        with unchanged(self.network):
            both, rows = self._read(batch, guided=True), len(batch.examples.ids)

            def slope(x: Tensor, s: float) -> Tensor:
                highest = batch.sigma(s).amax(1).tolist()  # an edit begins below the others
                scales = x.new_tensor([guidance.at(level) for level in highest])
                guided = bool((scales != 1.0).any())
                v = self._velocity(batch, both if guided else both.first(rows), x, s).float()
                if guided:
                    conditional, unconditional = v.chunk(2)
                    v = guide(conditional, unconditional, scales[:, None, None])
                return batch.span * v

            *_, last = SOLVERS[self.sampling.solver](slope, x, levels)
        away = (last.z - x) / float(levels[-1] - levels[0])
        return away / batch.span.clamp(min=1e-6)

    def _read(self, batch: FewStepBatch, *, guided: bool = False) -> PromptContext:
        """The context of the prompts, and if `guided` then of as many empty ones."""
        ids, mask = batch.examples.ids, batch.examples.mask
        if guided:
            empty = tokenize(self.tokenizer, [""] * len(ids), ids.shape[1])
            empty_ids, empty_mask = padded(*empty, ids.shape[1])
            ids = torch.cat([ids, empty_ids.to(ids)])
            mask = torch.cat([mask, empty_mask.to(mask)])
        return self.network.read(self.network.text(ids, mask), mask)

    def _velocity(self, batch: FewStepBatch, context: PromptContext, x: Tensor, s: float) -> Tensor:
        """The velocity of the tokens at a point of the schedule, [b, n, p]; twice the rows for a
        context with empty prompts."""
        weights = batch.examples.prompt_weights
        k = 1 if weights is None else weights.shape[-1]
        halves = len(context.mask) // (k * len(x))
        seen = TokenBatch(
            x=x.repeat(halves, 1, 1),
            sigma=batch.sigma(s).repeat(halves, 1),
            positions=batch.examples.positions.repeat(halves, 1, 1),
            grid=(0, 0, 0),
            prompt_weights=None if weights is None else weights.repeat(halves, 1, 1),
        )
        return self.network.velocity(seen, context)

    def _flop(self, batch: FewStepBatch, x: Tensor) -> float:
        """The FLOP of a step: those of one evaluation, counted once for each shape, times their
        number."""
        shape = (*x.shape, len(batch.examples.ids))
        if shape not in self.flop:
            context = self._read(batch)
            self.flop[shape] = count_flop(lambda: self._velocity(batch, context, x, batch.level))
        guidance, levels = self.sampling.guidance_of(None), self.segments[batch.segment]
        teacher = sum(1 if guidance.at(s) == 1.0 else 2 for s in levels[:-1].tolist())
        return self.flop[shape] * (3 + teacher + (batch.segment if batch.own else 0))

    def sheet(self, path: Path, ema: dict[str, Tensor], step: int) -> dict[str, float]:
        """Clips of the teacher above those of the student, from the same noise."""
        del step
        return self.compare(ema, path)
