"""Several things in one picture: the colour, the shape and the place of each, from its pixels.

`observe` follows one object through a clip; this takes one picture apart. Where two colours touch,
there are two things; two things of one colour that touch are one to it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from sorairo.world.tabletop.camera import camera_pose, vertical_field
from sorairo.world.tabletop.perception.classifiers import (
    Looks,
    silhouette_features,
    sort_pixels,
    working_size,
)
from sorairo.world.tabletop.perception.lit_observer import looks_under
from sorairo.world.tabletop.perception.observer import MIN_AREA, connected
from sorairo.world.tabletop.perception.style_light_floor import floor_of, light_of

SMOOTH = 1.2  # pixels over which neighbours vote on a colour
PART = 0.12  # of a connected blob: smaller patches of another colour are its shading


@dataclass(frozen=True, kw_only=True)
class Thing:
    """`place`: (x, y) in metres on the floor, below the middle of its lowest edge; y points away.
    `area`: its part of the picture."""

    color: str
    shape: str
    place: tuple[float, float]
    area: float


def things(picture: np.ndarray, looks: Looks | None = None) -> list[Thing]:
    """What stands in a picture uint8 [H, W, 3] of the still camera, from left to right."""
    frames = working_size(picture[None])
    looks = looks or looks_under(light_of(frames), floor_of(frames))
    names = [name for name in looks.color.classes if name != "background"]
    presence, colors = (each[0] for each in sort_pixels(frames, looks.color))
    presence = ndimage.gaussian_filter(presence, 0.6)
    there = np.asarray(ndimage.binary_fill_holes(ndimage.binary_opening(presence > 0.5)))
    found = []
    for color, pixels in _parts(there, colors, len(names)):
        chances = looks.shape(silhouette_features(frames[0], presence, pixels)[None])[0]
        thing = Thing(
            color=names[color],
            shape=looks.shape.classes[int(chances.argmax())],
            place=on_floor(*_foot(pixels)),
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
                if pixels.mean() >= MIN_AREA and pixels.sum() >= PART * blob.sum()
            ]
    return found


def _foot(pixels: np.ndarray) -> tuple[float, float]:
    """(x, y) in parts of the picture: the middle, and the lowest edge."""
    rows, columns = np.nonzero(pixels)
    height, width = pixels.shape
    return (columns.mean() + 0.5) / width, (rows.max() + 1.0) / height


def on_floor(x: float, y: float) -> tuple[float, float]:
    """The place in metres on the floor that the still camera sees at (x, y) of a square picture."""
    position, rotation = camera_pose("still", 0.0)
    half = np.tan(np.radians(vertical_field(1, 1)) / 2)
    ray = rotation @ [(2 * x - 1) * half, (1 - 2 * y) * half, -1.0]
    if ray[2] > -1e-3:  # at the horizon or above it
        return float("nan"), float("inf")
    place = position - position[2] / ray[2] * ray
    return float(place[0]), float(place[1])


def relation_between(one: Thing, other: Thing) -> str:
    """Where one stands, seen from the other: one of RELATIONS, as captions say it."""
    right, back = one.place[0] - other.place[0], one.place[1] - other.place[1]
    if abs(back) > abs(right):
        return "behind" if back > 0 else "front"
    return "right" if right > 0 else "left"
