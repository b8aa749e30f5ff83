"""Given frames as extra channels of a canvas, for models with `Conditioning.given_channels`."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from torch import Tensor

from sorairo.errors import RequestError
from sorairo.generation.canvas.latent_frames import frames_of, token_region
from sorairo.generation.tasks.layout import CanvasLayout

GREY = 128  # of pixels where nothing is given


def given_channels(
    layout: CanvasLayout, encode: Callable[[np.ndarray], Tensor], patch: int
) -> Tensor:
    """[n + c, f, h, w]: for each of the n frames of a latent frame where it is given (1) or not
    (0), then the latents of all frames, grey where nothing is given. Each shot is encoded by
    itself.

    Raises RequestError for a keyframe that is a hint: these models show a picture exactly or not at
    all.
    """
    side = layout.spec.multiple // patch
    places = (layout.height // side, layout.width // side)
    frames, known = _known(layout, places)
    parts = []
    for shot in range(len(layout.shots)):
        latent_frames = [each for each in layout.latent_frames() if each.shot == shot]
        index = np.stack([frames_of(each, layout) for each in latent_frames])
        mask = torch.from_numpy(known[index]).transpose(0, 1)
        parts.append(torch.cat([mask, encode(frames[index.ravel()])]))
    return torch.cat(parts, dim=1)


def _known(layout: CanvasLayout, places: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
    """All frames uint8 [n, H, W, 3], and where they are given, float32 [n, h, w]."""
    shape = (layout.num_frames, layout.height, layout.width, 3)
    frames = np.full(shape, GREY, np.uint8)
    known = np.zeros((layout.num_frames, *places), np.float32)
    for given in layout.given:
        span = slice(given.first, given.first + len(given.frames))
        shown = given.frames[: layout.num_frames - given.first]
        if not given.strength:
            frames[span], known[span] = shown, 1.0
        elif given.region is not None:
            outside = token_region(given.region, (layout.height, layout.width)).numpy() == 0
            frames[span][:, outside] = shown[:, outside]
            known[span] = 1.0 - token_region(given.region, places).numpy()
    for keyframe in layout.keyframes:
        if keyframe.noise:
            raise RequestError(
                "This model shows a picture exactly: give it a strength of 1 or leave strength out."
            )
        frame = min(round(keyframe.at), layout.num_frames - 1)
        frames[frame], known[frame] = keyframe.picture, 1.0
    return frames, known
