"""Detects the objects of one picture: colour, shape and place of each, from the pixels.

`observe` follows one object through a clip; this one finds several in a picture. Touching objects
of two colours are two objects, of one colour they count as one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from sorairo.world.tabletop.camera import camera_pose, vertical_field
from sorairo.world.tabletop.perception.classifiers import (
    Classifiers,
    silhouette_features,
    sort_pixels,
    working_size,
)
from sorairo.world.tabletop.perception.lit_observer import classifiers_of
from sorairo.world.tabletop.perception.observer import MIN_AREA, connected

SMOOTH = 1.2  # pixels: deviation of the Gaussian over which neighbours vote on a colour
MIN_PATCH = 0.12  # fraction of a blob; smaller patches of another colour are its shading


@dataclass(frozen=True, kw_only=True)
class DetectedObject:
    """An object in a picture."""

    color: str
    """A key of COLORS."""
    shape: str
    """One of SHAPES."""
    place: tuple[float, float]
    """(x, y) of the floor below the middle of its lowest edge, metres; y points away."""
    area: float
    """The fraction of the picture that it covers."""


def detect_objects(
    picture: np.ndarray, classifiers: Classifiers | None = None, look: str = "classic"
) -> list[DetectedObject]:
    """The objects in a picture uint8 [H, W, 3] of the still camera, from left to right."""
    frames = working_size(picture[None])
    classifiers = classifiers or classifiers_of(frames, look)
    names = [name for name in classifiers.color.classes if name != "background"]
    presence, colors = (each[0] for each in sort_pixels(frames, classifiers.color))
    presence = ndimage.gaussian_filter(presence, 0.6)
    there = np.asarray(ndimage.binary_fill_holes(ndimage.binary_opening(presence > 0.5)))
    found = []
    for color, pixels in _parts(there, colors, len(names)):
        chances = classifiers.shape(silhouette_features(frames[0], presence, pixels)[None])[0]
        thing = DetectedObject(
            color=names[color],
            shape=classifiers.shape.classes[int(chances.argmax())],
            place=floor_point(*_foot(pixels)),
            area=float(pixels.mean()),
        )
        found.append(thing)
    return sorted(found, key=lambda thing: thing.place[0])


def _parts(there: np.ndarray, colors: np.ndarray, count: int) -> list[tuple[int, np.ndarray]]:
    """The patches of one colour in each connected blob, as (colour, pixels [H, W])."""
    found = []
    for blob in connected(there):
        of_color = [((colors == k) & blob).astype(np.float32) for k in range(count)]
        best = np.argmax([ndimage.gaussian_filter(each, SMOOTH) for each in of_color], axis=0)
        for color in np.unique(best[blob]):
            opened = ndimage.binary_opening(blob & (best == color))
            found += [
                (int(color), pixels)
                for pixels in connected(np.asarray(opened))
                if pixels.mean() >= MIN_AREA and pixels.sum() >= MIN_PATCH * blob.sum()
            ]
    return found


def _foot(pixels: np.ndarray) -> tuple[float, float]:
    """(x, y) of the middle of the lowest edge, as fractions of width and height."""
    rows, columns = np.nonzero(pixels)
    height, width = pixels.shape
    return (columns.mean() + 0.5) / width, (rows.max() + 1.0) / height


def floor_point(x: float, y: float) -> tuple[float, float]:
    """The point of the floor, in metres, that the still camera sees at (x, y) of a square
    picture; at or above the horizon (NaN, infinity)."""
    position, rotation = camera_pose("still", 0.0)
    half = np.tan(np.radians(vertical_field(1, 1)) / 2)
    ray = rotation @ [(2 * x - 1) * half, (1 - 2 * y) * half, -1.0]
    if ray[2] > -1e-3:
        return float("nan"), float("inf")
    place = position - position[2] / ray[2] * ray
    return float(place[0]), float(place[1])


def relation_between(one: DetectedObject, other: DetectedObject) -> str:
    """Where one object stands, seen from the other: one of RELATIONS, as in captions."""
    right, back = one.place[0] - other.place[0], one.place[1] - other.place[1]
    if abs(back) > abs(right):
        return "behind" if back > 0 else "front"
    return "right" if right > 0 else "left"
