"""Batches of training rows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields, replace

import torch
from torch import Tensor


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
    """Samples of equally many tokens and texts."""

    z: Tensor
    """Latents, float16 [b, n, p]."""
    edit_offset: Tensor | None
    """Added to the noise of edits (see `lay_out`), [b, n, p]; None where there are none."""
    positions: Tensor
    """(time, y, x) of the tokens in the model's units, [b, n, 3]."""
    sigma: Tensor
    """Noise levels, [b, n]."""
    loss_mask: Tensor
    """Weights of the tokens in the loss, 0 for given ones, [b, n]."""
    ids: Tensor
    """Token ids of the texts, [b k, s]."""
    mask: Tensor
    """True for ids that are not padding, [b k, s]."""
    prompt_weights: Tensor | None
    """How much each token attends to each text, [b, n, k]; None where k is 1."""
    plain: Tensor
    """Which samples have one noise level and nothing given, [b]."""

    def each(self, change: Callable[[Tensor], Tensor]) -> Batch:
        """The batch with a function applied to every tensor."""
        parts = {part.name: getattr(self, part.name) for part in fields(self)}
        return replace(self, **{k: change(v) for k, v in parts.items() if v is not None})

    def pin_memory(self) -> Batch:
        """In pinned memory, which a GPU copies from quickly. torch's DataLoader calls it."""
        return self.each(Tensor.pin_memory)


def stacked(rows: Sequence[TrainingRow], ids: Tensor, mask: Tensor) -> Batch:
    """Rows of equally many tokens and texts as a batch, with the tokens of all their texts."""
    prompt_weights = torch.stack([row.prompt_weights for row in rows])
    edits = any(row.edit_offset is not None for row in rows)
    offsets = [
        torch.zeros(row.z.shape) if row.edit_offset is None else row.edit_offset for row in rows
    ]
    return Batch(
        z=torch.stack([row.z for row in rows]),
        edit_offset=torch.stack(offsets) if edits else None,
        positions=torch.stack([row.positions for row in rows]),
        sigma=torch.stack([row.sigma for row in rows]),
        loss_mask=torch.stack([row.loss_mask for row in rows]),
        ids=ids,
        mask=mask,
        prompt_weights=prompt_weights if prompt_weights.shape[-1] > 1 else None,
        plain=torch.tensor([row.plain for row in rows]),
    )


def padded(ids: Tensor, mask: Tensor, width: int) -> tuple[Tensor, Tensor]:
    """Ids and mask padded to a fixed width, so that all batches of a shape compile once."""
    spare = width - ids.shape[1]
    return torch.nn.functional.pad(ids, (0, spare)), torch.nn.functional.pad(mask, (0, spare))
