"""Photographs and cut-out objects, from which `collages` makes clips.

They come from archives of packages: see `sorairo.training.data.photographs.gather`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from sorairo.data.cache import cache_folder
from sorairo.errors import TrainingError

SIDE = 96  # pixels of a cut-out


@dataclass(frozen=True, kw_only=True)
class Pictures:
    """Pictures that textures are taken from."""

    photographs: list[np.ndarray]
    """uint8 [H, W, 3], of any size."""
    cutouts: np.ndarray
    """Objects with alpha, uint8 [n, SIDE, SIDE, 4]."""


def pictures_folder() -> Path:
    """The folder of the gathered pictures, in the cache."""
    return cache_folder() / "pictures"


def load_pictures() -> Pictures:
    """The gathered pictures. Raises TrainingError if there are none."""
    folder = pictures_folder()
    paths = sorted(folder.glob("*.png"))
    if not paths:
        raise TrainingError(
            f"There are no pictures in {folder}: gather them first with `python -m "
            "sorairo.training.data.photographs.gather ARCHIVE...`, or set `objective.collages=0`."
        )
    cutouts = folder / "cutouts.npy"
    return Pictures(
        photographs=[np.asarray(Image.open(path).convert("RGB")) for path in paths],
        cutouts=np.load(cutouts) if cutouts.exists() else np.zeros((0, SIDE, SIDE, 4), np.uint8),
    )
