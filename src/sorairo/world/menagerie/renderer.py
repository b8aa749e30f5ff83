"""Renders rollouts of the menagerie."""

from __future__ import annotations

from types import TracebackType
from typing import Self

import numpy as np

from sorairo.world.filament.stage import Stage
from sorairo.world.lifelike.assets.panoramas import environment
from sorairo.world.lifelike.weather import Weather
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
        frames = np.empty((len(rollout), self.height, self.width, 3), np.uint8)
        with Stage(width=self.width, height=self.height) as stage:
            set_up = _SetUp(rollout, stage)
            for frame, camera in enumerate(rollout.cameras):
                set_up.show(frame)
                frames[frame] = set_up.weather.veil(stage.draw(camera), frame)
        return frames

    def masks(self, rollout: Rollout) -> np.ndarray:
        """Which animal is visible where, uint8 [F, height, width]: 0 none, i + 1 animal i."""
        masks = np.empty((len(rollout), self.height, self.width), np.uint8)
        with Stage(width=self.width, height=self.height, supersample=1) as stage:
            set_up = _SetUp(rollout, stage)
            for frame, camera in enumerate(rollout.cameras):
                set_up.show(frame)
                masks[frame] = stage.identify(camera)
        return masks

    def depth(self, rollout: Rollout) -> np.ndarray | None:
        """None: depth is not rendered yet."""
        return None

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

    def __init__(self, rollout: Rollout, stage: Stage) -> None:
        scene = rollout.scene
        place = PLACES[scene.place]
        self.weather = Weather(scene.weather, seed=scene.seed, fps=rollout.fps)
        light = self.weather.dimmed(environment(place.panorama).turned(scene.turn))
        stage.light(light, exposure=place.exposure)
        camera = rollout.cameras[0]
        distance = float(np.linalg.norm(np.subtract(camera.position, camera.target)))
        scale = float(np.clip(distance / MIDDLE, FINEST, COARSEST))
        add_ground(stage, scene.ground, place, light, scale)
        self.performances = rollout.performances
        self.figures = [
            Figure(stage, one.creature, name=index + 1)
            for index, one in enumerate(rollout.performances)
        ]

    def show(self, frame: int) -> None:
        """Poses everything as in one frame."""
        for figure, performance in zip(self.figures, self.performances, strict=True):
            figure.pose(performance, frame)
