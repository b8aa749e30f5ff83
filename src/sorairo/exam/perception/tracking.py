"""What the exam reads off pixels: where the object is, its outline, and where that is in metres.

The same parser reads every clip, the true ones too. It knows the scene's camera, and nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from sorairo.world.tabletop.camera import camera_pose, vertical_field
from sorairo.world.tabletop.perception.classifiers import working_size
from sorairo.world.tabletop.perception.lit_observer import centers, classifiers_for
from sorairo.world.tabletop.perception.observer import JUMP, find_blobs
from sorairo.world.tabletop.perception.style_light_floor import floor_of, light_of

MOSTLY = 0.94  # of the frames: 45 of 48


@dataclass(frozen=True, kw_only=True)
class Seen:
    """Outlines of the largest object, bool [F, h, w]; its centre [F, 2], (x, y) in parts of the
    picture, NaN where there is none; how many objects there are in each frame [F]."""

    masks: np.ndarray
    track: np.ndarray
    counts: np.ndarray

    @property
    def followed(self) -> bool:
        """Whether it can be followed: one object in nearly every frame, and no jump."""
        jumps = np.linalg.norm(np.diff(self.track, axis=0), axis=1) > JUMP
        return float((self.counts == 1).mean()) >= MOSTLY and not jumps.any()

    @property
    def reach(self) -> float:
        """The larger side of the box around its track, in parts of the picture."""
        if np.isnan(self.track).all():
            return 0.0
        return float((np.nanmax(self.track, axis=0) - np.nanmin(self.track, axis=0)).max())


def see(frames: np.ndarray) -> Seen:
    """The objects in frames uint8 [F, H, W, 3]."""
    frames = working_size(frames)
    classifiers = classifiers_for(light_of(frames), floor_of(frames))
    _, blobs = find_blobs(frames, classifiers.color)
    largest = [max(found, key=lambda blob: blob.area, default=None) for found in blobs]
    nothing = np.zeros(frames.shape[1:3], bool)
    return Seen(
        masks=np.stack([blob.pixels if blob else nothing for blob in largest]),
        track=np.array([blob.center if blob else (np.nan, np.nan) for blob in largest]),
        counts=np.array([sum(blob.objects for blob in found) for found in blobs]),
    )


def masks_seen(masks: np.ndarray) -> Seen:
    """What there is to see in true masks uint8 [F, H, W]: all bodies as one."""
    counts = np.array([len(np.unique(mask[mask > 0])) for mask in masks])
    return Seen(masks=masks > 0, track=centers(masks), counts=counts)


def chamfer(one: np.ndarray, other: np.ndarray) -> float:
    """The mean distance from a pixel of one mask [h, w] to the nearest of the other, both ways
    added, in parts of the diagonal; 1 where either is empty."""
    if not one.any() or not other.any():
        return 1.0
    to_one, to_other = (np.asarray(ndimage.distance_transform_edt(~m)) for m in (one, other))
    distance = to_other[one].mean() + to_one[other].mean()
    return float(distance / np.hypot(*one.shape))


def overlap(one: np.ndarray, other: np.ndarray) -> float:
    """Intersection over union of two masks; 1 where both are empty."""
    union = (one | other).sum()
    return float((one & other).sum() / union) if union else 1.0


def in_metres(track: np.ndarray, depth: float) -> np.ndarray:
    """(x, z) in metres [F, 2] of places in the still camera's square picture, in the vertical plane
    at `depth` (y)."""
    position, rotation = camera_pose("still", 0.0)
    half = np.tan(np.radians(vertical_field(1, 1)) / 2)
    right, up = (2 * track[:, 0] - 1) * half, (1 - 2 * track[:, 1]) * half
    rays = np.stack([right, up, -np.ones(len(track))], axis=1) @ rotation.T
    reach = (depth - position[1]) / rays[:, 1]
    places = position + reach[:, None] * rays
    return places[:, [0, 2]]
