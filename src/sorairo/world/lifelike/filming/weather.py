"""Fog, rain, snowfall and the mist of the morning: how they change the light, and drops and flakes
in the air."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sorairo.world.filament.camera import Camera
from sorairo.world.filament.environment import Environment
from sorairo.world.filament.geometry import Geometry
from sorairo.world.filament.stage import SETTINGS, Handle, Material, Stage
from sorairo.world.lifelike.filming.hours import MIST_COLOR

VEILED = {"fog": 0.8, "rain": 0.5, "snowfall": 0.45}  # how much of the light is even
FOG = {  # Filament's settings, by weather or hour; densities are per metre
    "fog": {"fog.density": "0.12", "fog.maximum_opacity": "0.97"},
    # The sky is paler by itself.
    "rain": {
        "fog.density": "0.012",
        "fog.maximum_opacity": "0.3",
        "fog.cut_off_distance": "300",
    },
    "snowfall": {
        "fog.density": "0.016",
        "fog.maximum_opacity": "0.35",
        "fog.cut_off_distance": "300",
    },
    "morning": {
        "fog.density": "0.02",
        "fog.maximum_opacity": "0.35",  # the ground far away is misty by itself
        "fog.cut_off_distance": "300",
    },
}
FOG_COLOR = (0.66, 0.7, 0.74)  # times the mean radiance of the environment
DROPS = {"rain": 1400, "snowfall": 1500}
SIZES = {"rain": (0.011, 0.26), "snowfall": (0.034, 0.034)}  # metres across and along
FALL = {"rain": 8.0, "snowfall": 1.2}  # metres a second
VOLUME = np.array([11.0, 11.0, 5.5])  # metres, around what the camera looks at
LOOKS = {
    "rain": Material(color=(0.9, 0.92, 0.95), opacity=0.34, roughness=0.6),
    "snowfall": Material(color=(0.95, 0.95, 0.97), opacity=0.92, roughness=0.9),
}
NEAREST = 1.3  # metres from the camera


def dimmed(light: Environment, kind: str) -> Environment:
    """The light under a weather, one of `scene.WEATHERS`: a veiled sun and a paler sky."""
    if kind == "clear":
        return light
    share = VEILED[kind]
    mean = light.radiance.mean((0, 1), keepdims=True)
    pale = light.radiance * (1 - share) + mean * share
    return replace(light, radiance=pale, sun_irradiance=light.sun_irradiance * (1 - share) ** 2)


def settings(weather: str, hour: str = "") -> str:
    """Filament's settings under a weather at an hour, for `Stage`."""
    kind = hour if weather == "clear" else weather
    if kind not in FOG:
        return SETTINGS
    color = " ".join(f"{value:g}" for value in (MIST_COLOR if kind == "morning" else FOG_COLOR))
    common = {
        "fog.enabled": "1",
        "fog.distance": "0",
        "fog.height_falloff": "0",
        "fog.color": color,
    }
    numbers = "".join(
        f'<numeric name="filament.{name}" data="{data}"/>'
        for name, data in {**common, **FOG[kind]}.items()
    )
    return f"<mujoco><custom>{numbers}</custom><worldbody/></mujoco>"


class Precipitation:
    """Drops or flakes in the air, which turn their faces to the camera."""

    def __init__(self, stage: Stage, kind: str, *, seed: int) -> None:
        """`kind` is a key of DROPS."""
        rng = np.random.default_rng((seed, 1))
        count = DROPS[kind]
        self._stage, self._kind = stage, kind
        self._places = rng.random((count, 3)) * VOLUME
        self._speeds = FALL[kind] * rng.uniform(0.8, 1.2, count)
        self._phases = rng.uniform(0, 2 * np.pi, (2, count))
        corner = np.arange(count)[:, None] * 4
        faces = (corner[:, None] + np.array([(0, 1, 2), (0, 2, 3)])).reshape(-1, 3)
        start = np.zeros((4 * count, 3))
        # They are lit from above, like the ground.
        self._normals = np.tile([0.0, 0.0, 1.0], (4 * count, 1))
        shape = Geometry(start, faces, self._normals, np.zeros((4 * count, 2)))
        self.handle: Handle = stage.add(shape, LOOKS[kind], shadow=False)

    def show(self, time: float, camera: Camera) -> None:
        """Moves all of them to where they are at a time, in seconds."""
        places = self._places.copy()
        places[:, 2] -= self._speeds * time
        along = np.array([0.05, 0.0, 1.0])  # rain falls at a slant
        if self._kind == "snowfall":
            sway = 0.12 * np.sin(2 * np.pi * 0.4 * time + self._phases)
            places[:, :2] += sway.T
        else:
            places[:, 0] -= 0.05 * self._speeds * time
        corner = np.array([camera.target[0], camera.target[1], 0.0]) - VOLUME * [0.5, 0.5, 0]
        places = corner + (places - corner) % VOLUME
        eye = np.array(camera.position)
        right = camera.axes()[0]
        across, length = SIZES[self._kind]
        sideways = right * across / 2
        upward = (along if self._kind == "rain" else camera.axes()[1]) * length / 2
        size = (np.linalg.norm(places - eye, axis=1) > NEAREST)[:, None, None]
        offsets = np.stack(
            [-sideways - upward, sideways - upward, sideways + upward, upward - sideways]
        )
        vertices = places[:, None] + offsets * size
        self._stage.reshape(self.handle, vertices.reshape(-1, 3), self._normals)
