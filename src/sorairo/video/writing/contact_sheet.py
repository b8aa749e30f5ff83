"""Contact sheets: several frames of a clip in one picture."""

from __future__ import annotations

import math

import numpy as np
from PIL import Image

from sorairo.interruption import check_interrupted

GAP = 2  # pixels between pictures
BACKGROUND = 255


def contact_sheet(
    frames: np.ndarray, columns: int | None = None, every: int | None = None
) -> Image.Image:
    """Every `every`-th of `frames` (uint8 [F, H, W, 3]) in rows of `columns`, left to right.

    By default 12 frames, evenly spaced from the first to the last, in rows of 6.
    """
    if every is None:
        count = min(12, len(frames))
        shown = frames[np.linspace(0, len(frames) - 1, count).round().astype(int)]
    else:
        shown = frames[::every]
    columns = min(columns or 6, len(shown))
    rows = math.ceil(len(shown) / columns)
    height, width = frames.shape[1:3]
    size = (columns * (width + GAP) - GAP, rows * (height + GAP) - GAP)
    sheet = Image.new("RGB", size, (BACKGROUND,) * 3)
    for index, frame in enumerate(shown):
        check_interrupted()
        row, column = divmod(index, columns)
        sheet.paste(Image.fromarray(frame), (column * (width + GAP), row * (height + GAP)))
    return sheet
