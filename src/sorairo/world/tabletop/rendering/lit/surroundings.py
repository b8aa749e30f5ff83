"""The light of a scene and what is seen behind its floor: a place by day, at sunset, at night.

All places give the same amount of light, from the same main direction, so that colours look the
same in each. Colours are linear RGB, z is up.
"""

from __future__ import annotations

import dataclasses
import tempfile
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from scipy import ndimage

from sorairo.packages import assets_folder
from sorairo.world.filament.cube_maps import (
    REFLECTION_LEVELS,
    Reflection,
    look_up,
    reflection_of,
    sky_file,
)
from sorairo.world.filament.environment import LUMINANCE, Environment, texels
from sorairo.world.lifelike.assets.panoramas import environment

Color = tuple[float, float, float]


@dataclass(frozen=True, kw_only=True)
class Daytime:
    """The light of a time of day."""

    key: Color
    """Irradiance of the main light, whose direction is `towards`."""
    towards: tuple[float, float, float]
    """Direction in which the main light travels."""
    ambient: Color
    """Irradiance of all other light on the floor."""
    sky: Color
    """What the backdrop is multiplied with far above the horizon."""
    horizon: Color
    """What the backdrop is multiplied with at the horizon and below."""


DAYTIMES = {
    "day": Daytime(
        key=(2.15, 2.05, 1.9),
        towards=(0.55, 0.45, -1.0),
        ambient=(1.45, 1.5, 1.55),
        sky=(1.0, 1.0, 1.0),
        horizon=(1.0, 1.0, 1.0),
    ),
    "sunset": Daytime(
        key=(2.5, 1.5, 0.85),
        towards=(1.0, 0.35, -0.7),
        ambient=(1.05, 0.88, 0.92),
        sky=(0.85, 0.55, 0.55),
        horizon=(1.05, 0.66, 0.42),
    ),
    "night": Daytime(
        key=(0.52, 0.62, 0.86),
        towards=(0.45, 0.55, -1.0),
        ambient=(0.36, 0.42, 0.60),
        sky=(0.04, 0.06, 0.13),
        horizon=(0.07, 0.09, 0.16),
    ),
}
# The column of a panorama, as a fraction of its width, that is behind the scene at first.
AHEAD = {
    "park": 0.15, "venice": 0.30, "city": 0.48, "forest": 0.50, "dawn": 0.30, "sky": 0.12,
    "sunrise": 0.33, "sunset": 0.18, "esplanade": 0.48, "bridge": 0.30, "apartment": 0.42,
    "hall": 0.70, "lobby": 0.62, "lab": 0.42, "warehouse": 0.35, "workshop": 0.30, "studio": 0.20,
}  # fmt: skip
VERSION = 1  # of the kept reflections: more when they, AHEAD or FAITHFUL change
BRIGHTNESS = 0.65  # mean luminance of what is seen of the backdrop, by day
LIFT = np.radians(10.0)  # by which the backdrop is raised: the camera looks down
SATURATION = 0.4  # of the backdrop: nothing in it is taken for a body
BORDER = 8  # texels, so that the blur goes on across the edge
SOFTNESS = 1.5  # texels: the backdrop is out of focus
FAITHFUL = 0.3  # how much of its tint the light of a place keeps


@dataclass(frozen=True, kw_only=True, eq=False)
class Surroundings:
    """What `Stage.light` takes."""

    environment: Environment
    reflection: bytes
    sky: bytes


@lru_cache(maxsize=64)
def surroundings(place: str, light: str) -> Surroundings:
    """A place at a time of day. Raises MissingExtraError."""
    daytime, found = DAYTIMES[light], turned_environment(place)
    scale = np.asarray(daytime.ambient) / _floor_irradiance(found)
    towards = np.asarray(daytime.towards)
    lit = dataclasses.replace(
        found,
        radiance=found.radiance * scale.astype(np.float32),
        sun_direction=towards / np.linalg.norm(towards),
        sun_irradiance=np.asarray(daytime.key),
    )
    return Surroundings(
        environment=lit,
        reflection=_reflection(place).scaled(scale).file(),
        sky=sky_file(backdrop(found, daytime), side=128),
    )


@cache
def turned_environment(place: str) -> Environment:
    """The light of a place without its sun; its best side is behind the scene."""
    found = environment(place)
    width = found.radiance.shape[1]
    turned = found.turned(round((0.5 - AHEAD[place]) * width))
    balance = _floor_irradiance(turned)
    balance = (balance / (balance @ LUMINANCE)) ** (1 - FAITHFUL)
    return dataclasses.replace(turned, radiance=(turned.radiance / balance).astype(np.float32))


@cache
def _reflection(place: str) -> Reflection:
    """The reflection of a place, made once and then kept in the cache folder."""
    kept = assets_folder() / f"reflections-{VERSION}" / f"{place}.npz"
    if kept.exists():
        with np.load(kept) as stored:
            levels = [stored[f"level{index}"] for index in range(REFLECTION_LEVELS)]
            return Reflection(levels, stored["harmonics"])
    made = reflection_of(turned_environment(place).radiance)
    arrays: dict[str, Any] = {"harmonics": made.harmonics}
    for index, level in enumerate(made.levels):
        arrays[f"level{index}"] = level.astype(np.float32)
    kept.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=kept.parent, suffix=".npz", delete=False) as scratch:
        np.savez(scratch, **arrays)
    Path(scratch.name).replace(kept)
    return made


def backdrop(found: Environment, daytime: Daytime) -> np.ndarray:
    """The panorama behind the scene: raised, out of focus, in the light of a time of day."""
    radiance = np.minimum(found.radiance, 6.0)
    height, width = radiance.shape[:2]
    directions, _ = texels(height, width)
    elevation = np.arcsin(np.clip(directions[..., 1], -1, 1))
    # Raised near the horizon, where it is seen; straight up and down stay where they are.
    raised = elevation + LIFT * np.cos(elevation) ** 2
    around = np.arctan2(directions[..., 0], -directions[..., 2])
    cosine = np.cos(raised)
    source = np.stack([cosine * np.sin(around), np.sin(raised), -cosine * np.cos(around)], axis=-1)
    seen = look_up(radiance, source)
    wrapped = np.pad(seen, ((0, 0), (BORDER, BORDER), (0, 0)), mode="wrap")
    soft = ndimage.gaussian_filter(wrapped, (SOFTNESS, SOFTNESS, 0), mode="nearest")
    seen = soft[:, BORDER:-BORDER]
    grey = (seen @ LUMINANCE)[..., None]
    seen = grey + SATURATION * (seen - grey)
    visible = (elevation > np.radians(-17)) & (elevation < np.radians(-3))
    seen *= BRIGHTNESS / float((seen @ LUMINANCE)[visible].mean())
    high = np.clip(raised / np.radians(30), 0, 1)[..., None]
    tint = np.asarray(daytime.horizon) * (1 - high) + np.asarray(daytime.sky) * high
    return (seen * tint).astype(np.float32)


def _floor_irradiance(found: Environment) -> np.ndarray:
    """Linear RGB that falls on the floor, without the sun, [3]."""
    return dataclasses.replace(found, sun_irradiance=np.zeros(3)).upward_irradiance()
