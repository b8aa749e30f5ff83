"""From a layout to a canvas: frames become latents, frame numbers become times."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from sorairo.flow.schedules import strength_sigma
from sorairo.generation.canvas.canvas import Canvas, ReferenceTokens
from sorairo.generation.canvas.control_channels import control_channels, control_references
from sorairo.generation.canvas.given_channels import given_channels
from sorairo.generation.canvas.hints import refuse_hints
from sorairo.generation.canvas.latent_frames import covered_frames, frames_of, token_region
from sorairo.generation.canvas.shown import Encode
from sorairo.generation.tasks.layout import CanvasLayout, GivenFrames, Keyframe, LatentFrame
from sorairo.models.model_info import Conditioning
from sorairo.models.protocols import PositionLaw, VideoModel

Grid = tuple[int, int, int]  # frames, rows, columns


def encode_for(model: VideoModel, layout: CanvasLayout, encode: Encode) -> Canvas:
    """The canvas of a layout, as a model sees it. Raises RequestError as `encode_layout` does."""
    return encode_layout(
        layout,
        encode,
        latent_channels=model.codec.law.channels,
        patch=model.denoiser.patch,
        positions=model.positions,
        conditioning=model.conditioning,
        use_instead=model.info.use_instead,
    )


def encode_layout(
    layout: CanvasLayout,
    encode: Encode,
    *,
    latent_channels: int,
    patch: int,
    positions: PositionLaw,
    conditioning: Conditioning = Conditioning(),
    use_instead: str = "",
) -> Canvas:
    """The canvas of a layout, as a model with these laws sees it.

    Raises RequestError for a hint, where a model shows pictures exactly or not at all, with the
    model to `use_instead`.
    """
    if conditioning.given_channels and any(each.noise for each in layout.keyframes):
        refuse_hints(use_instead)
    latent_frames, unit = layout.latent_frames(), layout.spec.multiple
    grid = (len(latent_frames), layout.height // unit, layout.width // unit)
    places, view_weights = views(grid, layout, positions)
    given = whole = None
    if conditioning.given_channels:
        given, whole = given_channels(layout, encode, patch)
    elif conditioning.control_channels:
        given, whole = control_channels(layout, encode, patch)
    canvas = Canvas(
        latents=torch.zeros(latent_channels, len(latent_frames), grid[1] * patch, grid[2] * patch),
        sigma_start=torch.ones(grid),
        sigma_end=torch.zeros(grid),
        positions=places,
        view_weights=view_weights,
        prompts=layout.prompts,
        prompt_weights=latent_frame_prompt_weights(latent_frames, layout),
        patch=patch,
        units_per_second=positions.units_per_second,
        reference_tokens=tuple(
            _reference(each, layout, grid, encode, positions)
            for each in (layout.keyframes if conditioning.token_noise else ())
        ),
        given=given,
        given_whole=whole,
        conditioning=conditioning,
    )
    if conditioning.control_channels:
        canvas = replace(
            canvas, reference_tokens=control_references(layout, canvas, encode, positions)
        )
    for given in layout.given:
        if conditioning.token_noise or given.strength:
            _give(canvas, given, layout, latent_frames, encode)
    if whole is not None:
        canvas.latents[:, whole] = canvas.given_latents[:, whole]
    if not conditioning.token_noise:
        canvas.sigma_start.fill_(canvas.sigma_start.max())
    return canvas


def latent_frame_prompt_weights(
    latent_frames: tuple[LatentFrame, ...], layout: CanvasLayout
) -> Tensor:
    """How much each prompt counts for a latent frame: the mean over its frames, [f, k]."""
    rows = [layout.prompt_weights[frames_of(each, layout)].mean(0) for each in latent_frames]
    return torch.from_numpy(np.stack(rows)).float()


def views(grid: Grid, layout: CanvasLayout, law: PositionLaw) -> tuple[Tensor, Tensor]:
    """Positions [views, f, h, w, 3] and how much each view counts [views, f].

    A cycle of f latent frames has two views, cut open at its beginning and in its middle. Each view
    is weighted by sin^2 of the distance from its cut, so that the cut does not show; the two
    weights sum to 1.
    """
    f = grid[0]
    if not layout.cyclic:
        return law.grid(grid, torch.tensor(layout.times()))[None], torch.ones(1, f)
    step = layout.spec.frames_per_latent_frame / layout.spec.fps
    index = torch.arange(f)
    turned = (index + f // 2) % f
    cuts = torch.stack([index, turned])
    positions = torch.stack([law.grid(grid, cut * step) for cut in cuts])
    counts = torch.sin(torch.pi * (cuts + 0.5) / f).square()
    return positions, counts / counts.sum(0)


def _give(
    canvas: Canvas,
    given: GivenFrames,
    layout: CanvasLayout,
    latent_frames: tuple[LatentFrame, ...],
    encode: Encode,
) -> None:
    """Writes a given clip into every latent frame that it covers, in place."""
    covered = covered_frames(given, layout)
    if not covered:
        return
    if given.latents is not None:
        latents = torch.from_numpy(given.latents).float()
    else:
        frames = [given.frames[frames_of(latent_frames[i], layout) - given.first] for i in covered]
        latents = encode(np.concatenate(frames))
    canvas.latents[:, covered] = latents[:, : len(covered)]
    start = strength_sigma(float(given.strength))
    if given.region is None:
        canvas.sigma_start[covered] = start
    else:
        touched = token_region(given.region, canvas.grid[1:])
        canvas.sigma_start[covered] = torch.where(touched, start, 0.0)


def _reference(
    keyframe: Keyframe, layout: CanvasLayout, grid: Grid, encode: Encode, law: PositionLaw
) -> ReferenceTokens:
    """A keyframe: a picture encoded alone, at its time, with the prompts of that time."""
    picture = np.repeat(keyframe.picture[None], layout.spec.frames_per_latent_frame, axis=0)
    frame = int(np.clip(round(keyframe.at), 0, layout.num_frames - 1))
    shot = max(i for i, begins in enumerate(layout.shots) if begins <= frame)
    first = [each.shot for each in layout.latent_frames()].index(shot)
    later = layout.times()[first] - layout.shots[shot] / layout.spec.fps if shot else 0.0
    seconds = keyframe.at / layout.spec.fps + later
    return ReferenceTokens(
        latents=encode(picture),
        positions=law.grid((1, *grid[1:]), torch.tensor([seconds])),
        prompt_weights=torch.from_numpy(layout.prompt_weights[frame : frame + 1]).float(),
        seconds=seconds,
        sigma=keyframe.noise,
    )
