"""Cube maps of environments on the graphics device, kept for the scenes that follow.

The blurred ones, which take a second to compute, are kept in the user's cache folder as well.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import platformdirs

from sorairo.world.filament.bindings import context
from sorairo.world.filament.cube_maps import reflection_file, sky_file
from sorairo.world.filament.resources import cube_texture

FORMAT = 1  # raised when the files are computed differently
KEPT = 40  # environments on the device, 2 MB each


@dataclass(frozen=True, eq=False)
class LightTextures:
    """The cube maps of an environment."""

    reflection: Any
    """Blurred by roughness, with the harmonics of the ambient light."""
    sky: Any
    """Sharp."""


_kept: OrderedDict[str, LightTextures] = OrderedDict()


def light_textures(radiance: np.ndarray) -> LightTextures:
    """The cube maps of an environment, linear RGB, float32 [H, 2H, 3]. They live as long as someone
    refers to them; the latest ones always do."""
    digest = hashlib.blake2b(np.ascontiguousarray(radiance).tobytes(), digest_size=12).hexdigest()
    if digest not in _kept:
        _kept[digest] = LightTextures(
            cube_texture(context(), _reflection(radiance, digest)),
            cube_texture(context(), sky_file(radiance)),
        )
    _kept.move_to_end(digest)
    if len(_kept) > KEPT:
        _kept.popitem(last=False)
    return _kept[digest]


def _reflection(radiance: np.ndarray, digest: str) -> bytes:
    folder = Path(platformdirs.user_cache_dir("sorairo")) / "light"
    file = folder / f"{digest}-{FORMAT}.ktx"
    if file.exists():
        return file.read_bytes()
    content = reflection_file(radiance)
    folder.mkdir(parents=True, exist_ok=True)
    handle, scratch = tempfile.mkstemp(dir=folder)
    with os.fdopen(handle, "wb") as stream:
        stream.write(content)
    Path(scratch).replace(file)
    return content
