"""Renders rollouts of the menagerie."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Self

import numpy as np

from sorairo.world.filament.camera import Camera
from sorairo.world.filament.stage import Stage
from sorairo.world.lifelike.assets.panoramas import environment
from sorairo.world.lifelike.filming.weather import (
    DROPS,
    Precipitation,
    dimmed,
    settings,
)
from sorairo.world.menagerie.figure import Figure
from sorairo.world.menagerie.grounds import add_ground
from sorairo.world.menagerie.places import PLACES
from sorairo.world.menagerie.simulate import Rollout

FINEST, COARSEST = 0.3, 2.5  # of the ground, relative to one seen from MIDDLE metres
MIDDLE = 6.0


class Renderer:
    """Renders rollouts at one size."""

    def __init__(self, *, width: int, height: int) -> None:
        self.width, self.height = width, height

    def film(self, rollout: Rollout) -> np.ndarray:
        """The frames, uint8 [F, height, width, 3]."""
        with self._stage(rollout) as stage:
            return self._each(_SetUp(rollout, stage, in_the_air=True), stage.draw)

    def masks(self, rollout: Rollout) -> np.ndarray:
        """Which animal is visible where, uint8 [F, height, width]: 0 none, i + 1 animal i."""
        with self._stage(rollout) as stage:
            return self._each(_SetUp(rollout, stage), stage.identify)

    def depth(self, rollout: Rollout) -> np.ndarray:
        """Metres along the camera's axis, float32 [F, height, width]; `stage.FAR` for the sky."""
        with self._stage(rollout) as stage:
            return self._each(_SetUp(rollout, stage), stage.depth)

    def normals(self, rollout: Rollout) -> np.ndarray:
        """Unit vectors on the visible surfaces, in the axes of the world, float32
        [F, height, width, 3]; zeros for the sky."""
        with self._stage(rollout) as stage:
            return self._each(_SetUp(rollout, stage), stage.normals)

    def _stage(self, rollout: Rollout) -> Stage:
        chosen = settings(rollout.scene.weather)
        return Stage(width=self.width, height=self.height, settings=chosen)

    def _each(self, set_up: _SetUp, draw: Callable[[Camera], np.ndarray]) -> np.ndarray:
        """What is drawn of each frame, [F, ...]."""
        drawn = []
        for frame, camera in enumerate(set_up.rollout.cameras):
            set_up.show(frame, camera)
            drawn.append(draw(camera))
        return np.stack(drawn)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        pass


class _SetUp:
    """A rollout's meshes on a stage."""

    def __init__(self, rollout: Rollout, stage: Stage, *, in_the_air: bool = False) -> None:
        """`in_the_air`: whether drops and flakes are drawn."""
        self.rollout = rollout
        scene = rollout.scene
        place = PLACES[scene.place]
        light = dimmed(environment(place.panorama).turned(scene.turn), scene.weather)
        stage.light(light, exposure=place.exposure)
        camera = rollout.cameras[0]
        distance = float(np.linalg.norm(np.subtract(camera.position, camera.target)))
        scale = float(np.clip(distance / MIDDLE, FINEST, COARSEST))
        add_ground(stage, scene.ground, place, light, scale)
        self.air: Precipitation | None = None
        if in_the_air and scene.weather in DROPS:
            self.air = Precipitation(stage, scene.weather, seed=scene.seed)
        self.performances = rollout.performances
        self.figures = [
            Figure(stage, one.creature, name=index + 1)
            for index, one in enumerate(rollout.performances)
        ]

    def show(self, frame: int, camera: Camera) -> None:
        """Poses everything as in one frame."""
        if self.air is not None:
            self.air.show(frame / self.rollout.fps, camera)
        for figure, performance in zip(self.figures, self.performances, strict=True):
            figure.pose(performance, frame)
