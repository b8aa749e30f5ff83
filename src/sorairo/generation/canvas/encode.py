"""From a draft to a canvas: frames become latents, frame numbers become times."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from sorairo.flow.schedules import shift
from sorairo.generation.canvas.canvas import Canvas, ReferenceTokens, grid_positions
from sorairo.generation.tasks.layout import CanvasLayout, GivenFrames, Keyframe, LatentFrame

Encode = Callable[[np.ndarray], Tensor]
"""Frames uint8 [n, H, W, 3], n whole groups, to latents [c, n / group, h, w]."""

STRENGTH_SHIFT = 3.0  # strength is a place on the schedule, as the noise levels of sampling are


def paint(layout: CanvasLayout, encode: Encode, *, latent_channels: int, patch: int) -> Canvas:
    """The canvas of a draft."""
    spec, groups = layout.spec, layout.groups()
    unit = spec.multiple
    grid = (len(groups), layout.height // unit, layout.width // unit)
    times = torch.tensor(layout.times())
    positions, view_weights = views(grid, times, layout)
    canvas = Canvas(
        latents=torch.zeros(latent_channels, len(groups), grid[1] * patch, grid[2] * patch),
        sigma_start=torch.ones(grid),
        sigma_end=torch.zeros(grid),
        positions=positions,
        view_weights=view_weights,
        prompts=layout.prompts,
        prompt_weights=latent_frame_prompt_weights(groups, layout),
        patch=patch,
        reference_tokens=tuple(_loose(each, layout, grid, encode) for each in layout.keyframes),
    )
    for given in layout.given:
        _give(canvas, given, layout, groups, encode)
    return canvas


def latent_frame_prompt_weights(groups: tuple[LatentFrame, ...], layout: CanvasLayout) -> Tensor:
    """What each latent frame hears: the mean over its frames, [f, k]."""
    rows = []
    for group in groups:
        low, high = _bounds(group, layout)
        frames = np.arange(group.first, group.first + layout.spec.group).clip(low, high - 1)
        rows.append(layout.prompt_weights[frames].mean(0))
    return torch.from_numpy(np.stack(rows)).float()


def views(grid: tuple[int, int, int], times: Tensor, layout: CanvasLayout) -> tuple[Tensor, Tensor]:
    """Positions [views, f, h, w, 3] and how much each view counts [views, f].

    A cycle of f latent frames is seen twice, cut open at its beginning and in its middle. Each view
    counts by sin^2 of the distance from where it is cut, so that nothing hangs on the cut; the two
    sum to 1.
    """
    f = grid[0]
    if not layout.cyclic:
        return grid_positions(grid, times=times)[None], torch.ones(1, f)
    step = layout.spec.group / layout.spec.fps
    index = torch.arange(f)
    turned = (index + f // 2) % f
    cuts = torch.stack([index, turned])
    positions = torch.stack([grid_positions(grid, times=cut * step) for cut in cuts])
    counts = torch.sin(torch.pi * (cuts + 0.5) / f).square()
    return positions, counts / counts.sum(0)


def _give(
    canvas: Canvas,
    given: GivenFrames,
    layout: CanvasLayout,
    groups: tuple[LatentFrame, ...],
    encode: Encode,
) -> None:
    """Paints a given clip on every group that it covers, in place."""
    covered = [i for i, group in enumerate(groups) if _covers(given, group, layout)]
    if not covered:
        return
    if given.latents is not None:
        latents = torch.from_numpy(given.latents).float()
    else:
        frames = [given.frames[_frames_of(groups[i], given, layout)] for i in covered]
        latents = encode(np.concatenate(frames))
    canvas.latents[:, covered] = latents[:, : len(covered)]
    start = float(shift(torch.tensor(float(given.strength)), STRENGTH_SHIFT))
    if given.region is None:
        canvas.sigma_start[covered] = start
    else:
        touched = token_region(given.region, canvas.grid[1:])
        canvas.sigma_start[covered] = torch.where(touched, start, 0.0)


def token_region(region: np.ndarray, grid: tuple[int, int]) -> Tensor:
    """True for tokens that a region [H, W] touches, [h, w]."""
    mask = torch.from_numpy(np.asarray(region, np.float32))[None, None]
    return torch.nn.functional.adaptive_max_pool2d(mask, grid)[0, 0] > 0


def _bounds(group: LatentFrame, layout: CanvasLayout) -> tuple[int, int]:
    """The first and the last frame (not included) of the shot that a group is in."""
    ends = (*layout.shots[1:], layout.num_frames)
    return layout.shots[group.shot], ends[group.shot]


def _covers(given: GivenFrames, group: LatentFrame, layout: CanvasLayout) -> bool:
    """Whether all frames of a group are given; those beyond the shot's ends count as given."""
    low, high = _bounds(group, layout)
    first = max(group.first, low)
    last = min(group.first + layout.spec.group, high)
    return given.first <= first and last <= given.first + len(given.frames)


def _frames_of(group: LatentFrame, given: GivenFrames, layout: CanvasLayout) -> np.ndarray:
    """Indices into the given frames, those beyond the shot's ends being copies."""
    low, high = _bounds(group, layout)
    frames = np.arange(group.first, group.first + layout.spec.group)
    return frames.clip(low, high - 1) - given.first


def _loose(
    keyframe: Keyframe, layout: CanvasLayout, grid: tuple[int, int, int], encode: Encode
) -> ReferenceTokens:
    """A picture encoded alone, at its time; what it hears is what is said at that time."""
    picture = np.repeat(keyframe.picture[None], layout.spec.group, axis=0)
    frame = int(np.clip(round(keyframe.at), 0, layout.num_frames - 1))
    shot = max(i for i, begins in enumerate(layout.shots) if begins <= frame)
    first = [group.shot for group in layout.groups()].index(shot)
    later = layout.times()[first] - layout.shots[shot] / layout.spec.fps if shot else 0.0
    time = torch.tensor([keyframe.at / layout.spec.fps + later])
    return ReferenceTokens(
        latents=encode(picture),
        positions=grid_positions((1, *grid[1:]), times=time),
        prompt_weights=torch.from_numpy(layout.prompt_weights[frame : frame + 1]).float(),
        sigma=keyframe.noise,
    )
