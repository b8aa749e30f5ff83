"""The clips and pictures that are given to the methods of the Python API. No torch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from sorairo.errors import RequestError
from sorairo.generation.requests.base import InputFile
from sorairo.video import Clip
from sorairo.video.latent_sidecar import file_digest, load_latents

ClipSource = Clip | str | Path
"""A clip, or the path of a file that `Clip.load` reads."""


def clip_of(source: ClipSource) -> Clip:
    """The clip itself, or what the file at the path holds. Raises MediaError."""
    if isinstance(source, Clip):
        return source
    return replace(Clip.load(source), latents=load_latents(Path(source)))


def clip_source(source: object, name: str) -> ClipSource:
    """The argument `name`, if it is a clip or a path. Raises RequestError."""
    if isinstance(source, ClipSource):
        return source
    raise RequestError(
        f"'{name}' must be a clip or the path of a file, not {_kind(source)}:"
        " sorairo.Clip.load(path) reads a file, sorairo.Clip(frames=..., fps=...) takes an array."
    )


def clips_of(sources: object, name: str = "clips") -> list[Clip]:
    """The clips of a list of sources. Raises RequestError and MediaError."""
    if isinstance(sources, ClipSource) or not isinstance(sources, Sequence):
        raise RequestError(f"'{name}' must be a list of clips, not {_kind(sources)}.")
    return [clip_of(clip_source(source, name)) for source in sources]


def input_files(sources: Sequence[ClipSource]) -> tuple[InputFile, ...]:
    """What a request stores about its sources: the names and digests of files; clips in memory are
    numbered."""
    return tuple(
        InputFile(name=f"clip {number}", sha256="")
        if isinstance(source, Clip)
        else InputFile(name=Path(source).name, sha256=file_digest(Path(source)))
        for number, source in enumerate(sources, 1)
    )


def region_of(region: object) -> np.ndarray | str | None:
    """A region as a mask [H, W] of floats from 0 to 1, or as the text of a rectangle.

    Raises RequestError for anything else. A rectangle may be four numbers: left, top, width and
    height in pixels.
    """
    if region is None or isinstance(region, str):
        return region
    if not isinstance(region, np.ndarray):
        numbers = list(region) if isinstance(region, Sequence) else []
        if len(numbers) == 4 and all(isinstance(each, int | float) for each in numbers):
            return ",".join(f"{each:g}" for each in numbers)
        raise RequestError(
            "'region' must be a mask (an array [height, width] of floats from 0 to 1), four numbers"
            ' such as (0, 0, 40, 40), or a text such as "25%,0%,50%,100%".'
        )
    mask = region.astype(np.float32)
    if mask.ndim != 2 or not np.isfinite(mask).all() or mask.min() < 0 or mask.max() > 1:
        raise RequestError(
            f"'region' must be an array [height, width] of floats from 0 to 1, not one of shape"
            f" {list(region.shape)} from {region.min()} to {region.max()}."
        )
    return mask


def _kind(value: object) -> str:
    return "None" if value is None else f"of type {type(value).__name__}"
