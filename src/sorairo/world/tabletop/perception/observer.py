"""Observes a clip: which object it shows and how that moves, from the pixels only.

Pixels are classified as background or a colour, connected object pixels form blobs, and a blob's
outline and shading give its shape. `fitting.fit_observer.calibration_report` measures the errors.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from sorairo.world.registry import TABLETOP
from sorairo.world.tabletop.perception.classifiers import (
    Classifiers,
    Net,
    floor_features,
    shipped_classifiers,
    silhouette_features,
    sort_pixels,
    working_size,
)
from sorairo.world.tabletop.perception.motion import Motion, classify_motion, matches_event
from sorairo.world.tabletop.perception.prompt_cases import Target

MIN_AREA = 0.003  # fraction of the picture; the smallest object, seen from afar, covers 0.008
SECOND_COLOR = 0.3  # fraction of a blob from which a second colour counts as another object
JUMP = 0.15  # fraction of the width, between two frames; real motion stays below 0.07
MAX_BAD_FRAMES = 0.06  # fraction: three frames of 48
MIN_SHAPE_CHANCE = 0.3  # of the shape that an object must have in the last second
STEADY_COLOR = 0.8  # fraction of the frames that must show the colour


@dataclass(frozen=True, kw_only=True)
class Observation:
    """What F frames show."""

    counts: np.ndarray
    """Objects in each frame, int [F]."""
    count: int
    """The most frequent number of objects."""
    color: str | None
    """The most frequent colour of the largest object; None if no object is seen."""
    color_share: float
    """Fraction of the frames with an object in which the largest has `color`."""
    shape: str | None
    """The most probable shape of the largest object; None if no object is seen."""
    shape_share: float
    """Mean probability of `shape`."""
    shape_chances: Mapping[str, float]
    """Mean probability of each shape; empty if no object is seen."""
    track: np.ndarray
    """Centroid (x, y) of the largest object as fractions of width and height, float [F, 2]; NaN in
    frames without an object."""
    areas: np.ndarray
    """Fraction of the picture that the largest object covers, float [F]."""
    motion: Motion
    """What `track` does."""
    floor: str
    """The most probable floor."""
    bad_frames: int
    """Frames without exactly one object, plus jumps of the track."""


@dataclass(frozen=True, kw_only=True)
class Blob:
    """A connected region of object pixels in one frame."""

    pixels: np.ndarray
    """bool [H, W]."""
    color: str
    """The most frequent colour."""
    objects: int
    """The number of objects, counted by colours."""

    @property
    def area(self) -> float:
        """The fraction of the picture that it covers."""
        return float(self.pixels.mean())

    @property
    def center(self) -> tuple[float, float]:
        """Centroid (x, y) as fractions of width and height."""
        rows, columns = np.nonzero(self.pixels)
        height, width = self.pixels.shape
        return (columns.mean() + 0.5) / width, (rows.mean() + 0.5) / height

    @property
    def cut_off(self) -> bool:
        """Whether it touches the edge of the picture."""
        p = self.pixels
        return bool(p[0].any() or p[-1].any() or p[:, 0].any() or p[:, -1].any())


def observe(
    frames: np.ndarray,
    *,
    fps: float = TABLETOP.fps,
    classifiers: Classifiers | None = None,
    look: str = "classic",
) -> Observation:
    """Observes uint8 frames [F, H, W, 3] of a still camera in daylight.

    Raises ValueError for arrays of another type or shape.
    """
    if frames.ndim != 4 or frames.shape[-1] != 3 or frames.dtype != np.uint8 or not len(frames):
        raise ValueError(f"frames must be uint8 [F, H, W, 3], not {frames.dtype} {frames.shape}")
    classifiers = classifiers or shipped_classifiers(look)
    frames = working_size(frames)
    presence, blobs = find_blobs(frames, classifiers.color)
    largest = [max(found, key=lambda blob: blob.area, default=None) for found in blobs]
    counts = np.array([sum(blob.objects for blob in found) for found in blobs])
    track = np.array([blob.center if blob else (np.nan, np.nan) for blob in largest])
    areas = np.array([blob.area if blob else 0.0 for blob in largest])
    color, color_share = _commonest([blob.color for blob in largest if blob])
    shape, chances = _shape(frames, presence, largest, classifiers.shape)
    jumps = np.linalg.norm(np.diff(track, axis=0), axis=1) > JUMP
    floor = classifiers.floor(floor_features(frames[::8], presence[::8]))
    return Observation(
        counts=counts,
        count=int(np.bincount(counts).argmax()),
        color=color,
        color_share=color_share,
        shape=shape,
        shape_share=chances[shape] if shape else 0.0,
        shape_chances=chances,
        track=track,
        areas=areas,
        motion=classify_motion(track, fps),
        floor=classifiers.floor.classes[int(floor.argmax())],
        bad_frames=int((counts != 1).sum() + jumps.sum()),
    )


def judge(observation: Observation, target: Target) -> dict[str, bool]:
    """Whether a clip shows one object, and the target's colour, shape, motion and floor."""
    seen = observation
    allowed = max(1, MAX_BAD_FRAMES * len(seen.counts))
    return {
        "one_object": seen.count == 1 and seen.bad_frames <= allowed,
        "color": seen.color == target.color and seen.color_share >= STEADY_COLOR,
        "shape": seen.shape == target.shape,
        "motion": matches_event(seen.motion, target.event, target.heading),
        "floor": seen.floor == target.floor,
    }


def judge_end(observation: Observation, target: Target) -> dict[str, bool]:
    """Whether the last second of a clip, which was observed alone, still shows one object of the
    target's colour and shape.

    A tilted box may look like a cylinder from one side, so its shape is wrong only where it is
    improbable: true clips of boxes that fell are found wrong in 2 of 24.
    """
    seen = observation
    return {
        "one_object_end": seen.count == 1,
        "color_end": seen.color == target.color,
        "shape_end": seen.shape_chances.get(target.shape, 0.0) >= MIN_SHAPE_CHANCE,
    }


def find_blobs(frames: np.ndarray, net: Net) -> tuple[np.ndarray, list[list[Blob]]]:
    """Probability of an object at each pixel, float [F, H, W], and the blobs of each frame."""
    presence, colors = sort_pixels(frames, net)
    presence = np.asarray(ndimage.gaussian_filter(presence, (0, 0.6, 0.6)))
    names = [name for name in net.classes if name != "background"]
    return presence, [_frame_blobs(p, c, names) for p, c in zip(presence, colors, strict=True)]


def connected(there: np.ndarray) -> list[np.ndarray]:
    """The connected regions of a mask [H, W], each as a mask."""
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
    """The most frequent value and its fraction."""
    if not values:
        return None, 0.0
    best = max(sorted(set(values)), key=values.count)
    return best, values.count(best) / len(values)


def _shape(
    frames: np.ndarray, presence: np.ndarray, blobs: list[Blob | None], net: Net
) -> tuple[str | None, dict[str, float]]:
    """The most probable shape, and the mean probability of each, from blobs that lie whole in the
    picture if there are any."""
    seen = [(i, blob) for i, blob in enumerate(blobs) if blob]
    seen = [(i, blob) for i, blob in seen if not blob.cut_off] or seen
    if not seen:
        return None, {}
    features = [silhouette_features(frames[i], presence[i], blob.pixels) for i, blob in seen]
    chances = net(np.stack(features))
    votes = np.log(chances + 0.02).mean(0)
    best = int(votes.argmax())
    means = chances.mean(0)
    return net.classes[best], {name: float(p) for name, p in zip(net.classes, means, strict=True)}
