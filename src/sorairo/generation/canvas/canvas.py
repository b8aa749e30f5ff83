"""The canvas: latents, and for every token where its noise starts and where it ends. A task paints
it, the sampler fills it."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from jaxtyping import Float
from torch import Tensor

from sorairo.nn.patches import patchify, unpatchify

SECOND = 3.0  # units of time in a second: one is a latent frame at 12 frames a second
NATIVE_SIDE = 6  # tokens, of a picture of the shipped model's own size
REFERENCE = -16.0  # the time, in units of a latent frame, of what is off the timeline


@dataclass(frozen=True, kw_only=True)
class ReferenceTokens:
    """A picture on the canvas that is no part of the grid: latents [c, 1, h * patch, w * patch],
    positions [1, h, w, 3], shares [1, k]. Held at `sigma`."""

    latents: Tensor
    positions: Tensor
    prompt_weights: Tensor
    sigma: float = 0.0

    def later(self, seconds: float) -> ReferenceTokens:
        positions = self.positions.clone()
        positions[..., 0] += seconds * SECOND
        return replace(self, positions=positions)


@dataclass(frozen=True, kw_only=True)
class Canvas:
    """A grid of f x h x w tokens, and loose pictures after them.

    latents     [c, f, h * patch, w * patch], normalised; what is given, zeros where nothing is
    sigma_start [f, h, w]: 1 blank, between 0 and 1 keeps the layout, 0 given
    sigma_end   [f, h, w]: 0, or equal to the start: held, the token never moves
    positions   [views, f, h, w, 3]: (time, y, x) in the model's units; most canvases have one view
    view_shares [views, f]: how much each view counts for a latent frame; columns sum to 1
    shares      [f, k]: how much of each of `prompts` a latent frame hears; rows sum to 1
    """

    latents: Tensor
    sigma_start: Tensor
    sigma_end: Tensor
    positions: Tensor
    view_weights: Tensor
    prompts: tuple[str, ...]
    prompt_weights: Tensor
    patch: int
    reference_tokens: tuple[ReferenceTokens, ...] = ()

    @property
    def grid(self) -> tuple[int, int, int]:
        f, h, w = self.sigma_start.shape
        return f, h, w

    @property
    def held(self) -> Tensor:
        """True for tokens of the grid that never move, [f, h, w]."""
        return self.sigma_start == self.sigma_end

    def sigma(self, s: float) -> Float[Tensor, "n"]:
        """Every token's level at schedule value s (1 -> 0)."""
        grid = self.sigma_end + (self.sigma_start - self.sigma_end) * s
        reference_tokens = [
            torch.full(each.positions.shape[:3], each.sigma) for each in self.reference_tokens
        ]
        return torch.cat([part.flatten() for part in (grid, *reference_tokens)])

    def tokens(self) -> Float[Tensor, "n p"]:
        parts = [self.latents, *(each.latents for each in self.reference_tokens)]
        return torch.cat([patchify(part[None], self.patch)[0] for part in parts])

    def with_tokens(self, x: Float[Tensor, "n p"]) -> Canvas:
        f, h, w = self.grid
        return replace(self, latents=unpatchify(x[None, : f * h * w], self.grid, self.patch)[0])

    def token_positions(self) -> Float[Tensor, "views n 3"]:
        views = len(self.positions)
        parts = [self.positions.flatten(1, 3)]
        parts += [
            each.positions.reshape(1, -1, 3).expand(views, -1, -1) for each in self.reference_tokens
        ]
        return torch.cat(parts, dim=1)

    def token_prompt_weights(self) -> Float[Tensor, "n k"]:
        _, h, w = self.grid
        return torch.cat(
            [
                each.repeat_interleave(h * w, 0)
                for each in (
                    self.prompt_weights,
                    *(x.prompt_weights for x in self.reference_tokens),
                )
            ]
        )

    def token_view_weights(self) -> Float[Tensor, "views n"]:
        _, h, w = self.grid
        views = len(self.positions)
        parts = [self.view_weights.repeat_interleave(h * w, 1)]
        parts += [torch.full((views, h * w), 1 / views) for _ in self.reference_tokens]
        return torch.cat(parts, dim=1)

    def part(self, frames: tuple[int, ...], later: Float[Tensor, "n"]) -> Canvas:
        """Some latent frames of a canvas with one view, in that order, each `later` by so many
        seconds than it was; all loose pictures, and those prompts that are heard."""
        index, positions = list(frames), self.positions[:, list(frames)].clone()
        positions[..., 0] += (later * SECOND)[None, :, None, None]
        prompt_weights = [
            self.prompt_weights[index],
            *(each.prompt_weights for each in self.reference_tokens),
        ]
        attended = torch.cat(prompt_weights).any(0).nonzero()[:, 0].tolist()
        return replace(
            self,
            latents=self.latents[:, index],
            sigma_start=self.sigma_start[index],
            sigma_end=self.sigma_end[index],
            positions=positions,
            view_weights=self.view_weights[:, index],
            prompts=tuple(self.prompts[i] for i in attended),
            prompt_weights=self.prompt_weights[index][:, attended],
            reference_tokens=tuple(
                replace(each, prompt_weights=each.prompt_weights[:, attended])
                for each in self.reference_tokens
            ),
        )


@dataclass(frozen=True)
class Stack:
    """Canvases of equal shape that are filled together: tokens [b, n, p], sigma [b, n]."""

    canvases: tuple[Canvas, ...]

    def sigma(self, s: float) -> Float[Tensor, "b n"]:
        return torch.stack([each.sigma(s) for each in self.canvases])

    def tokens(self) -> Float[Tensor, "b n p"]:
        return torch.stack([each.tokens() for each in self.canvases])

    def with_tokens(self, x: Float[Tensor, "b n p"]) -> Stack:
        pairs = zip(self.canvases, x, strict=True)
        return Stack(tuple(canvas.with_tokens(tokens) for canvas, tokens in pairs))


def grid_positions(
    grid: tuple[int, int, int], *, times: Float[Tensor, "f"]
) -> Float[Tensor, "f h w 3"]:
    """The position law of our own models.

    `times` in seconds; one unit is a third of a second (a latent frame at 12 frames a second).
    Space: the centre of the picture is 0, and a picture of h x w tokens spans 8 h / sqrt(h w) by
    8 w / sqrt(h w): the same place in a scene has the same position whatever the resolution.
    """
    _, h, w = grid
    unit = 8 / (h * w) ** 0.5
    y = (torch.arange(h) + 0.5 - h / 2) * unit
    x = (torch.arange(w) + 0.5 - w / 2) * unit
    return torch.stack(torch.meshgrid(times.float() * SECOND, y, x, indexing="ij"), dim=-1)


def even_times(frames: int, frame_seconds: float, start: float = 0.0) -> Float[Tensor, "f"]:
    """Seconds of latent frames that follow one another evenly."""
    return start + torch.arange(frames) * frame_seconds


def crop_positions(
    grid: tuple[int, int], box: tuple[int, int, int, int], time: float = 0.0
) -> Float[Tensor, "1 h w 3"]:
    """Positions of the tokens of a part of a larger picture of `grid` tokens: rows and columns
    box[0] <= y < box[2], box[1] <= x < box[3].

    In a picture of n by n tokens neighbours stand 4/3 (6 / n)^(1/4) apart: so far that attention
    can tell them from one another (at 8 / n it cannot), and so near that it sees how large the
    picture is.
    """
    whole = grid_positions((1, *grid), times=torch.tensor([time]))
    whole[..., 1:] *= ((grid[0] * grid[1]) ** 0.5 / NATIVE_SIDE) ** 0.75
    top, left, bottom, right = box
    return whole[:, top:bottom, left:right]


def blank(
    *,
    latent_channels: int,
    patch: int,
    grid: tuple[int, int, int],
    frame_seconds: float,
    prompt: str = "",
) -> Canvas:
    """Nothing is given: text to video."""
    f, h, w = grid
    times = even_times(f, frame_seconds)
    return Canvas(
        latents=torch.zeros(latent_channels, f, h * patch, w * patch),
        sigma_start=torch.ones(grid),
        sigma_end=torch.zeros(grid),
        positions=grid_positions(grid, times=times)[None],
        view_weights=torch.ones(1, f),
        prompts=(prompt,),
        prompt_weights=torch.ones(f, 1),
        patch=patch,
    )
