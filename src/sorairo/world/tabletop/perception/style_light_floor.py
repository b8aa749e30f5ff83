"""Classifies the style, the light and the floor of a clip, from its pixels.

The weights are in fitted/LOOK/style_light_floor.json, written by
`python -m sorairo.world.tabletop.fitting.fit_style_light_floor`, which fits them to degraded
renders and reports the errors on others. Frames are scaled to one working size.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np

from sorairo.world.tabletop.perception.classifiers import Net, fitted, working_size

FRAMES_SAMPLED = 8  # frames of a clip that are classified
HORIZON = 0.55  # fraction of the height below which every camera sees floor
PERCENTILES = (5, 25, 50, 75, 95)
STEPS = (1, 2, 3, 4, 6)  # distances of compared pixels


@dataclass(frozen=True, kw_only=True)
class FrameClassifiers:
    """Classifiers of single frames, by `frame_features`."""

    style: Net
    light: Net
    floor: Net


@cache
def shipped_frame_classifiers(look: str = "classic") -> FrameClassifiers:
    """The classifiers of style_light_floor.json."""
    record = fitted(look, "style_light_floor")
    return FrameClassifiers(**{name: Net.from_json(net) for name, net in record.items()})


def style_of(frames: np.ndarray, look: str = "classic") -> str:
    """One of STYLE_NAMES, "none" included. frames: uint8 [F, H, W, 3], any size, F >= 1."""
    return likeliest(shipped_frame_classifiers(look).style, frames)


def light_of(frames: np.ndarray, look: str = "classic") -> str:
    """One of LIGHTS, in any style that shows it."""
    return likeliest(shipped_frame_classifiers(look).light, frames)


def floor_of(frames: np.ndarray, look: str = "classic") -> str:
    """One of FLOORS, under any light."""
    return likeliest(shipped_frame_classifiers(look).floor, frames)


def likeliest(net: Net, frames: np.ndarray) -> str:
    """The class with the highest mean probability over evenly spaced frames."""
    chosen = np.linspace(0, len(frames) - 1, min(FRAMES_SAMPLED, len(frames))).round().astype(int)
    chances = net(frame_features(working_size(frames[chosen]))).mean(0)
    return net.classes[int(chances.argmax())]


def frame_features(frames: np.ndarray) -> np.ndarray:
    """Colours and textures of sky and floor: uint8 [F, H, W, 3] -> float32 [F, features]."""
    pictures = frames.astype(np.float32) / 255
    height, width = pictures.shape[1:3]
    luma = pictures.mean(-1)
    middle = luma[:, height // 4 : -height // 4, width // 4 : -width // 4].mean((1, 2))
    corners = [
        luma[:, y, x]
        for y in (slice(0, 10), slice(-10, None))
        for x in (slice(0, 10), slice(-10, None))
    ]
    columns = [
        *_colours(pictures[:, : height // 5]),
        *_colours(pictures[:, int(height * HORIZON) :]),
        *_textures(luma[:, : height // 5]),
        *_textures(luma[:, int(height * HORIZON) :]),
        *(corner.mean((1, 2)) - middle for corner in corners),
    ]
    return np.stack(columns, axis=-1)


def _colours(part: np.ndarray) -> list[np.ndarray]:
    """Of [F, h, w, 3]: percentiles of each channel and of the pixels' colourfulness."""
    flat = part.reshape(len(part), -1, 3)
    spread = np.ptp(flat, axis=-1)
    return [
        *np.percentile(flat, PERCENTILES, axis=1).transpose(0, 2, 1).reshape(-1, len(part)),
        *np.percentile(spread, PERCENTILES, axis=1),
    ]


def _textures(luma: np.ndarray) -> list[np.ndarray]:
    """Of [F, h, w]: the change of brightness over STEPS pixels across, down and diagonally, as mean
    and 60th percentile (strokes and grain are everywhere, contours only in places)."""
    columns = []
    for step in STEPS:
        across = luma[:, :, step:] - luma[:, :, :-step]
        down = luma[:, step:] - luma[:, :-step]
        falling = luma[:, step:, step:] - luma[:, :-step, :-step]
        rising = luma[:, step:, :-step] - luma[:, :-step, step:]
        for change in (across, down, falling, rising):
            size = np.abs(change).reshape(len(luma), -1)
            columns += [np.sqrt(size.mean(1)), np.sqrt(np.percentile(size, 60, axis=1))]
    return columns
