"""Light from a real place: a panorama split into its sun, which casts shadows, and all other light.

The world's z points up; panoramas have y up, as cube maps do.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

SUN_RADIUS = 0.06  # radians around the brightest point that count as the sun
# Irradiance of the sun, where that of the rest is about pi: below the first there is none.
WEAKEST_SUN, STRONGEST_SUN = 0.4, 6.0
BALANCE = 0.6  # 1 makes the mean of the light grey
LUMINANCE = np.array([0.2126, 0.7152, 0.0722], np.float32)  # ITU-R BT.709


@dataclass(frozen=True, kw_only=True)
class Environment:
    """A panorama, and the sun that was cut out of it."""

    radiance: np.ndarray
    """Linear RGB without the sun, float32 [H, 2H, 3], y up; the mean luminance is 1."""
    sun_direction: np.ndarray
    """The unit vector from the sun to the scene, [3], z up."""
    sun_irradiance: np.ndarray
    """Linear RGB on a surface that faces the sun, [3]; zeros without a sun."""

    def upward_irradiance(self) -> np.ndarray:
        """Linear RGB that falls on the ground, the sun's included, [3]."""
        directions, angles = texels(*self.radiance.shape[:2])
        weights = np.clip(directions[..., 1], 0, None) * angles
        sky = (self.radiance * weights[..., None]).sum((0, 1))
        return sky + self.sun_irradiance * max(-float(self.sun_direction[2]), 0.0)

    def turned(self, columns: int) -> Environment:
        """The environment turned about the vertical axis by a number of columns."""
        width = self.radiance.shape[1]
        angle = 2 * np.pi * columns / width
        cosine, sine = np.cos(angle), np.sin(angle)
        x, y, z = self.sun_direction
        turned = np.array([cosine * x + sine * y, cosine * y - sine * x, z])
        radiance = np.roll(self.radiance, columns, axis=1)
        return replace(self, radiance=radiance, sun_direction=turned)


def to_world(directions: np.ndarray) -> np.ndarray:
    """Directions with y up [..., 3] as directions with z up."""
    x, y, z = np.moveaxis(directions, -1, 0)
    return np.stack([x, -z, y], -1)


def to_panorama(directions: np.ndarray) -> np.ndarray:
    """Directions with z up [..., 3] as directions with y up."""
    x, y, z = np.moveaxis(directions, -1, 0)
    return np.stack([x, z, -y], -1)


def environment_of(panorama: np.ndarray) -> Environment:
    """Splits a panorama, linear RGB [H, 2H, 3], into sun and other light.

    The other light is balanced towards white, as cameras do. Panoramas clip the channels of the sun
    unevenly, so its strength is that of the brightest channel, and its colour follows from its
    height above the horizon.
    """
    panorama = np.clip(panorama, 0, None).astype(np.float32)
    directions, angles = texels(*panorama.shape[:2])
    peak = np.where(directions[..., 1] > 0.02, panorama.max(-1), 0)
    brightest = directions[np.unravel_index(peak.argmax(), peak.shape)]
    cosines = directions @ brightest
    near = cosines > np.cos(SUN_RADIUS)
    around = (cosines > np.cos(3 * SUN_RADIUS)) & ~near
    level = np.median(panorama[around], axis=0)
    strength = float(((peak - level.max()).clip(0) * angles)[near].sum())
    rest = np.where(near[..., None], np.minimum(panorama, level), panorama)
    rest[near & (panorama <= 0).any(-1)] = level  # clipped to one channel
    mean = (rest * angles[..., None]).sum((0, 1)) / angles.sum()
    luminance = float(mean @ LUMINANCE)
    rest = rest / luminance * (luminance / np.maximum(mean, 1e-6)) ** BALANCE
    strength = min(strength / luminance, STRONGEST_SUN)
    if strength < WEAKEST_SUN:
        strength = 0.0
    return Environment(
        radiance=rest.astype(np.float32),
        sun_direction=to_world(-brightest),
        sun_irradiance=strength * _sunlight(float(brightest[1])),
    )


def _sunlight(sine: float) -> np.ndarray:
    """The colour of the sun at a height above the horizon, given by its sine; linear RGB, [3]."""
    low = np.array([1.0, 0.62, 0.32])
    high = np.array([1.0, 0.95, 0.88])
    return low + (high - low) * min(max(sine / 0.5, 0.0), 1.0)


def texels(height: int, width: int) -> tuple[np.ndarray, np.ndarray]:
    """The directions (y up) and solid angles of the texels of a panorama."""
    polar = (np.arange(height) + 0.5) / height * np.pi
    around = (np.arange(width) + 0.5) / width * 2 * np.pi - np.pi
    longitude, colatitude = np.meshgrid(around, polar)
    sine = np.sin(colatitude)
    axes = (sine * np.sin(longitude), np.cos(colatitude), -sine * np.cos(longitude))
    return np.stack(axes, -1), sine * (np.pi / height) * (2 * np.pi / width)
