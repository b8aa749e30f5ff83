"""From a layout to a canvas: frames become latents, frame numbers become times."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import torch
from torch import Tensor

from sorairo.flow.schedules import strength_sigma
from sorairo.generation.canvas.canvas import Canvas, ReferenceTokens
from sorairo.generation.canvas.control_channels import control_channels, control_references
from sorairo.generation.canvas.given_channels import Encode, given_channels
from sorairo.generation.canvas.latent_frames import frames_of, shot_bounds, token_region
from sorairo.generation.tasks.layout import CanvasLayout, GivenFrames, Keyframe, LatentFrame
from sorairo.models.model_info import Conditioning
from sorairo.models.protocols import PositionLaw

Grid = tuple[int, int, int]  # frames, rows, columns


def encode_layout(
    layout: CanvasLayout,
    encode: Encode,
    *,
    latent_channels: int,
    patch: int,
    positions: PositionLaw,
    conditioning: Conditioning = Conditioning(),
) -> Canvas:
    """The canvas of a layout, as a model with these laws sees it."""
    latent_frames, unit = layout.latent_frames(), layout.spec.multiple
    grid = (len(latent_frames), layout.height // unit, layout.width // unit)
    places, view_weights = views(grid, layout, positions)
    given = None
    if conditioning.given_channels:
        given = given_channels(layout, encode, patch)
    elif conditioning.control_channels:
        given = control_channels(layout, encode, patch)
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
        conditioning=conditioning,
    )
    if conditioning.control_channels:
        canvas = replace(
            canvas, reference_tokens=control_references(layout, canvas, encode, positions)
        )
    for given in layout.given:
        if conditioning.token_noise or given.strength:
            _give(canvas, given, layout, latent_frames, encode)
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
    covered = [i for i, each in enumerate(latent_frames) if _covers(given, each, layout)]
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


def _covers(given: GivenFrames, latent_frame: LatentFrame, layout: CanvasLayout) -> bool:
    """Whether all frames of a latent frame are given; those beyond the shot's ends count as
    given."""
    low, high = shot_bounds(latent_frame, layout)
    first = max(latent_frame.first, low)
    last = min(latent_frame.first + layout.spec.frames_per_latent_frame, high)
    return given.first <= first and last <= given.first + len(given.frames)


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
