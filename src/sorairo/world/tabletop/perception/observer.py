"""What stands in a clip and how it moves, from its pixels alone.

Pixels are sorted into background and colours, connected object pixels are blobs, and a blob's
outline and shading tell its shape. Nothing here knows the scene; `calibrate.calibration_report`
says how far it can be trusted.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from sorairo.world.tabletop.perception.classifiers import (
    Looks,
    Net,
    floor_features,
    shipped_looks,
    silhouette_features,
    sort_pixels,
    working_size,
)
from sorairo.world.tabletop.perception.motion import Motion, classify_motion, moves_as_told
from sorairo.world.tabletop.perception.prompt_cases import Target

MIN_AREA = 0.003  # of the picture; the smallest true object seen from afar has about 0.008
SECOND_COLOR = 0.3  # share of a blob that makes its second colour another object
JUMP = 0.15  # of the width between two frames; true objects stay below 0.07
MOST_BAD_FRAMES = 0.06  # "more than a few": three of 48
STEADY_COLOR = 0.8  # share of the frames that must show the colour


@dataclass(frozen=True, kw_only=True)
class Observation:
    """What is seen in F frames.

    counts [F] objects; count: their most frequent number. track [F, 2] centroid (x, y) of the
    largest object in parts of the width and height, NaN where there is none; areas [F] its part of
    the picture. color_share: part of the frames with an object in which it has `color`;
    shape_share: mean probability of `shape`. None and 0 where nothing was ever seen. bad_frames:
    without exactly one object, or with a jump.
    """

    counts: np.ndarray
    count: int
    color: str | None
    color_share: float
    shape: str | None
    shape_share: float
    track: np.ndarray
    areas: np.ndarray
    motion: Motion
    floor: str
    bad_frames: int


@dataclass(frozen=True, kw_only=True)
class Blob:
    """One connected thing in a frame; `pixels` bool [H, W]."""

    pixels: np.ndarray
    color: str
    objects: int

    @property
    def area(self) -> float:
        return float(self.pixels.mean())

    @property
    def center(self) -> tuple[float, float]:
        """(x, y) in parts of the width and height."""
        rows, columns = np.nonzero(self.pixels)
        height, width = self.pixels.shape
        return (columns.mean() + 0.5) / width, (rows.mean() + 0.5) / height

    @property
    def cut_off(self) -> bool:
        """Whether it touches the edge of the picture."""
        p = self.pixels
        return bool(p[0].any() or p[-1].any() or p[:, 0].any() or p[:, -1].any())


def observe(frames: np.ndarray, *, fps: float = 12.0, looks: Looks | None = None) -> Observation:
    """Observe uint8 frames [F, H, W, 3] of a still camera by day. ValueError for other arrays."""
    if frames.ndim != 4 or frames.shape[-1] != 3 or frames.dtype != np.uint8 or not len(frames):
        raise ValueError(f"frames must be uint8 [F, H, W, 3], not {frames.dtype} {frames.shape}")
    looks = looks or shipped_looks()
    frames = working_size(frames)
    presence, blobs = find_blobs(frames, looks.color)
    largest = [max(found, key=lambda blob: blob.area, default=None) for found in blobs]
    counts = np.array([sum(blob.objects for blob in found) for found in blobs])
    track = np.array([blob.center if blob else (np.nan, np.nan) for blob in largest])
    areas = np.array([blob.area if blob else 0.0 for blob in largest])
    color, color_share = _commonest([blob.color for blob in largest if blob])
    shape, shape_share = _shape(frames, presence, largest, looks.shape)
    jumps = np.linalg.norm(np.diff(track, axis=0), axis=1) > JUMP
    floor = looks.floor(floor_features(frames[::8], presence[::8]))
    return Observation(
        counts=counts,
        count=int(np.bincount(counts).argmax()),
        color=color,
        color_share=color_share,
        shape=shape,
        shape_share=shape_share,
        track=track,
        areas=areas,
        motion=classify_motion(track, fps),
        floor=looks.floor.classes[int(floor.argmax())],
        bad_frames=int((counts != 1).sum() + jumps.sum()),
    )


def judge(observation: Observation, target: Target) -> dict[str, bool]:
    """Whether a clip shows one_object, color, shape, motion and floor as asked, each on its own."""
    seen = observation
    allowed = max(1, MOST_BAD_FRAMES * len(seen.counts))
    return {
        "one_object": seen.count == 1 and seen.bad_frames <= allowed,
        "color": seen.color == target.color and seen.color_share >= STEADY_COLOR,
        "shape": seen.shape == target.shape,
        "motion": moves_as_told(seen.motion, target.event, target.heading),
        "floor": seen.floor == target.floor,
    }


def find_blobs(frames: np.ndarray, net: Net) -> tuple[np.ndarray, list[list[Blob]]]:
    """How surely an object is at each pixel, float [F, H, W], and the blobs of each frame."""
    presence, colors = sort_pixels(frames, net)
    presence = np.asarray(ndimage.gaussian_filter(presence, (0, 0.6, 0.6)))
    names = [name for name in net.classes if name != "background"]
    return presence, [_frame_blobs(p, c, names) for p, c in zip(presence, colors, strict=True)]


def connected(there: np.ndarray) -> list[np.ndarray]:
    """The connected parts of a mask [H, W], each as one."""
    labels = np.zeros(there.shape, np.int32)
    ndimage.label(there, output=labels)
    return [labels == index for index in range(1, int(labels.max()) + 1)]


def _frame_blobs(presence: np.ndarray, colors: np.ndarray, names: list[str]) -> list[Blob]:
    there = ndimage.binary_fill_holes(ndimage.binary_opening(presence > 0.5))
    blobs = []
    for pixels in connected(np.asarray(there)):
        if pixels.mean() < MIN_AREA:
            continue
        inside = np.asarray(ndimage.binary_erosion(pixels))
        sample = colors[np.asarray(inside if inside.any() else pixels, dtype=bool)]
        fractions = np.bincount(sample, minlength=len(names)) / len(sample)
        color = names[int(fractions.argmax())]
        objects = max(1, int((fractions > SECOND_COLOR).sum()))
        blobs.append(Blob(pixels=pixels, color=color, objects=objects))
    return blobs


def _commonest(values: list[str]) -> tuple[str | None, float]:
    """The most frequent value and its share."""
    if not values:
        return None, 0.0
    best = max(sorted(set(values)), key=values.count)
    return best, values.count(best) / len(values)


def _shape(
    frames: np.ndarray, presence: np.ndarray, blobs: list[Blob | None], net: Net
) -> tuple[str | None, float]:
    """The shape that most frames speak for, and its mean probability. Blobs cut off speak last."""
    seen = [(i, blob) for i, blob in enumerate(blobs) if blob]
    seen = [(i, blob) for i, blob in seen if not blob.cut_off] or seen
    if not seen:
        return None, 0.0
    features = [silhouette_features(frames[i], presence[i], blob.pixels) for i, blob in seen]
    chances = net(np.stack(features))
    votes = np.log(chances + 0.02).mean(0)
    best = int(votes.argmax())
    return net.classes[best], float(chances[:, best].mean())
