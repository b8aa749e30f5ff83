"""Looks at finished clips before anybody else can, and refuses those that show sexual nudity.

It is on for jobs of servers that other machines reach (`sorairo serve --filter-output`). What it
wrongly stops is measured by `benchmarks/output_filter.py`.
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np

from sorairo.errors import ContentRefusedError
from sorairo.notes import Note
from sorairo.server.worker.nsfw_network import CLASSES, NsfwNetwork
from sorairo.video.clip import Clip

REFUSED = ("porn", "hentai")
LEAST = 0.9  # probability of a frame that is refused
A_SECOND = 2  # frames that are looked at, besides the first and the last one
TOGETHER = 8  # frames that are looked at together


def chances(frames: np.ndarray) -> np.ndarray:
    """How probable it is that a frame shows sexual nudity, float [F], of uint8 [F, H, W, 3]."""
    parts = [frames[start : start + TOGETHER] for start in range(0, len(frames), TOGETHER)]
    found = np.concatenate([_network()(part) for part in parts])
    return found[:, [CLASSES.index(name) for name in REFUSED]].sum(1)


def looked_at(clip: Clip) -> np.ndarray:
    """The frames of a clip that are looked at: the first, the last, and evenly between them."""
    count = max(2, 1 + math.ceil(clip.duration * A_SECOND))
    chosen = np.linspace(0, clip.num_frames - 1, min(count, clip.num_frames))
    return clip.frames[chosen.round().astype(int)]


def refuse_nudity(clip: Clip) -> None:
    """Raises ContentRefusedError where a frame of a clip that is looked at shows sexual nudity, and
    MissingExtraError where the weights are not here and cannot be fetched."""
    if float(chances(looked_at(clip)).max()) >= LEAST:
        raise ContentRefusedError(
            Note(
                "The result may show sexual nudity, so the output filter of this server has"
                " withheld it: change the prompt or the given files.",
                "nudity",
            )
        )


@cache
def _network() -> NsfwNetwork:
    return NsfwNetwork()
