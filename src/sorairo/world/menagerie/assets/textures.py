"""Textures of 0 A.D.: DDS files, whose first row is the bottom of the picture."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

from sorairo.world.menagerie.assets.formats import FormatError


def read_texture(data: bytes) -> np.ndarray:
    """The largest picture of a DDS file, sRGB and opacity, uint8 [H, W, 4], as it is stored.

    Raises:
        FormatError: It is not a DDS file that Pillow reads.
    """
    try:
        with Image.open(io.BytesIO(data), formats=("DDS",)) as image:
            return np.array(image.convert("RGBA"))
    except (OSError, NotImplementedError, SyntaxError) as error:
        raise FormatError(f"A texture cannot be read: {error}") from error
