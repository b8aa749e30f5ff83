"""Who sits the exam: a model, the simulator itself, and trivial baselines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Protocol, runtime_checkable

import numpy as np
from scipy import ndimage

from sorairo.data.rendered_shards import CANVAS_CLIPS, CROWD_CLIPS, FIRST_CLIPS
from sorairo.exam.canvas_suite import through_codec
from sorairo.exam.held_out_scenes import FPS, film
from sorairo.exam.question import Question, Truth
from sorairo.generation.engine import Engine
from sorairo.generation.requests.animate import AnimateRequest
from sorairo.generation.requests.base import Request
from sorairo.generation.requests.extend import ExtendRequest
from sorairo.generation.requests.generate import GenerateRequest
from sorairo.video import Clip
from sorairo.world.tabletop.dynamics.sampling import sample_scene
from sorairo.world.tabletop.language.parsing import Assertions, parse
from sorairo.world.tabletop.scene import Scene

OF_EACH, THUMBNAIL = 100, 16  # training scenes of each set to be near to; pixels of a side
# What a prompt tells of a scene, and what it means where it says nothing of it.
TOLD = {
    "event": "",
    "heading": "none",
    "floor": "",
    "light": "day",
    "camera": "still",
    "style": "none",
}

Answer = Callable[[Question, Truth], Clip]
"""A question and its truth, of which only the given frames may be looked at: a whole clip."""


@runtime_checkable
class Together(Protocol):
    """Whoever can answer several questions as a batch."""

    def together(self, asked: Sequence[tuple[Question, Truth]]) -> list[Clip]: ...


@dataclass(frozen=True, kw_only=True)
class ByModel:
    """The model's own clips: from text, from a picture, or from the beginning of a clip. Several
    questions are answered as a batch."""

    engine: Engine
    steps: int | None = None
    guidance: float | None = None

    def __call__(self, question: Question, truth: Truth) -> Clip:
        return self.engine.make(*self._request(question, truth))

    def together(self, asked: Sequence[tuple[Question, Truth]]) -> list[Clip]:
        return self.engine.make_together([self._request(*each) for each in asked])

    def _request(self, question: Question, truth: Truth) -> tuple[Request, list[Clip]]:
        """The request that asks a question, and the frames that are given with it."""
        fields = {
            "prompt": question.prompt,
            "seed": question.seed,
            "steps": self.steps,
            "guidance": self.guidance,
        }
        if not question.given:
            fps = self.engine.spec.fps
            return GenerateRequest(seconds=question.seconds, fps=fps, **fields), []
        if question.given == 1:
            return AnimateRequest(seconds=question.seconds, **fields), [truth.given]
        forward = (question.num_frames - question.given) / FPS
        return ExtendRequest(forward=forward, **fields), [truth.given]


def by_simulator(_question: Question, truth: Truth) -> Clip:
    """The truth: what it lacks is the judge's error."""
    return truth.clip


def by_codec(engine: Engine) -> Answer:
    """The truth, compressed and brought back: what no model of this codec can do better."""
    return lambda _question, truth: through_codec(engine, truth.clip)


def frozen(question: Question, truth: Truth) -> Clip:
    """The first frame, for as long as the clip lasts."""
    return Clip(frames=truth.clip.frames[:1].repeat(question.num_frames, 0), fps=FPS)


def constant_velocity(question: Question, truth: Truth) -> Clip:
    """Every body goes on as it moved between the last two given frames, before what was seen behind
    it. With fewer given nothing is known of its motion, and it stays: the same as `frozen`."""
    if question.given < 2:
        return frozen(question, truth)
    given, masks = truth.given.frames, truth.masks[: question.given]
    empty, last = _without_bodies(given, masks), masks[-1]
    moves = {body: _move(masks, body) for body in np.unique(last[last > 0])}
    frames = list(given)
    for step in range(1, question.num_frames - question.given + 1):
        frame = empty.copy()
        for body, move in moves.items():
            _paste(given[-1], last == body, step * move, frame)
        frames.append(frame)
    return Clip(frames=np.stack(frames), fps=FPS)


def _without_bodies(frames: np.ndarray, masks: np.ndarray) -> np.ndarray:
    """What is behind the bodies [H, W, 3]: of each pixel the first frame in which it is free; where
    it never is, the nearest pixel that was."""
    outlined = ndimage.binary_dilation(masks > 0, np.ones((1, 3, 3)))  # outlines are blended
    free = ~np.asarray(outlined, bool)
    seen = np.take_along_axis(frames, free.argmax(0)[None, ..., None], axis=0)[0]
    nearest = ndimage.distance_transform_edt(
        ~free.any(0), return_distances=False, return_indices=True
    )
    return seen[tuple(np.asarray(nearest))]


def _move(masks: np.ndarray, body: int) -> np.ndarray:
    """How far a body's centre moves from the last mask but one to the last, (rows, columns); not at
    all where it has just appeared."""
    before, last = masks[-2:] == body
    if not before.any():
        return np.zeros(2)
    return np.argwhere(last).mean(0) - np.argwhere(before).mean(0)


def _paste(source: np.ndarray, mask: np.ndarray, shift: np.ndarray, onto: np.ndarray) -> None:
    """Lays the pixels of `source` under a mask onto another picture, moved by (rows, columns)."""
    places = np.argwhere(mask)
    moved = places + np.rint(shift).astype(int)
    inside = ((moved >= 0) & (moved < mask.shape)).all(1)
    onto[tuple(moved[inside].T)] = source[tuple(places[inside].T)]


def nearest_clip(question: Question, truth: Truth) -> Clip:
    """Of some scenes that models are trained on, the clip of the one that begins most like what is
    given; where nothing is, of which most of the prompt is true."""
    scenes = _trained_on()
    if question.given:
        away = np.square(_beginnings() - _thumbnail(truth.given)).mean((1, 2))
        return film(scenes[int(away.argmin())], question.seconds)
    told = parse(question.prompt)
    return film(max(scenes, key=lambda scene: _agreement(told, scene)), question.seconds)


@cache
def _trained_on() -> tuple[Scene, ...]:
    """The first scenes of each set of training clips."""
    return tuple(
        sample_scene(np.random.default_rng(each.first_seed + index), each.scene)
        for each in (FIRST_CLIPS, CANVAS_CLIPS, CROWD_CLIPS)
        for index in range(OF_EACH)
    )


@cache
def _beginnings() -> np.ndarray:
    return np.stack([_thumbnail(film(scene, 1 / FPS)) for scene in _trained_on()])


def _thumbnail(clip: Clip) -> np.ndarray:
    """The first frame, small and grey, float64 [THUMBNAIL, THUMBNAIL]."""
    first = Clip(frames=clip.frames[:1], fps=clip.fps).resize(THUMBNAIL, THUMBNAIL)
    return first.frames[0].mean(-1)


def _agreement(told: Assertions, scene: Scene) -> int:
    """How many of the things that a prompt says are so in a scene, less the bodies too many or too
    few."""
    said = [(getattr(told, name) or usual, getattr(scene, name)) for name, usual in TOLD.items()]
    for words, body in zip(told.bodies, scene.bodies, strict=False):
        said += zip(words, (body.shape, body.color, body.size, body.material), strict=True)
    right = sum(word == value for word, value in said)
    return right - abs(told.count - len(scene.bodies))
