"""The panoramas of real places, as environments."""

from __future__ import annotations

import base64
import re
import tempfile
from functools import cache
from pathlib import Path

import numpy as np

from sorairo.errors import MissingExtraError
from sorairo.packages import assets_folder, folder_of
from sorairo.world.filament.environment import Environment, environment_of
from sorairo.world.lifelike.assets.packages import PLACES

_DATA_URL = re.compile(rb"base64,([A-Za-z0-9+/=]+)")


@cache
def environment(name: str) -> Environment:
    """The light of a place. Raises MissingExtraError."""
    return environment_of(panorama(name))


def panorama(name: str) -> np.ndarray:
    """The panorama of a place, linear RGB, float32 [256, 512, 3]. Raises MissingExtraError."""
    kept = assets_folder() / f"{PLACES.folder_name}-pixels" / f"{name}.npy"
    if kept.exists():
        return np.load(kept)
    pixels = _decode(folder_of(PLACES) / f"{name}.exr.js")
    kept.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=kept.parent, delete=False) as scratch:
        np.save(scratch, pixels)
    Path(scratch.name).replace(kept)
    return pixels


def _decode(file: Path) -> np.ndarray:
    """The pixels of an OpenEXR file in a JavaScript module."""
    try:
        import OpenEXR
    except ModuleNotFoundError as error:
        raise MissingExtraError(
            "Panoramas are OpenEXR files: pip install 'sorairo[world]'."
        ) from error
    found = _DATA_URL.search(file.read_bytes())
    assert found is not None, f"{file} holds no data"
    with tempfile.NamedTemporaryFile(suffix=".exr") as scratch:
        scratch.write(base64.b64decode(found[1]))
        scratch.flush()
        channels = OpenEXR.File(scratch.name).channels()
    pixels = channels["RGB" if "RGB" in channels else "RGBA"].pixels[..., :3]
    return np.clip(np.asarray(pixels, np.float32), 0, None)
