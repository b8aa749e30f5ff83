"""Finds the moments at which small objects move fast, which are the hardest for a video codec."""

from __future__ import annotations

import numpy as np

LEAST = 8  # changed pixels; fewer are noise of the outline


class FastMoments:
    """Draws moments of clips, in proportion to the share of the objects' pixels that changes from
    one frame to the next."""

    def __init__(self, masks: list[np.ndarray]) -> None:
        """`masks`: uint8 [n, F, H, W] of each shard."""
        self.lengths = [m.shape[1] - 1 for m in masks]
        fractions = [np.stack([changed_share(clip) for clip in m]) for m in masks]
        self.first = np.cumsum([0, *(share.size for share in fractions)])
        self.total = np.cumsum(np.concatenate([share.ravel() for share in fractions]).astype(float))

    def draw(self, rng: np.random.Generator) -> tuple[int, int, int]:
        """A shard, a clip of it, and a frame that differs from the one before it."""
        flat = int(np.searchsorted(self.total, rng.random() * self.total[-1], side="right"))
        flat = min(flat, len(self.total) - 1)
        shard = int(np.searchsorted(self.first, flat, side="right")) - 1
        clip, frame = divmod(flat - int(self.first[shard]), self.lengths[shard])
        return shard, clip, frame + 1


def changed_share(clip: np.ndarray) -> np.ndarray:
    """[F - 1]: the share of the objects' pixels that changes from each frame to the next, from a
    mask [F, H, W]; 0 where fewer than LEAST pixels change."""
    changed = (clip[1:] != clip[:-1]).sum((1, 2))
    objects = (clip > 0).sum((1, 2))
    share = changed / np.maximum(objects[1:] + objects[:-1], 1)
    return np.where(changed >= LEAST, share, 0.0)
