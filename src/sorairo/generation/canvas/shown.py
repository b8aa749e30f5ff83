"""What a layout shows exactly, for models that see given frames through further channels."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
import torch
from torch import Tensor

from sorairo.generation.canvas.latent_frames import covered_frames, frames_of, token_region
from sorairo.generation.tasks.layout import CanvasLayout, Keyframe


@runtime_checkable
class Encode(Protocol):
    """Encodes frames, all of them or what is shown of them."""

    def __call__(self, frames: np.ndarray, shown: np.ndarray | None = None) -> Tensor:
        """Latents [c, f, h, w] of frames uint8 [n, H, W, 3], n whole latent frames. Where `shown`
        [n, H, W] is 0, the frames are grey (0 on the scale of -1 to 1)."""
        ...


@dataclass(frozen=True, kw_only=True, eq=False)
class ShownShot:
    """What is shown exactly of the latent frames of a shot: m frames in each of f."""

    frames: np.ndarray
    """uint8 [f, m, H, W, 3]."""
    mask: np.ndarray
    """float32 [f, m, H, W]: 1 where pixels are given."""
    kept: Mapping[int, Tensor]
    """The latents [c, h, w] of latent frames of the shot that are known. Their frames are not
    encoded again."""

    @property
    def whole(self) -> Tensor:
        """True for latent frames that are given whole, [f]."""
        return torch.from_numpy(self.mask.all(axis=(1, 2, 3)))

    @property
    def to_encode(self) -> np.ndarray:
        """`mask` without the latent frames whose latents are known."""
        mask = self.mask.copy()
        mask[list(self.kept)] = 0.0
        return mask

    def encoded(self, encode: Encode, mask: np.ndarray) -> Tensor:
        """Latents [c, f, h, w] of the frames where a mask [f, m, H, W] is 1, grey elsewhere."""
        return encode(
            self.frames.reshape(-1, *self.frames.shape[2:]), mask.reshape(-1, *mask.shape[2:])
        )

    def with_kept(self, latents: Tensor) -> Tensor:
        """Latents [c, f, h, w] with those that are known in their places."""
        if not self.kept:
            return latents
        latents = latents.clone()
        latents[:, list(self.kept)] = torch.stack(list(self.kept.values()), dim=1)
        return latents


def shown_shots(layout: CanvasLayout) -> Iterator[ShownShot]:
    """What a layout shows exactly, shot by shot."""
    frames, mask = _shown_frames(layout)
    kept, latent_frames = _kept_latents(layout), layout.latent_frames()
    for shot in range(len(layout.shots)):
        places = [i for i, each in enumerate(latent_frames) if each.shot == shot]
        index = np.stack([frames_of(latent_frames[i], layout) for i in places])
        known = {n: kept[i] for n, i in enumerate(places) if i in kept}
        yield ShownShot(frames=frames[index], mask=mask[index], kept=known)


def _shown_frames(layout: CanvasLayout) -> tuple[np.ndarray, np.ndarray]:
    """All frames uint8 [n, H, W, 3], and where they are given, float32 [n, H, W]. Hints are not:
    they are not in the result."""
    size = (layout.height, layout.width)
    frames = np.zeros((layout.num_frames, *size, 3), np.uint8)
    shown = np.zeros((layout.num_frames, *size), np.float32)
    for given in layout.given:
        span = slice(given.first, given.first + len(given.frames))
        pictures = given.frames[: layout.num_frames - given.first]
        if not given.strength:
            frames[span], shown[span] = pictures, 1.0
        elif given.region is not None:
            outside = token_region(given.region, size).numpy() == 0
            frames[span][:, outside] = pictures[:, outside]
            shown[span][:, outside] = 1.0
    for keyframe in layout.keyframes:
        if not keyframe.noise:
            frame = frame_of(keyframe, layout)
            frames[frame], shown[frame] = keyframe.picture, 1.0
    return frames, shown


def _kept_latents(layout: CanvasLayout) -> dict[int, Tensor]:
    """The latents [c, h, w] of latent frames that were kept with given clips, by place. Those that
    are given in part only are not among them, nor are pictures that lie on them."""
    found: dict[int, Tensor] = {}
    pictures = {frame_of(each, layout) for each in layout.keyframes if not each.noise}
    latent_frames = layout.latent_frames()
    for given in layout.given:
        if given.latents is None or given.strength:
            continue
        latents = torch.from_numpy(given.latents).float()
        found |= {
            place: latent
            for place, latent in zip(covered_frames(given, layout), latents.unbind(1), strict=False)
            if not pictures & set(frames_of(latent_frames[place], layout).tolist())
        }
    return found


def frame_of(keyframe: Keyframe, layout: CanvasLayout) -> int:
    """The frame of the canvas that shows a keyframe."""
    return min(round(keyframe.at), layout.num_frames - 1)
