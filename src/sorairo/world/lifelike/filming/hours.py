"""The light of places at other hours: the sun lower and tinted, the sky darker, lamps at night."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from sorairo.world.filament.environment import Environment, texels

Color = tuple[float, float, float]


@dataclass(frozen=True, kw_only=True)
class Hour:
    """How an hour changes the light of a place in daylight."""

    horizon: Color
    """By what the light from near the horizon is multiplied, linear RGB."""
    zenith: Color
    """The same from above and below."""
    sun: Color
    """The irradiance of the sun, where the mean radiance of the place is 1; black: no sun."""
    elevation: float
    """Of the sun above the horizon, degrees."""
    exposure: float
    """Times that of the place."""
    mist: float = 0.0
    """How much of what is far away near the horizon is mist."""
    lamps: float = 0.0
    """The power of lamps (see `Stage.lamp`)."""


HOURS = {
    "morning": Hour(
        horizon=(1.35, 0.98, 0.6),
        zenith=(0.66, 0.72, 0.86),
        sun=(3.4, 2.1, 0.95),
        elevation=11.0,
        exposure=1.0,
        mist=0.5,
    ),
    "dusk": Hour(
        horizon=(0.95, 0.5, 0.27),
        zenith=(0.3, 0.29, 0.42),
        sun=(1.7, 0.75, 0.26),
        elevation=7.0,
        exposure=1.1,
    ),
    "night": Hour(
        horizon=(0.05, 0.065, 0.11),
        zenith=(0.03, 0.042, 0.085),
        sun=(0.04, 0.055, 0.09),
        elevation=40.0,
        exposure=0.9,
        lamps=30.0,
    ),
}
MIST_COLOR: Color = (1.0, 0.86, 0.68)  # times the mean radiance of the environment
LAMP_COLOR: Color = (1.0, 0.72, 0.42)
LAMP_PLACES = ((-1.9, -1.3, 3.1), (2.3, -0.4, 3.3))  # metres


def at_hour(light: Environment, name: str) -> Environment:
    """The light of a place at an hour, a key of HOURS; "": as it is."""
    if not name:
        return light
    hour = HOURS[name]
    height, width = light.radiance.shape[:2]
    up = np.abs(texels(height, width)[0][..., 1:2])  # the sine of the elevation
    share = np.exp(-((up / 0.22) ** 2))
    tint = np.array(hour.zenith) * (1 - share) + np.array(hour.horizon) * share
    tinted = light.radiance * tint
    veil, far = hour.mist * share, np.array(MIST_COLOR) * tinted.mean()
    x, y, _ = light.sun_direction
    flat = np.hypot(x, y)
    ahead = np.array([x, y]) / flat if flat > 1e-3 else np.array([1.0, 0.0])
    angle = np.radians(hour.elevation)
    direction = np.append(ahead * np.cos(angle), -np.sin(angle))
    # Places under an even sky stay without a sun.
    sun = np.array(hour.sun) if light.sun_irradiance.max() > 0 else np.zeros(3)
    return replace(
        light,
        radiance=(tinted * (1 - veil) + far * veil).astype(np.float32),
        sun_direction=direction,
        sun_irradiance=sun,
    )
