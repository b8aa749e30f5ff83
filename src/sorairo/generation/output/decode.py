"""Between frames and latents, latent frame by latent frame, as a layout has them."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from sorairo.generation.output.seams.correct import correct_canvas
from sorairo.generation.tasks.layout import CanvasLayout
from sorairo.interruption import check_interrupted
from sorairo.models.protocols import VideoModel
from sorairo.nn.pixels import to_frames, to_video

AT_ONCE = 16  # latent frames decoded together
WARM_UP, WARM_DOWN = 3, 2  # latent frames decoded before the first of a cycle and after the last


def encode_frames(model: VideoModel, frames: np.ndarray, shown: np.ndarray | None = None) -> Tensor:
    """Latents [c, f, h, w] of whole latent frames, uint8 [n, H, W, 3]; grey where `shown` [n, H, W]
    is 0. A codec that takes fewer frames for the first latent frame sees only the last of that
    frame's."""
    law = model.codec.law
    first = law.time_factor - law.first_frames
    video = to_video(frames[first:], model.device)
    if shown is not None:
        video = video * torch.from_numpy(shown[first:]).to(model.device)
    return model.codec.encode(video)[0].float().cpu()


def decode_latents(model: VideoModel, latents: Tensor) -> np.ndarray:
    """Frames uint8 [n, H, W, 3] of latents [c, f, h, w], decoded from a fresh state, in
    pieces, so that a long clip needs no more memory than a short one. If the codec returns fewer
    frames for the first latent frame, copies of the first frame are put before it."""
    law, state = model.codec.law, {}
    parts: list[np.ndarray] = []
    for part in latents.split(AT_ONCE, dim=1):
        check_interrupted()
        video = model.codec.decode(part[None].to(model.device, model.dtype), state)
        parts.append(to_frames(video)[0])
    frames = np.concatenate(parts)
    missing = law.time_factor - law.first_frames
    return np.concatenate([frames[:1].repeat(missing, 0), frames]) if missing else frames


def decode_layout(model: VideoModel, layout: CanvasLayout, latents: Tensor) -> np.ndarray:
    """The layout's frames, shot by shot, uint8 [num_frames, H, W, 3]."""
    size, latent_frames = layout.spec.frames_per_latent_frame, layout.latent_frames()
    if layout.cyclic:
        f = latents.shape[1]
        turned = [i % f for i in range(-WARM_UP, f + WARM_DOWN)]  # of a short one some twice
        frames = decode_latents(model, latents[:, turned])
        frames = model.postprocess(frames, first=0)
        return frames[WARM_UP * size : -WARM_DOWN * size]
    parts = []
    ends = (*layout.shots[1:], layout.num_frames)
    for shot, (start, end) in enumerate(zip(layout.shots, ends, strict=True)):
        mine = [i for i, each in enumerate(latent_frames) if each.shot == shot]
        frames = decode_latents(model, latents[:, mine])
        skipped = start - latent_frames[mine[0]].first
        decoded = frames[skipped : skipped + end - start]
        frames, exact = paste_given(layout, decoded, start)
        if model.info.corrects_seams:
            frames = correct_canvas(frames, decoded, exact)
        parts.append(model.postprocess(frames, first=skipped, exact=exact))
    return np.concatenate(parts)


def paste_given(
    layout: CanvasLayout, decoded: np.ndarray, start: int
) -> tuple[np.ndarray, np.ndarray]:
    """The decoded frames, which begin at canvas frame `start`, with the given ones that the layout
    keeps in their places, and True for those, [n]. Without any, the frames themselves."""
    frames, exact = decoded, np.zeros(len(decoded), bool)
    for given in layout.given:
        if given.strength or given.region is not None:
            continue
        low = max(given.first, start)
        high = min(given.first + len(given.frames) - given.spare, start + len(exact))
        if low < high:
            frames = decoded.copy() if frames is decoded else frames
            frames[low - start : high - start] = given.frames[
                low - given.first : high - given.first
            ]
            exact[low - start : high - start] = True
    return frames, exact


def start_where_still(
    frames: np.ndarray, latents: Tensor, length: int
) -> tuple[np.ndarray, Tensor]:
    """A cycle's frames [n, H, W, 3] and latents [c, f, h, w], rotated by whole latent frames of
    `length` frames so that the least changes in the middle of the first one. The result begins
    there, because players pause at the beginning of a loop. A latent frame of one frame has no
    middle: nothing is rotated."""
    if length < 2:
        return frames, latents
    middle = frames[length // 2 - 1 :: length], frames[length // 2 :: length]
    pairs = zip(*middle, strict=True)
    first = int(np.argmin([np.abs(a.astype(np.int16) - b).mean() for a, b in pairs]))
    return np.roll(frames, -first * length, axis=0), latents.roll(-first, dims=1)
