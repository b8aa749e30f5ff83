"""Renders rollouts of the lifelike world."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from types import TracebackType
from typing import Self, TypeVar

import numpy as np

from sorairo.world.filament import geometry
from sorairo.world.filament.geometry import Geometry
from sorairo.world.filament.stage import Camera, Handle, Material, Stage
from sorairo.world.lifelike.events.props import door_leaf, doorway
from sorairo.world.lifelike.events.rigid_motion import DROP_RADIUS, TRACK_RADIUS, WALL
from sorairo.world.lifelike.filming.framing import fitted_field
from sorairo.world.lifelike.filming.surroundings import Surroundings
from sorairo.world.lifelike.filming.weather import settings
from sorairo.world.lifelike.glass import BALL_RADIUS
from sorairo.world.lifelike.people.appearance.figure import Figure
from sorairo.world.lifelike.people.appearance.looks import CLOTHES_COLORS
from sorairo.world.lifelike.props.contact_shadows import ContactShadow
from sorairo.world.lifelike.props.event_props import PROPS, props_of
from sorairo.world.lifelike.props.glass_props import Pane
from sorairo.world.lifelike.props.prop import Prop, PropRoom
from sorairo.world.lifelike.props.textures import painted_blocks
from sorairo.world.lifelike.scene import Scene
from sorairo.world.lifelike.simulate import Rollout
from sorairo.world.lifelike.thing_names import NAMES
from sorairo.world.lifelike.things import relief

BALL_RADII = {"shatter": BALL_RADIUS, "miss": BALL_RADIUS, "track": TRACK_RADIUS}
BLOCKS = 12, 5  # rows and columns of a wall
DrawnT = TypeVar("DrawnT")


class Renderer:
    """Renders rollouts at one size."""

    def __init__(self, *, width: int, height: int) -> None:
        self.width, self.height = width, height

    def film(self, rollout: Rollout) -> np.ndarray:
        """The frames, uint8 [F, height, width, 3]."""
        with self._stage(rollout) as stage:
            set_up = _SetUp(rollout, stage, in_the_air=True)
            return np.stack(self._each(set_up, stage.draw))

    def film_and_masks(self, rollout: Rollout) -> tuple[np.ndarray, np.ndarray]:
        """What `film` and `masks` give."""
        with self._stage(rollout) as stage:
            set_up = _SetUp(rollout, stage, in_the_air=True)

            def both(camera: Camera) -> tuple[np.ndarray, np.ndarray]:
                picture = stage.draw(camera)
                with set_up.around.clear_air():
                    return picture, stage.identify(camera)

            pictures, masks = zip(*self._each(set_up, both), strict=True)
            return np.stack(pictures), np.stack(masks)

    def masks(self, rollout: Rollout) -> np.ndarray:
        """Which person or thing is visible where, uint8 [F, height, width]: 0 none, then people
        from 1 on, then things."""
        with self._stage(rollout) as stage:
            return np.stack(self._each(_SetUp(rollout, stage), stage.identify))

    def parts(self, rollout: Rollout) -> np.ndarray:
        """Which part of a person is visible where, uint8 [F, height, width]: 0 none, then one more
        than its place in `dressing.PARTS`."""
        with self._stage(rollout) as stage:
            return np.stack(self._each(_SetUp(rollout, stage, parted=True), stage.identify))

    def depth(self, rollout: Rollout) -> np.ndarray:
        """Metres along the camera's axis, float32 [F, height, width]; `stage.FAR` for the sky.
        Glass counts as a surface, rain and snow do not."""
        with self._stage(rollout) as stage:
            return np.stack(self._each(_SetUp(rollout, stage), stage.depth))

    def normals(self, rollout: Rollout) -> np.ndarray:
        """Unit vectors on the visible surfaces, in the axes of the world, float32
        [F, height, width, 3]; zeros for the sky."""
        with self._stage(rollout) as stage:
            return np.stack(self._each(_SetUp(rollout, stage), stage.normals))

    def _stage(self, rollout: Rollout) -> Stage:
        chosen = settings(rollout.scene.weather, rollout.scene.hour)
        return Stage(width=self.width, height=self.height, settings=chosen)

    def _each(self, set_up: _SetUp, draw: Callable[[Camera], DrawnT]) -> list[DrawnT]:
        """What is drawn of each frame."""
        drawn = []
        for frame, camera in enumerate(self._cameras(set_up.rollout)):
            set_up.show(frame, camera)
            drawn.append(draw(camera))
        return drawn

    def _cameras(self, rollout: Rollout) -> list[Camera]:
        """The cameras of a rollout for pictures of this size."""
        return [
            replace(camera, field=fitted_field(camera.field, self.width, self.height))
            for camera in rollout.cameras
        ]

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

    def __init__(
        self, rollout: Rollout, stage: Stage, *, in_the_air: bool = False, parted: bool = False
    ) -> None:
        """`in_the_air`: whether drops and flakes are drawn; `parted`: whether the parts of people
        are numbered, and things are not."""
        self.parted = parted
        self.rollout, self.stage = rollout, stage
        scene = rollout.scene
        self.around = Surroundings(stage, rollout, in_the_air=in_the_air)
        self.figures = [
            Figure(stage, person, name=index + 1, parted=parted)
            for index, person in enumerate(scene.people)
        ]
        self.shadows: dict[int, ContactShadow] = {}
        self.handles = self._things(scene)
        self.props: list[Prop] = []
        if rollout.glass is not None:
            self.props.append(
                Pane(stage, rollout.glass, name=len(scene.people) + len(scene.things))
            )
        if rollout.matter is not None:
            self.props = props_of(PropRoom(stage, scene, rollout.matter))

    def _things(self, scene: Scene) -> list[Handle | None]:
        handles: list[Handle | None] = []
        for index, thing in enumerate(scene.things):
            if scene.event in PROPS:
                handles.append(None)
                continue
            name = 0 if self.parted else len(scene.people) + index + 1
            color = CLOTHES_COLORS.get(thing.color, (0.6, 0.6, 0.6))
            if thing.kind == "ball":
                radius = BALL_RADII.get(scene.event, DROP_RADIUS)
                shape, material = geometry.ball(radius), Material(color=color, roughness=0.35)
            elif thing.kind == "wall":
                blocks = painted_blocks(color, np.random.default_rng(scene.seed), *BLOCKS)
                lying = np.ascontiguousarray(blocks.swapaxes(0, 1))  # a box's v goes across
                shape, material = _standing_box(WALL), Material(texture=lying, roughness=0.9)
            elif thing.kind == "door":
                shape, material = door_leaf(), Material(color=color, roughness=0.6)
            elif thing.kind == "doorway":
                shape, material = doorway(), Material(color=color, roughness=0.9)
            elif thing.kind in NAMES:
                shape = relief(thing.kind).geometry
                material = Material(texture=relief(thing.kind).picture, roughness=0.55)
            else:  # the pane
                handles.append(None)
                continue
            handles.append(self.stage.add(shape, material, name=name))
            self.shadows[index] = ContactShadow(self.stage, shape.positions)
        return handles

    def show(self, frame: int, camera: Camera) -> None:
        """Poses everything as in one frame."""
        self.around.show(frame, camera)
        for figure, pose in zip(self.figures, self.rollout.poses, strict=True):
            figure.pose(pose, frame)
        for prop in self.props:
            prop.show(frame)
        rollout = self.rollout
        for index, handle in enumerate(self.handles):
            if handle is not None:
                turn = rollout.rotations[frame, index]
                self.stage.pose(handle, rollout.positions[frame, index], turn)
                self.shadows[index].show(rollout.positions[frame, index], turn)


def _standing_box(size: tuple[float, float, float]) -> Geometry:
    shape = geometry.box(size)
    lifted = shape.positions + np.array([0, 0, size[2] / 2])
    return Geometry(lifted, shape.faces, shape.normals, shape.uv)
