"""A place on a stage: its light, its ground, and what is in the air."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

import numpy as np

from sorairo.world.filament.camera import Camera
from sorairo.world.filament.environment import Environment
from sorairo.world.filament.geometry import about_z
from sorairo.world.filament.stage import Handle, Material, Stage
from sorairo.world.lifelike.assets.panoramas import environment
from sorairo.world.lifelike.filming.hours import HOURS, LAMP_COLOR, LAMP_PLACES, at_hour
from sorairo.world.lifelike.filming.weather import DROPS, Precipitation, dimmed
from sorairo.world.lifelike.grounds import ground_geometry, ground_material
from sorairo.world.lifelike.places import PLACES
from sorairo.world.lifelike.props.footprints import Footprints, PrintedGround, footprints
from sorairo.world.lifelike.scene import Scene
from sorairo.world.lifelike.simulate import Rollout
from sorairo.world.lifelike.traces import AREA, TrackedGround

PANORAMA_COLUMNS = 512
SHADOW_SIDE = 512  # texels: pictures are small


class Surroundings:
    """The place of a rollout."""

    def __init__(self, stage: Stage, rollout: Rollout, *, in_the_air: bool) -> None:
        """`in_the_air`: whether drops and flakes are drawn."""
        self._stage, self._fps = stage, rollout.fps
        scene = rollout.scene
        angle = 2 * np.pi * scene.turn / PANORAMA_COLUMNS
        _light_up(stage, scene, angle)
        near = not (PLACES[scene.place].outdoors or _from_above(scene))
        surface = _ground(scene.ground, scene.place, scene.weather, scene.hour, near)
        # The ground shows the panorama, so it is turned like it.
        printed = _printed(rollout)
        hollow = AREA if scene.event == "track" else printed.area if printed else None
        ground = stage.add(ground_geometry(hollow, -angle, near=near), surface, shadow=False)
        stage.pose(ground, (0, 0, 0), about_z(-angle))
        self._patch: TrackedGround | None = None
        self._track: Handle | None = None
        if scene.event == "track":
            self._patch = TrackedGround(rollout, angle)
            self._track = stage.add(self._patch.geometry, surface)
        self._prints = Footprints(stage, printed) if printed else None
        self._air: Precipitation | None = None
        if in_the_air and scene.weather in DROPS:
            self._air = Precipitation(stage, scene.weather, seed=scene.seed)

    @contextmanager
    def clear_air(self) -> Iterator[None]:
        """Without drops and flakes until the block ends."""
        if self._air is None:
            yield
            return
        self._stage.remove(self._air.handle)
        yield
        self._stage.restore(self._air.handle)

    def show(self, frame: int, camera: Camera) -> None:
        """Shows all as in one frame."""
        if self._air is not None:
            self._air.show(frame / self._fps, camera)
        if self._prints is not None:
            self._prints.show(frame)
        if self._patch is not None and self._track is not None:
            self._stage.reshape(self._track, *self._patch.shaped(frame))


def _printed(rollout: Rollout) -> PrintedGround | None:
    """The ground with the footprints of a rollout; None where there are none."""
    prints, scene = footprints(rollout), rollout.scene
    wet = scene.weather == "rain"
    return PrintedGround(prints, scene.ground, wet=wet) if prints else None


def _light_up(stage: Stage, scene: Scene, angle: float) -> None:
    hour = HOURS.get(scene.hour)
    exposure = PLACES[scene.place].exposure * (hour.exposure if hour else 1.0)
    light = _light(scene.place, scene.weather, scene.hour)
    stage.light(light, exposure=exposure, turn=angle, shadow_side=SHADOW_SIDE)
    if hour and hour.lamps:
        for position in LAMP_PLACES:
            stage.lamp(position, LAMP_COLOR, hour.lamps)


@lru_cache(maxsize=40)
def _light(place: str, weather: str, hour: str) -> Environment:
    """The light of a place in a weather at an hour."""
    return dimmed(at_hour(environment(PLACES[place].panorama), hour), weather)


@lru_cache(maxsize=16)
def _ground(kind: str, place: str, weather: str, hour: str, near: bool) -> Material:
    light = _light(place, weather, hour)
    return ground_material(kind, light, near=near, wet=weather == "rain")


def _from_above(scene: Scene) -> bool:
    """Whether much of the ground is seen."""
    shots = [scene.shot, *([scene.cut.shot] if scene.cut else [])]
    return any(shot.angle == "high" or shot.camera.startswith("crane") for shot in shots)
