"""Training examples as rows of tokens, and rows as a batch.

A batch of a GPU holds hundreds of rows: they are made by NumPy, whose small operations cost less
than torch's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

from sorairo.data.latent_dataset import Example
from sorairo.flow.schedules import shift
from sorairo.generation.canvas.encode import STRENGTH_SHIFT
from sorairo.models.tabletop import POSITIONS
from sorairo.training.data.masking import MaskedCanvas, PaintingConfig, level, paint, paint_bridge


@dataclass(frozen=True, kw_only=True)
class TrainingRow:
    """One sample of a batch: the tensors of `Batch` without the first axis, and its texts."""

    z: Tensor
    edit_offset: Tensor | None
    positions: Tensor
    sigma: Tensor
    loss_mask: Tensor
    prompt_weights: Tensor
    texts: tuple[str, ...]
    plain: bool


@dataclass(frozen=True, kw_only=True)
class Batch:
    """z (float16) and pull [b, n, p] (None where nothing is pulled), positions [b, n, 3], sigma and
    counted [b, n], token ids and mask [b k, s], shares [b, n, k] (None where k is 1), and which
    samples are plain [b]."""

    z: Tensor
    edit_offset: Tensor | None
    positions: Tensor
    sigma: Tensor
    loss_mask: Tensor
    ids: Tensor
    mask: Tensor
    prompt_weights: Tensor | None
    plain: Tensor

    def each(self, change: Callable[[Tensor], Tensor]) -> Batch:
        """The batch with every tensor changed."""
        parts = {part.name: getattr(self, part.name) for part in fields(self)}
        return replace(self, **{k: change(v) for k, v in parts.items() if v is not None})

    def pin_memory(self) -> Batch:
        """In memory that a GPU copies from quickly (what torch's loader asks of a batch)."""
        return self.each(Tensor.pin_memory)


def stacked(rows: Sequence[TrainingRow], ids: Tensor, mask: Tensor) -> Batch:
    """Rows of equally many tokens and texts as a batch, with the tokens of all their texts."""
    prompt_weights = torch.stack([row.prompt_weights for row in rows])
    pulls = [
        torch.zeros(row.z.shape) if row.edit_offset is None else row.edit_offset for row in rows
    ]
    return Batch(
        z=torch.stack([row.z for row in rows]),
        edit_offset=torch.stack(pulls)
        if any(row.edit_offset is not None for row in rows)
        else None,
        positions=torch.stack([row.positions for row in rows]),
        sigma=torch.stack([row.sigma for row in rows]),
        loss_mask=torch.stack([row.loss_mask for row in rows]),
        ids=ids,
        mask=mask,
        prompt_weights=prompt_weights if prompt_weights.shape[-1] > 1 else None,
        plain=torch.tensor([row.plain for row in rows]),
    )


def padded(ids: Tensor, mask: Tensor, width: int) -> tuple[Tensor, Tensor]:
    """Ids and mask padded to a fixed width: one shape, compiled once."""
    spare = width - ids.shape[1]
    return torch.nn.functional.pad(ids, (0, spare)), torch.nn.functional.pad(mask, (0, spare))


def lay_out(
    example: Example, painting: str, rng: np.random.Generator, config: PaintingConfig, patch: int
) -> TrainingRow:
    """An example as tokens: its grid painted, its loose pictures held behind it.

    One that is made out of an `origin` runs from the noised origin (1 - s) o + s e at level s,
    where an edit of that strength begins, straight to z. At level sigma of that line lies
    (1 - sigma) z + sigma (e + pull), with pull = (1 - s) / s (o - z): noise that remembers where it
    came from.
    """
    f, h, w = (n // d for n, d in zip(example.latents.shape[1:], (1, patch, patch), strict=True))
    painting = painting if example.origin is None else "plain"
    painted: MaskedCanvas = paint(painting, (f, h, w), rng, config)
    if example.bridge and rng.random() < config.bridged:
        painting, painted = "bridge", paint_bridge(example.bridge, (f, h, w), rng, config)
    z, positions = [_tokens(example.latents, patch)], [_places(example, (f, h, w))]
    sigma, loss_mask = [painted.sigma.ravel()], [(~painted.held).astype(np.float32).ravel()]
    if example.objects is not None:
        loss_mask[0] *= 1 + (config.objects - 1) * example.objects.ravel()
    prompt_weights = [np.repeat(example.prompt_weights, h * w, axis=0)]
    for i, time in enumerate(example.loose_times):
        assert example.loose is not None
        z.append(_tokens(example.loose[:, i : i + 1], patch))
        positions.append(_at((time,), (1, h, w)))
        noise = rng.uniform(*config.history) if rng.random() < 0.5 else 0.0
        sigma.append(np.full(h * w, noise))
        loss_mask.append(np.zeros(h * w, np.float32))
        nearest = int(np.abs(example.times - time).argmin())
        prompt_weights.append(
            np.repeat(example.prompt_weights[nearest : nearest + 1], h * w, axis=0)
        )
    tokens, edit_offset = np.concatenate(z), None
    if example.origin is not None:
        strength = rng.uniform(*config.strengths)
        start = float(shift(torch.tensor(strength), STRENGTH_SHIFT))
        sigma = [start * level(rng, config) * np.ones(f * h * w)]
        away = _tokens(example.origin, patch).astype(np.float32) - tokens
        edit_offset = torch.from_numpy(((1 - start) / start * away).astype(np.float32))
    return TrainingRow(
        z=torch.from_numpy(tokens),
        edit_offset=edit_offset,
        positions=torch.from_numpy(np.concatenate(positions)),
        sigma=torch.from_numpy(np.concatenate(sigma).astype(np.float32)),
        loss_mask=torch.from_numpy(np.concatenate(loss_mask).astype(np.float32)),
        prompt_weights=torch.from_numpy(np.concatenate(prompt_weights).astype(np.float32)),
        texts=example.texts,
        plain=painting == "plain" and example.origin is None,
    )


def _tokens(latents: np.ndarray, patch: int) -> np.ndarray:
    """`sorairo.nn.patches.patchify` of one clip [c, f, h, w], as float16 [n, p]."""
    c, f, h, w = latents.shape
    parts = latents.reshape(c, f, h // patch, patch, w // patch, patch)
    return parts.transpose(1, 2, 4, 0, 3, 5).reshape(-1, c * patch**2).astype(np.float16)


def _places(example: Example, grid: tuple[int, int, int]) -> np.ndarray:
    """Positions of an example's tokens, float32 [n, 3]."""
    if example.box and example.whole:
        top, left, rows, columns = example.box
        places = POSITIONS.crop(example.whole, (top, left, top + rows, left + columns))
        return places.reshape(-1, 3).numpy()
    return _at(tuple(example.times.tolist()), grid)


@lru_cache(maxsize=1024)
def _at(times: tuple[float, ...], grid: tuple[int, int, int]) -> np.ndarray:
    """Positions of a grid at these times, float32 [n, 3]: few are ever asked for."""
    return POSITIONS.grid(grid, torch.tensor(times)).reshape(-1, 3).numpy()
