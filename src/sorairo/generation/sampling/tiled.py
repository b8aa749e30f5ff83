"""The velocity of a picture of more tokens than the model sees at once: that of overlapping
windows, averaged in every step.

Bar-Tal et al., "MultiDiffusion" (arXiv 2302.08113). All windows are parts of one canvas with one
field of noise, so that their order does not matter.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import torch
from jaxtyping import Float
from torch import Tensor

from sorairo.generation.canvas.canvas import Canvas
from sorairo.generation.sampling.sampler import Velocity
from sorairo.generation.settings import Box, Windows


def tiled_velocity(
    canvas: Canvas,
    velocity_of: Callable[[Canvas], Velocity],
    windows: Windows,
    on_window: Callable[[], None] = lambda: None,
) -> Velocity:
    """The velocity of a canvas without reference tokens, window by window; `on_window` is called
    after each. Windows in which every token is held are left out."""
    assert not canvas.reference_tokens
    f, rows, columns = canvas.grid
    index = torch.arange(f * rows * columns).reshape(f, rows, columns)
    parts = []
    for box in windows.boxes(rows, columns):
        part = crop(canvas, box)
        if not bool(part.held.all()):
            tokens = _cut(index, box).flatten()
            weight = window_weights(box, windows.overlap).expand(f, -1, -1).reshape(-1, 1)
            parts.append((tokens, weight, velocity_of(part)))

    def velocity(x: Tensor, sigma: Tensor) -> Tensor:
        total, count = torch.zeros_like(x), torch.zeros(x.shape[-2], 1)
        for tokens, weight, of_window in parts:
            v = of_window(x[..., tokens, :], sigma[..., tokens])
            total.index_add_(-2, tokens, weight * v)
            count.index_add_(0, tokens, weight)
            on_window()
        return total / count.clamp(min=1e-6)

    return velocity


def window_weights(box: Box, overlap: int) -> Float[Tensor, "h w"]:
    """How much a window counts at each of its tokens: less near its edges, over `overlap` tokens,
    where it sees less of what is around them."""
    top, left, bottom, right = box
    return _ramp(bottom - top, overlap)[:, None] * _ramp(right - left, overlap)[None, :]


def _ramp(length: int, overlap: int) -> Tensor:
    place = torch.arange(length) + 0.5
    return torch.minimum(place, length - place).clamp(max=max(0.5, overlap))


def crop(canvas: Canvas, box: Box) -> Canvas:
    """The part of a canvas in a window; tokens keep their positions in the whole picture."""
    top, left, bottom, right = (side * canvas.patch for side in box)
    return replace(
        canvas,
        latents=canvas.latents[..., top:bottom, left:right],
        sigma_start=_cut(canvas.sigma_start, box),
        sigma_end=_cut(canvas.sigma_end, box),
        positions=canvas.positions[:, :, box[0] : box[2], box[1] : box[3]],
        given=None if canvas.given is None else canvas.given[..., top:bottom, left:right],
    )


def _cut(values: Tensor, box: Box) -> Tensor:
    """A window of [..., rows, columns]."""
    return values[..., box[0] : box[2], box[1] : box[3]]
