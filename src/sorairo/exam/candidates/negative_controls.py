"""Wrong answers that a suite must detect: true clips in which one thing is made wrong."""

from __future__ import annotations

import dataclasses

import numpy as np

from sorairo.exam.candidates.baselines import frozen
from sorairo.exam.held_out_scenes import FPS, film_of
from sorairo.exam.question import Answer, Candidate
from sorairo.exam.scene_question import SceneQuestion, SceneTruth
from sorairo.video import Clip
from sorairo.world.tabletop.dynamics.simulate import simulate
from sorairo.world.tabletop.scene import COLORS, Scene


def shuffled(question: SceneQuestion, truth: SceneTruth) -> Answer:
    """The frames after the given ones in random order."""
    frames, given = truth.clip.frames, max(1, question.given)
    order = np.random.default_rng(question.seed).permutation(len(frames) - given) + given
    return [Clip(frames=np.concatenate([frames[:given], frames[order]]), fps=FPS)]


def other_colors(question: SceneQuestion, _truth: SceneTruth) -> Answer:
    """Every body has another colour."""
    names, scene = list(COLORS), question.scene
    rng = np.random.default_rng(question.seed)
    bodies = tuple(
        dataclasses.replace(
            body, color=names[(names.index(body.color) + int(rng.integers(1, 10))) % len(names)]
        )
        for body in scene.bodies
    )
    return [_filmed(question, dataclasses.replace(scene, bodies=bodies))]


def weightless(question: SceneQuestion, _truth: SceneTruth) -> Answer:
    """The scene without gravity."""
    return [film_of(simulate(question.scene, seconds=question.seconds, fps=FPS, gravity=0.0))]


def teleported(question: SceneQuestion, truth: SceneTruth) -> Answer:
    """In the second half everything is a third of the picture to the side."""
    frames = truth.clip.frames.copy()
    middle = (len(frames) + question.given) // 2
    frames[middle:] = np.roll(frames[middle:], frames.shape[2] // 3, axis=2)
    return [Clip(frames=frames, fps=FPS)]


def vanished(question: SceneQuestion, truth: SceneTruth) -> Answer:
    """In the second half there are no bodies."""
    frames = truth.clip.frames.copy()
    middle = (len(frames) + question.given) // 2
    empty = _filmed(question, _far_away(question.scene)).frames
    return [Clip(frames=np.concatenate([frames[:middle], empty[middle:]]), fps=FPS)]


def _far_away(scene: Scene) -> Scene:
    """The scene with its bodies behind the camera, at rest."""
    bodies = tuple(
        dataclasses.replace(
            body, position=(6.0 * i, -80.0, 4.0), velocity=(0.0, 0.0, 0.0), spin=(0.0, 0.0, 0.0)
        )
        for i, body in enumerate(scene.bodies)
    )
    event = "drop" if scene.event in ("toss", "turntable", "swing") else scene.event
    return dataclasses.replace(scene, bodies=bodies, event=event)


def _filmed(question: SceneQuestion, scene: Scene) -> Clip:
    return film_of(simulate(scene, seconds=question.seconds, fps=FPS))


DETECTING_MEASURES = {  # suite -> the measure by which it detects wrong clips
    "M2": "centroid",
    "M3": "all",
    "M3c": "all",
    "M4": "given one frame",
    "M5": "all",
    "M6": "overall",
    "M7": "reprojection",
    "M8": "motion at 60 s",
    "M9": "as told, last tenth",
    "M12": "psnr",
}
NEGATIVE_CONTROLS: dict[str, Candidate] = {
    "shuffled": shuffled,
    "frozen": frozen,
    "other colours": other_colors,
    "weightless": weightless,
    "teleported": teleported,
    "vanished": vanished,
}
