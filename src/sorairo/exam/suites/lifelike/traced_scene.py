"""Scenes in which something leaves a trace, the camera turns away from it and comes back."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from functools import cached_property
from typing import ClassVar

import numpy as np
from scipy import ndimage

from sorairo.exam.lifelike_question import FPS, SIDE, LifelikeQuestion, LifelikeTruth
from sorairo.video import Clip
from sorairo.world.filament.stage import Camera
from sorairo.world.lifelike.renderer import Renderer
from sorairo.world.lifelike.scene import Scene
from sorairo.world.lifelike.simulate import Rollout, simulate

GIVEN, OUT, HOLD, BACK, REST = 16, 12, 2, 12, 6  # frames: the phases of a clip
FRAMES = GIVEN + OUT + HOLD + BACK + REST
AWAY = slice(GIVEN + OUT, GIVEN + OUT + HOLD)  # when the camera looks elsewhere
LAST = 4  # frames at the end that are judged
TURN = np.radians(40.0)  # of the camera, to one side and back
QUICK = ("paint", "bite")  # their length is that of the clip: they are done when the frames end


class TracedTruth(LifelikeTruth):
    """What the simulator makes of a question about a trace."""

    @cached_property
    def rollout(self) -> Rollout:
        """All FRAMES frames, or as many as are asked for."""
        scene = self.question.scene
        quick = simulate(scene, seconds=GIVEN / FPS, fps=FPS)  # filmed from where it happens
        whole = quick
        if scene.event not in QUICK:
            whole = simulate(scene, seconds=FRAMES / FPS, fps=FPS)
        held = frames_of(whole, np.minimum(np.arange(FRAMES), len(whole) - 1))
        side = 1 if side_of(scene, self.question.seed) == "right" else -1
        turned = tuple(_turned(quick.cameras[0], side * float(angle)) for angle in angles())
        filmed = dataclasses.replace(held, cameras=turned)
        return frames_of(filmed, np.arange(self.question.num_frames))

    @cached_property
    def clip(self) -> Clip:
        return Clip(frames=_film(self.rollout), fps=FPS)

    @cached_property
    def ends(self) -> tuple[np.ndarray, np.ndarray]:
        """The last frames with the trace and without it, uint8 [LAST, SIDE, SIDE, 3] each."""
        return self._end(self.rollout), self.end_without

    @cached_property
    def end_without(self) -> np.ndarray:
        """The last frames of the same scene in which the trace was never made."""
        return self._end(WITHOUT[self.question.scene.event](self.rollout))

    def _end(self, rollout: Rollout) -> np.ndarray:
        shown = [0, *range(FRAMES - LAST, FRAMES)]  # a track begins in the first frame
        return _film(frames_of(rollout, np.array(shown)))[1:]

    @cached_property
    def forgotten(self) -> np.ndarray:
        """The true frames, and from when the camera turns back on those without the trace."""
        gone = WITHOUT[self.question.scene.event](self.rollout)
        later = _film(frames_of(gone, np.array([0, *range(AWAY.stop, FRAMES)])))[1:]
        return np.concatenate([self.clip.frames[: AWAY.stop], later])


class TracedQuestion(LifelikeQuestion):
    """Asks for the rest of a clip after a trace was made."""

    same_beginning: ClassVar[bool] = True  # it is filmed from where the trace is made

    def truth(self) -> TracedTruth:
        return TracedTruth(self)


def side_of(scene: Scene, seed: int) -> str:
    """Where the camera turns, "left" or "right": away from a ball that rolls, else either."""
    if scene.event == "track":
        return "right" if scene.heading == "left" else "left"
    return ("left", "right")[(seed + seed // len(WITHOUT)) % 2]


def moved_trace(with_it: np.ndarray, without: np.ndarray, move: tuple[int, int]) -> np.ndarray:
    """Pictures whose trace is moved by pixels down and to the right, uint8 [F, H, W, 3]."""
    trace = with_it.astype(np.float32) - without
    moved = ndimage.shift(trace, (0, *move, 0), order=0)
    return np.clip(without + moved, 0, 255).astype(np.uint8)


def angles() -> np.ndarray:
    """How far the camera is turned away in each frame, radians, [FRAMES]."""
    out = np.arange(1, OUT + 1) / OUT
    back = 1 - np.arange(1, BACK + 1) / BACK
    share = np.concatenate([np.zeros(GIVEN), out, np.ones(HOLD), back, np.zeros(REST)])
    return TURN * share * share * (3 - 2 * share)


def _turned(camera: Camera, angle: float) -> Camera:
    """The camera turned to the right on the spot."""
    eye = np.asarray(camera.position)
    x, y, z = np.asarray(camera.target) - eye
    cosine, sine = np.cos(angle), np.sin(angle)
    aim = eye + np.array([cosine * x + sine * y, cosine * y - sine * x, z])
    return dataclasses.replace(camera, target=tuple(map(float, aim)))


def frames_of(rollout: Rollout, indices: np.ndarray) -> Rollout:
    """Some frames of a rollout without people, with its glass and its matter."""
    count = len(rollout)
    glass, matter = rollout.glass, rollout.matter
    changed: dict[str, object] = {"cameras": tuple(rollout.cameras[i] for i in indices)}
    if glass is not None:
        changed["glass"] = dataclasses.replace(glass, **_picked(glass, indices, count))
    if matter is not None:
        known = {name: values[indices] for name, values in matter.truth.items()}
        parts = _picked(matter, indices, count)
        changed["matter"] = dataclasses.replace(matter, truth=known, **parts)
    return dataclasses.replace(rollout, **_picked(rollout, indices, count), **changed)


def _picked(value: object, indices: np.ndarray, count: int) -> dict[str, np.ndarray]:
    """The fields of a value that are arrays of `count` frames, of some of them."""
    return {
        name: field[indices]
        for name, field in vars(value).items()
        if isinstance(field, np.ndarray) and len(field) == count
    }


def _film(rollout: Rollout) -> np.ndarray:
    with Renderer(width=SIDE, height=SIDE) as renderer:
        return renderer.film(rollout)


def _without_track(rollout: Rollout) -> Rollout:
    """The ball begins to roll where the given frames end."""
    positions = rollout.positions.copy()
    positions[:GIVEN] = positions[GIVEN]
    return dataclasses.replace(rollout, positions=positions)


def _without_shards(rollout: Rollout) -> Rollout:
    assert rollout.glass is not None
    whole = np.zeros_like(rollout.broken)
    glass = dataclasses.replace(rollout.glass, broken=whole)
    return dataclasses.replace(rollout, broken=whole, glass=glass)


def _without_stroke(rollout: Rollout) -> Rollout:
    return _with_truth(rollout, painted=0.0 * _truth(rollout)["painted"])


def _without_bite(rollout: Rollout) -> Rollout:
    known = _truth(rollout)
    crumbs = known["crumbs"][:1].repeat(len(rollout), 0)
    return _with_truth(rollout, bitten=np.zeros_like(known["bitten"]), crumbs=crumbs)


def _truth(rollout: Rollout) -> dict[str, np.ndarray]:
    assert rollout.matter is not None
    return rollout.matter.truth


def _with_truth(rollout: Rollout, **known: np.ndarray) -> Rollout:
    assert rollout.matter is not None
    matter = dataclasses.replace(rollout.matter, truth={**rollout.matter.truth, **known})
    return dataclasses.replace(rollout, matter=matter)


WITHOUT: Mapping[str, Callable[[Rollout], Rollout]] = {
    "track": _without_track,
    "paint": _without_stroke,
    "bite": _without_bite,
    "shatter": _without_shards,
}
"""Event -> its rollout without the trace that it leaves in the given frames."""


def returning(scene: Scene) -> Scene:
    """The scene as the questions film it: the camera that stands still is turned by `TracedTruth`,
    and the weather hides nothing."""
    shot = dataclasses.replace(scene.shot, camera="still")
    return dataclasses.replace(scene, shot=shot, cut=None)
