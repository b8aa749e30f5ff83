"""M5, permanence: an object passes behind a screen and is hidden for at least eight frames.

The first eight frames are given. Does the object reappear? (If it never disappeared, that does not
count.) Does it have the same colour, shape and size (within 10 %), and is it in the right place
(within half its width) at the right time (within two frames)? The right shape is what the parser
reads in the true clip, because a slow ball is still partly hidden at the end. "all" is all of it in
one clip.

"twins" is measured for models whose loss can be computed (`exam.candidates.violation_pairs`): does
the model find a true clip more likely than the same clip in which the object has changed or is gone
behind the screen?
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from itertools import islice

import numpy as np

from sorairo.exam.candidates import violation_pairs
from sorairo.exam.held_out_scenes import FIRST_SEED, drawn
from sorairo.exam.perception.tracking import masks_seen, see
from sorairo.exam.question import Answer
from sorairo.exam.scene_question import SceneQuestion, SceneTruth, scene_questions
from sorairo.exam.statistics import Goal, Verdict
from sorairo.exam.suite import Suite
from sorairo.world.tabletop.dynamics.sampling import sample_scene
from sorairo.world.tabletop.perception.lit_observer import observe_lit
from sorairo.world.tabletop.scene import CANVAS_WORLD, Scene

SECONDS, GIVEN = 4.0, 8
HIDDEN, LAST = 8, 10  # frames: the shortest time hidden; the last frames that are judged
SIZE, FRAMES, WIDTHS = 0.10, 2, 0.5  # the largest error of size, time and place
GONE = 1e-3  # of the picture: the visible part of an object that counts as hidden
HIDES = dataclasses.replace(CANVAS_WORLD, lights=("day",), events=("hide",), cameras=("still",))


def questions(count: int) -> list[SceneQuestion]:
    return scene_questions("M5", list(islice(_hiding(), count)), seconds=SECONDS, given=GIVEN)


def _hiding() -> Iterator[Scene]:
    """Scenes in which the object is hidden long enough."""
    seed = FIRST_SEED + 27_000
    while True:
        scene = drawn(sample_scene(np.random.default_rng(seed), HIDES))
        question = SceneQuestion(key="", scene=scene, prompt="", seed=0, seconds=SECONDS)
        if len(hidden_frames(SceneTruth(question).masks)) >= HIDDEN:
            yield scene
        seed += 1


def hidden_frames(masks: np.ndarray) -> np.ndarray:
    """The frames in which the body is hardly visible, from masks [F, H, W]."""
    return np.flatnonzero((masks > 0).mean((1, 2)) < GONE)


def judge(question: SceneQuestion, answer: Answer, truth: SceneTruth) -> Verdict:
    (clip,) = answer
    seen, true = see(clip.frames, question.scene.look), masks_seen(truth.masks)
    hidden = hidden_frames(truth.masks)
    middle = int(hidden[len(hidden) // 2])
    last = slice(len(clip.frames) - LAST, None)
    gone = not seen.counts[middle].any()
    back = gone and bool((seen.counts[last] == 1).mean() > 0.5)
    verdict = {"hidden": gone, "reappears": back}
    looks = observe_lit(clip.frames[last], look=question.scene.look)
    body = question.scene.bodies[0]
    verdict |= {"colour": back and looks.color == body.color}
    true_looks = observe_lit(truth.clip.frames[last], look=question.scene.look)
    verdict |= {"shape": back and looks.shape == true_looks.shape}
    verdict |= {"size": back and _same_size(seen.masks[last], true.masks[last])}
    out, truly_out = (_comes_out(each.masks, middle) for each in (seen, truth.seen))
    verdict |= {"time": back and abs(out - truly_out) <= FRAMES}
    verdict |= {"place": back and _same_place(seen.track[last], true.track[last], true.masks[last])}
    found = {name: float(right) for name, right in verdict.items()}
    return found | {"all": min(found.values())}


def _comes_out(masks: np.ndarray, middle: int) -> int:
    """The first frame after `middle` in which something is visible; the number of frames if
    never."""
    there = masks[middle:].any((1, 2))
    return middle + int(there.argmax()) if there.any() else len(masks)


def _same_size(seen: np.ndarray, true: np.ndarray) -> bool:
    """Compares the square root of the area, by the median over the frames."""
    side = np.sqrt(seen.mean((1, 2)) / np.maximum(true.mean((1, 2)), 1e-6))
    return abs(float(np.median(side)) - 1) <= SIZE


def _same_place(seen: np.ndarray, true: np.ndarray, masks: np.ndarray) -> bool:
    width = masks.any(1).sum(1).max() / masks.shape[2]
    apart = np.linalg.norm(seen - true, axis=1)
    return not np.isnan(apart).all() and float(np.nanmedian(apart)) <= WIDTHS * width


SUITE = Suite(
    name="M5",
    title="Permanence",
    count=256,
    questions=questions,
    judge=judge,
    probe=violation_pairs.probe,
    goals=(
        Goal(measure="reappears", least=0.8, share=True, anchors="the notes on Sora claim 95 %"),
        Goal(measure="all", share=True),
        *(
            Goal(measure=name, share=True)
            for name in ("hidden", "colour", "shape", "size", "time", "place")
        ),
        Goal(measure="twins", least=0.7, share=True, anchors="IntPhys 2: most models 50 %"),
    ),
    columns=("model", "truth", "codec", "frozen", "constant velocity"),
)
