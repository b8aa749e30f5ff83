"""Simple baselines, with which a model's answers are compared."""

from __future__ import annotations

from functools import cache

import numpy as np
from scipy import ndimage

from sorairo.data.clip_sets import CANVAS_CLIPS, CROWD_CLIPS, FIRST_CLIPS
from sorairo.exam.held_out_scenes import FPS, drawn, film
from sorairo.exam.question import Answer
from sorairo.exam.scene_question import ClipQuestion, ClipTruth, SceneQuestion, SceneTruth
from sorairo.video import Clip
from sorairo.world.tabletop.dynamics.sampling import sample_scene
from sorairo.world.tabletop.language.parsing import Assertions, parse
from sorairo.world.tabletop.scene import Scene, SceneConfig

SCENES_OF_EACH = 100  # training scenes of each data set to choose the nearest from
THUMBNAIL = 16  # pixels of a side
DEFAULTS = {  # attributes of a scene, and their values where a prompt does not mention them
    "event": "",
    "heading": "none",
    "floor": "",
    "light": "day",
    "camera": "still",
    "style": "none",
}


def frozen(question: ClipQuestion, truth: ClipTruth) -> Answer:
    """A clip that repeats the first true frame."""
    return [Clip(frames=truth.clip.frames[:1].repeat(question.num_frames, 0), fps=FPS)]


def constant_velocity(question: SceneQuestion, truth: SceneTruth) -> Answer:
    """Every body keeps the velocity between the last two given frames, in front of the background
    that the given frames show. With fewer than two given frames: the same as `frozen`."""
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
    return [Clip(frames=np.stack(frames), fps=FPS)]


def _without_bodies(frames: np.ndarray, masks: np.ndarray) -> np.ndarray:
    """The background [H, W, 3]: each pixel from the first frame in which no body covers it, or else
    the nearest pixel that was uncovered."""
    outlined = ndimage.binary_dilation(masks > 0, np.ones((1, 3, 3)))  # outlines are blended
    free = ~np.asarray(outlined, bool)
    seen = np.take_along_axis(frames, free.argmax(0)[None, ..., None], axis=0)[0]
    nearest = ndimage.distance_transform_edt(
        ~free.any(0), return_distances=False, return_indices=True
    )
    return seen[tuple(np.asarray(nearest))]


def _move(masks: np.ndarray, body: int) -> np.ndarray:
    """How far a body's centre moves between the last two masks, (rows, columns); 0 if it has just
    appeared."""
    before, last = masks[-2:] == body
    if not before.any():
        return np.zeros(2)
    return np.argwhere(last).mean(0) - np.argwhere(before).mean(0)


def _paste(source: np.ndarray, mask: np.ndarray, shift: np.ndarray, onto: np.ndarray) -> None:
    """Copies the masked pixels of `source` to another picture, moved by (rows, columns)."""
    places = np.argwhere(mask)
    moved = places + np.rint(shift).astype(int)
    inside = ((moved >= 0) & (moved < mask.shape)).all(1)
    onto[tuple(moved[inside].T)] = source[tuple(places[inside].T)]


def nearest_clip(question: SceneQuestion, truth: SceneTruth) -> Answer:
    """The clip of the training scene whose first frame is most similar to the given one.

    If no frame is given: the clip of the scene of which most of the prompt is true.
    """
    look = question.scene.look
    scenes = _trained_on(look)
    if question.given:
        away = np.square(_beginnings(look) - _thumbnail(truth.given)).mean((1, 2))
        return [film(scenes[int(away.argmin())], question.seconds)]
    said = parse(question.prompt)
    nearest = max(scenes, key=lambda scene: _agreement(said, scene))
    return [film(nearest, question.seconds)]


@cache
def _trained_on(look: str) -> tuple[Scene, ...]:
    """The first scenes of each data set that models are trained on."""
    found: list[Scene] = []
    for each in (FIRST_CLIPS, CANVAS_CLIPS, CROWD_CLIPS):
        part, seeds = each.scene, range(each.first_seed, each.first_seed + SCENES_OF_EACH)
        assert isinstance(part, SceneConfig)
        found += [drawn(sample_scene(np.random.default_rng(seed), part), look) for seed in seeds]
    return tuple(found)


@cache
def _beginnings(look: str) -> np.ndarray:
    return np.stack([_thumbnail(film(scene, 1 / FPS)) for scene in _trained_on(look)])


def _thumbnail(clip: Clip) -> np.ndarray:
    """The first frame, small and grey, float64 [THUMBNAIL, THUMBNAIL]."""
    first = Clip(frames=clip.frames[:1], fps=clip.fps).resize(THUMBNAIL, THUMBNAIL)
    return first.frames[0].mean(-1)


def _agreement(said: Assertions, scene: Scene) -> int:
    """How many statements of a prompt are true of a scene, minus the bodies too many or too few."""
    pairs = [
        (getattr(said, name) or default, getattr(scene, name)) for name, default in DEFAULTS.items()
    ]
    for words, body in zip(said.bodies, scene.bodies, strict=False):
        pairs += zip(words, (body.shape, body.color, body.size, body.material), strict=True)
    right = sum(word == value for word, value in pairs)
    return right - abs(said.count - len(scene.bodies))
