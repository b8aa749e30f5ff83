"""Given frames as extra channels of a canvas, for models with `Conditioning.given_channels`, and
what all models share that see given frames so."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol, runtime_checkable

import numpy as np
import torch
import torch.nn.functional as F
from jaxtyping import Float
from torch import Tensor

from sorairo.errors import RequestError
from sorairo.generation.canvas.latent_frames import frames_of, token_region
from sorairo.generation.tasks.layout import CanvasLayout, Keyframe
from sorairo.notes import Note


@runtime_checkable
class Encode(Protocol):
    """Encodes frames, all of them or what is shown of them."""

    def __call__(self, frames: np.ndarray, shown: np.ndarray | None = None) -> Tensor:
        """Latents [c, f, h, w] of frames uint8 [n, H, W, 3], n whole latent frames. Where `shown`
        [n, H, W] is 0, the frames are grey (0 on the scale of -1 to 1)."""
        ...


def given_channels(layout: CanvasLayout, encode: Encode, patch: int) -> Float[Tensor, "q f h w"]:
    """[n + c, f, h, w]: for each of the n frames of a latent frame where it is given (1) or not
    (0), then the latents of all frames, grey where nothing is given. Each shot is encoded by
    itself.

    Raises RequestError for a keyframe that is a hint: these models show a picture exactly or not at
    all.
    """
    side, parts = layout.spec.multiple // patch, []
    for keyframe in layout.keyframes:
        if keyframe.noise:
            raise RequestError(
                Note(
                    "This model shows a picture exactly: give it a strength of 1 or leave"
                    " strength out.",
                    "exact_picture",
                )
            )
    frames, shown = shown_frames(layout)
    for index in shot_frames(layout):
        mask = torch.from_numpy(shown[index])  # f n H W
        whole = -F.max_pool2d(-mask, side)  # given where all pixels are
        flat = index.ravel()
        parts.append(torch.cat([whole.transpose(0, 1), encode(frames[flat], shown[flat])]))
    return torch.cat(parts, dim=1)


def shown_frames(layout: CanvasLayout) -> tuple[np.ndarray, np.ndarray]:
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


def frame_of(keyframe: Keyframe, layout: CanvasLayout) -> int:
    """The frame of the canvas that shows a keyframe."""
    return min(round(keyframe.at), layout.num_frames - 1)


def shot_frames(layout: CanvasLayout) -> Iterator[np.ndarray]:
    """For each shot, the numbers of the frames in its latent frames, [f, n]."""
    for shot in range(len(layout.shots)):
        latent_frames = [each for each in layout.latent_frames() if each.shot == shot]
        yield np.stack([frames_of(each, layout) for each in latent_frames])
