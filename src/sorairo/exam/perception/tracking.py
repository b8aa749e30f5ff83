"""The parser: finds the object in each frame, its outline, and its place in metres.

The same parser reads every clip, true ones too. Of the scene, it uses only the camera.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from sorairo.world.tabletop.camera import camera_pose, vertical_field
from sorairo.world.tabletop.perception.classifiers import working_size
from sorairo.world.tabletop.perception.lit_observer import centers, classifiers_of
from sorairo.world.tabletop.perception.observer import JUMP, find_blobs

MOSTLY = 0.94  # of the frames: 45 of 48


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What the parser sees in a clip."""

    masks: np.ndarray
    """The pixels of the largest object, bool [F, h, w]."""
    track: np.ndarray
    """Its centre [F, 2], (x, y) in parts of the picture; NaN where there is none."""
    counts: np.ndarray
    """The number of objects in each frame [F]."""

    @property
    def followed(self) -> bool:
        """Whether the object can be followed: one in nearly every frame, and no jumps."""
        jumps = np.linalg.norm(np.diff(self.track, axis=0), axis=1) > JUMP
        return float((self.counts == 1).mean()) >= MOSTLY and not jumps.any()

    @property
    def reach(self) -> float:
        """The longer side of the bounding box of the track, in parts of the picture."""
        if np.isnan(self.track).all():
            return 0.0
        return float((np.nanmax(self.track, axis=0) - np.nanmin(self.track, axis=0)).max())


def see(frames: np.ndarray, look: str = "classic") -> Seen:
    """The objects in frames uint8 [F, H, W, 3]."""
    frames = working_size(frames)
    classifiers = classifiers_of(frames, look)
    _, blobs = find_blobs(frames, classifiers.color)
    largest = [max(found, key=lambda blob: blob.area, default=None) for found in blobs]
    nothing = np.zeros(frames.shape[1:3], bool)
    return Seen(
        masks=np.stack([blob.pixels if blob else nothing for blob in largest]),
        track=np.array([blob.center if blob else (np.nan, np.nan) for blob in largest]),
        counts=np.array([sum(blob.objects for blob in found) for found in blobs]),
    )


def masks_seen(masks: np.ndarray) -> Seen:
    """The same for true masks uint8 [F, H, W]; all bodies count as one object."""
    counts = np.array([len(np.unique(mask[mask > 0])) for mask in masks])
    return Seen(masks=masks > 0, track=centers(masks), counts=counts)


def chamfer(one: np.ndarray, other: np.ndarray) -> float:
    """The mean distance from a pixel of one mask [h, w] to the nearest of the other, added both
    ways, in parts of the diagonal; 1 if either is empty."""
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
    """The places (x, z) in metres [F, 2] of a track in the square picture of the still camera, if
    the object is in the vertical plane at `depth` (y)."""
    position, rotation = camera_pose("still", 0.0)
    half = np.tan(np.radians(vertical_field(1, 1)) / 2)
    right, up = (2 * track[:, 0] - 1) * half, (1 - 2 * track[:, 1]) * half
    rays = np.stack([right, up, -np.ones(len(track))], axis=1) @ rotation.T
    reach = (depth - position[1]) / rays[:, 1]
    places = position + reach[:, None] * rays
    return places[:, [0, 2]]
