"""Training examples as rows of tokens.

A batch on a GPU holds hundreds of rows. They are made with NumPy, whose small operations are
cheaper than torch's.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

from sorairo.models.tabletop import POSITIONS
from sorairo.nn.patches import patchify
from sorairo.training.data.batch import TrainingRow
from sorairo.training.data.masking import (
    PLAIN,
    Grid,
    MaskingConfig,
    MaskKind,
    TokenNoise,
    around_bridge,
    draw_edit_noise,
    draw_history,
    draw_noise,
)
from sorairo.training.data.samplers.example import TrainingExample


def lay_out(
    example: TrainingExample,
    kind: MaskKind,
    rng: np.random.Generator,
    config: MaskingConfig,
    patch: int,
) -> TrainingRow:
    """An example as tokens: its grid, masked by `kind`, followed by its held keyframes."""
    f, h, w = (n // d for n, d in zip(example.latents.shape[1:], (1, patch, patch), strict=True))
    noise, edit_start = _draw_noise(example, kind, (f, h, w), rng, config)
    parts = [_grid_part(example, noise, patch, config.objects)]
    parts += [
        _keyframe_part(example, index, (h, w), patch, draw_history(rng, config))
        for index in range(len(example.keyframe_times))
    ]

    def joined(name: str, dtype: type = np.float32) -> Tensor:
        return torch.from_numpy(np.concatenate([getattr(p, name) for p in parts]).astype(dtype))

    return TrainingRow(
        z=joined("tokens", np.float16),
        edit_offset=_edit_offset(example, edit_start, patch) if edit_start else None,
        positions=joined("positions"),
        sigma=joined("sigma"),
        loss_mask=joined("loss_mask"),
        prompt_weights=joined("prompt_weights"),
        texts=example.texts,
        plain=noise.plain,
    )


def _draw_noise(
    example: TrainingExample,
    kind: MaskKind,
    grid: Grid,
    rng: np.random.Generator,
    config: MaskingConfig,
) -> tuple[TokenNoise, float | None]:
    """The noise of an example's tokens, and the level at which an edit starts. An edit is never
    masked; the mask of an example with a bridge may be another than `kind`."""
    noise = draw_noise(PLAIN if example.origin is not None else kind, grid, rng, config)
    if example.origin is not None:
        return draw_edit_noise(grid, rng, config)
    if example.bridge and rng.random() < config.bridged:
        noise = draw_noise(around_bridge(example.bridge), grid, rng, config)
    return noise, None


def _edit_offset(example: TrainingExample, start: float, patch: int) -> Tensor:
    """What is added to the noise of an edit.

    An edit runs straight from the noised origin (1 - s) o + s e, at the level s where an edit of
    its strength starts, to z. The point at level sigma on that line is (1 - sigma) z + sigma (e +
    offset) with offset = (1 - s) / s (o - z): noise that depends on the origin.
    """
    assert example.origin is not None
    away = _tokens(example.origin, patch).astype(np.float32) - _tokens(example.latents, patch)
    return torch.from_numpy(((1 - start) / start * away).astype(np.float32))


@dataclass(frozen=True, kw_only=True)
class _Part:
    """Some tokens of a row."""

    tokens: np.ndarray  # [n, p]
    positions: np.ndarray  # [n, 3]
    sigma: np.ndarray  # [n]
    loss_mask: np.ndarray  # [n]
    prompt_weights: np.ndarray  # [n, k]


def _grid_part(
    example: TrainingExample, noise: TokenNoise, patch: int, object_weight: float
) -> _Part:
    """The tokens of an example's clip."""
    f, h, w = noise.sigma.shape
    loss_mask = (~noise.held).astype(np.float32).ravel()
    if example.objects is not None:
        loss_mask *= 1 + (object_weight - 1) * example.objects.ravel()
    return _Part(
        tokens=_tokens(example.latents, patch),
        positions=_positions(example, (f, h, w)),
        sigma=noise.sigma.ravel(),
        loss_mask=loss_mask,
        prompt_weights=np.repeat(example.prompt_weights, h * w, axis=0),
    )


def _keyframe_part(
    example: TrainingExample, index: int, sides: tuple[int, int], patch: int, sigma: float
) -> _Part:
    """The tokens of a keyframe, held at `sigma`, with the prompts of the latent frame nearest
    in time."""
    assert example.keyframes is not None
    h, w = sides
    time = example.keyframe_times[index]
    nearest = int(np.abs(example.times - time).argmin())
    return _Part(
        tokens=_tokens(example.keyframes[:, index : index + 1], patch),
        positions=_at((time,), (1, h, w)),
        sigma=np.full(h * w, sigma),
        loss_mask=np.zeros(h * w, np.float32),
        prompt_weights=np.repeat(example.prompt_weights[nearest : nearest + 1], h * w, axis=0),
    )


def _tokens(latents: np.ndarray, patch: int) -> np.ndarray:
    """Tokens of one clip [c, f, h, w], float16 [n, p]."""
    return patchify(latents[None], patch)[0].astype(np.float16)


def _positions(example: TrainingExample, grid: Grid) -> np.ndarray:
    """Positions of an example's tokens, float32 [n, 3]."""
    if example.box and example.whole:
        top, left, rows, columns = example.box
        places = POSITIONS.crop(example.whole, (top, left, top + rows, left + columns))
        return places.reshape(-1, 3).numpy()
    return _at(tuple(example.times.tolist()), grid)


@lru_cache(maxsize=1024)
def _at(times: tuple[float, ...], grid: Grid) -> np.ndarray:
    """Positions of a grid at these times, float32 [n, 3]; cached, because few different ones
    occur."""
    return POSITIONS.grid(grid, torch.tensor(times)).reshape(-1, 3).numpy()
