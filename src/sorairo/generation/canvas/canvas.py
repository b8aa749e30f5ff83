"""The canvas: a grid of latent tokens, each with the noise level at which it starts and the one at
which it ends. It is encoded from the layout of a task and filled by the sampler."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from jaxtyping import Float
from torch import Tensor

from sorairo.flow.path import token_sigma
from sorairo.models.model_info import Conditioning
from sorairo.models.protocols import PositionLaw
from sorairo.nn.patches import patchify, unpatchify

NOISE_PER_TOKEN = Conditioning()


@dataclass(frozen=True, kw_only=True)
class ReferenceTokens:
    """A picture beside the grid: a keyframe at its own time."""

    latents: Tensor
    """[c, 1, h * patch, w * patch], normalised."""
    positions: Tensor
    """(time, y, x) of its tokens in the units of the model's position law, [1, h, w, 3]."""
    prompt_weights: Tensor
    """How much each of the canvas's prompts counts for it, [1, k]."""
    seconds: float
    """Its time on the canvas."""
    sigma: float = 0.0
    """The noise level at which it is held."""
    given: Tensor | None = None
    """As `Canvas.given`, [q, 1, h * patch, w * patch]."""
    generated: bool = False
    """Whether it starts from noise like the grid, because the model sees it in `given`. It then
    belongs to every part of the canvas and stands before it."""

    def later(self, seconds: float, units_per_second: float) -> ReferenceTokens:
        """The same picture, moved to a time that is `seconds` later."""
        if self.generated:
            return self
        positions = self.positions.clone()
        positions[..., 0] += seconds * units_per_second
        return replace(self, positions=positions, seconds=self.seconds + seconds)


@dataclass(frozen=True, kw_only=True)
class Canvas:
    """A grid of f x h x w tokens, and reference tokens after them."""

    latents: Tensor
    """[c, f, h * patch, w * patch], normalised: the given latents, and zeros where there are
    none."""
    sigma_start: Tensor
    """[f, h, w]: 1 for a blank token, 0 for a given one; a value between keeps the layout of the
    given content and loses its details."""
    sigma_end: Tensor
    """[f, h, w]: 0, or equal to `sigma_start`: then the token is held and never changes."""
    positions: Tensor
    """(time, y, x) of the tokens in the units of the model's position law, [views, f, h, w, 3].
    Most canvases have one view; the velocities of several are averaged."""
    view_weights: Tensor
    """How much each view counts for a latent frame, [views, f]; columns sum to 1."""
    prompts: tuple[str, ...]
    prompt_weights: Tensor
    """How much each of the k prompts counts for a latent frame, [f, k]; rows sum to 1."""
    patch: int
    """Latent pixels per side of a token."""
    units_per_second: float
    """Change of the time position per second."""
    reference_tokens: tuple[ReferenceTokens, ...] = ()
    given: Tensor | None = None
    """Channels that the denoiser takes beside the latents, [q, f, h * patch, w * patch]: which
    frames are given, and their latents (see `Conditioning`)."""
    given_whole: Tensor | None = None
    """True for latent frames that `given` shows whole, [f]; None without `given`. `latents` has
    their latents, and what is generated in their places is not used."""
    conditioning: Conditioning = NOISE_PER_TOKEN
    """How the model is conditioned on given frames."""

    @property
    def grid(self) -> tuple[int, int, int]:
        f, h, w = self.sigma_start.shape
        return f, h, w

    @property
    def held(self) -> Tensor:
        """True for tokens of the grid that never change, [f, h, w]."""
        return self.sigma_start == self.sigma_end

    @property
    def given_latents(self) -> Float[Tensor, "c f h w"]:
        """The part of `given` that holds the latents of given frames."""
        assert self.given is not None
        c = len(self.latents)
        return self.given[:c] if self.conditioning.control_channels else self.given[-c:]

    def sigma(self, s: float) -> Float[Tensor, "n"]:
        """Every token's noise level at schedule value s (1 -> 0)."""
        grid = token_sigma(self.sigma_start, self.sigma_end, s)
        reference_tokens = [
            torch.full(each.positions.shape[:3], s if each.generated else each.sigma)
            for each in self.reference_tokens
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

    def token_given(self) -> Float[Tensor, "n q"] | None:
        """The further channels of every token."""
        if self.given is None:
            return None
        parts = [self.given, *(x.given for x in self.reference_tokens if x.given is not None)]
        return torch.cat([patchify(part[None], self.patch)[0] for part in parts])

    def token_view_weights(self) -> Float[Tensor, "views n"]:
        _, h, w = self.grid
        views = len(self.positions)
        parts = [self.view_weights.repeat_interleave(h * w, 1)]
        parts += [torch.full((views, h * w), 1 / views) for _ in self.reference_tokens]
        return torch.cat(parts, dim=1)

    def part(self, frames: tuple[int, ...], later: Float[Tensor, "n"]) -> Canvas:
        """The latent frames `frames` of a canvas with one view, in that order, each moved by its
        entry of `later` (seconds), with all reference tokens and only the prompts that any of these
        use."""
        index, positions = list(frames), self.positions[:, list(frames)].clone()
        positions[..., 0] += (later * self.units_per_second)[None, :, None, None]
        prompt_weights = [
            self.prompt_weights[index],
            *(each.prompt_weights for each in self.reference_tokens),
        ]
        used = torch.cat(prompt_weights).any(0).nonzero()[:, 0].tolist()
        return replace(
            self,
            latents=self.latents[:, index],
            sigma_start=self.sigma_start[index],
            sigma_end=self.sigma_end[index],
            positions=positions,
            view_weights=self.view_weights[:, index],
            prompts=tuple(self.prompts[i] for i in used),
            prompt_weights=self.prompt_weights[index][:, used],
            reference_tokens=tuple(
                replace(each, prompt_weights=each.prompt_weights[:, used])
                for each in self.reference_tokens
            ),
            given=None if self.given is None else self.given[:, index],
            given_whole=None if self.given_whole is None else self.given_whole[index],
        )

    def with_history(self, known: int, sigma: float) -> Canvas:
        """The canvas with its first `known` latent frames as history, those that were not given at
        a noise level of `sigma`. A model whose tokens have one level sees them in `given` instead:
        it generates them again, and what it makes of them is not used."""
        if self.conditioning.token_noise or not known:
            start, end = self.sigma_start.clone(), self.sigma_end.clone()
            history = torch.where(start[:known] > 0, sigma, 0.0)
            start[:known] = end[:known] = history
            return replace(self, sigma_start=start, sigma_end=end)
        if self.given is None:
            return self
        canvas, c = replace(self, given=self.given.clone()), len(self.latents)
        assert canvas.given is not None
        canvas.given_latents[:, :known] = self.latents[:, :known]
        if self.conditioning.control_channels:
            canvas.given[2 * c :, :known] = 0.0
        else:
            canvas.given[:-c, :known] = 1.0
        return canvas


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


def even_times(frames: int, frame_seconds: float, start: float = 0.0) -> Float[Tensor, "f"]:
    """Times in seconds of evenly spaced latent frames."""
    return start + torch.arange(frames) * frame_seconds


def blank(
    *,
    latent_channels: int,
    patch: int,
    grid: tuple[int, int, int],
    frame_seconds: float,
    law: PositionLaw,
    prompt: str = "",
) -> Canvas:
    """A canvas on which nothing is given."""
    f, h, w = grid
    times = even_times(f, frame_seconds)
    return Canvas(
        latents=torch.zeros(latent_channels, f, h * patch, w * patch),
        sigma_start=torch.ones(grid),
        sigma_end=torch.zeros(grid),
        positions=law.grid(grid, times)[None],
        view_weights=torch.ones(1, f),
        prompts=(prompt,),
        prompt_weights=torch.ones(f, 1),
        patch=patch,
        units_per_second=law.units_per_second,
    )
