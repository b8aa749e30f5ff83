"""M4, Sim-IQ: the score of Physics-IQ (Motamed et al., arXiv 2501.09038) on the simulator.

It compares where something moves in the clip with where it moves in the true one: at each time,
anywhere, and how often, as intersection over union; and the squared error of pixels. The second of
two true takes of a scene scores 100: its start is moved by up to half a pixel, and its friction is
changed by up to 2 %. Half of the questions give one frame, half the first 16.

Motion is detected as in Physics-IQ (difference from a running mean of weight 0.3, above 10 of 255),
but with openings of 3x3 pixels, because these pictures are small.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence

import numpy as np
from scipy import ndimage

from sorairo.exam.held_out_scenes import FPS, STILL, film_of, scenes
from sorairo.exam.perception.tracking import overlap
from sorairo.exam.question import Answer
from sorairo.exam.scene_question import SceneQuestion, SceneTruth, scene_questions
from sorairo.exam.statistics import Goal, Verdict
from sorairo.exam.suite import Suite
from sorairo.video import Clip
from sorairo.world.tabletop.camera import EXTENT
from sorairo.world.tabletop.dynamics.simulate import simulate

SECONDS, SEEN = 4.0, 16
FASTER, MOVES = 0.3, 10.0  # weight of a frame in the running mean; of 255: what is motion
SHIFT, GRIP = 0.5 * EXTENT / 96, 0.02  # metres: half a pixel; of friction
METRICS = ("when", "where", "how often")
SQUARE = np.ones((3, 3), bool)


def questions(count: int) -> list[SceneQuestion]:
    asked = scene_questions("M4", scenes(count, STILL, skip=23_000), seconds=SECONDS, given=1)
    return [dataclasses.replace(q, given=SEEN) if q.seed % 2 else q for q in asked]


def second_take(question: SceneQuestion) -> Clip:
    """The scene simulated again, from nearly the same start."""
    rng = np.random.default_rng((question.seed, 4))
    body = question.scene.bodies[0]
    x, y = (p + d for p, d in zip(body.position[:2], rng.uniform(-SHIFT, SHIFT, 2), strict=True))
    moved = dataclasses.replace(body, position=(float(x), float(y), body.position[2]))
    scene = dataclasses.replace(question.scene, bodies=(moved, *question.scene.bodies[1:]))
    friction = 1 + float(rng.uniform(-GRIP, GRIP))
    return film_of(simulate(scene, seconds=question.seconds, fps=FPS, friction=friction))


def motion(frames: np.ndarray) -> np.ndarray:
    """Where something moves in frames uint8 [F, H, W, 3]: bool [F, H, W], nothing in the first."""
    grey = ndimage.gaussian_filter(frames.astype(np.float32).mean(-1), (0, 1.1, 1.1))
    mean, found = grey[0].copy(), [np.zeros(grey.shape[1:], bool)]
    for frame in grey[1:]:
        mean += FASTER * (frame - mean)
        moves = ndimage.binary_opening(np.abs(frame - mean) > MOVES, SQUARE)
        found.append(np.asarray(ndimage.binary_closing(moves, SQUARE)))
    return np.stack(found)


def compare(one: np.ndarray, other: np.ndarray) -> dict[str, float]:
    """The four measures of two clips uint8 [F, H, W, 3]."""
    masks, others = motion(one), motion(other)
    often, how = masks.mean(0), others.mean(0)
    most = np.maximum(often, how).sum()
    return {
        "when": float(np.mean([overlap(a, b) for a, b in zip(masks, others, strict=True)])),
        "where": overlap(np.any(masks, axis=0), np.any(others, axis=0)),
        "how often": float(np.minimum(often, how).sum() / most) if most else 1.0,
        "error": float(np.square(one / 255.0 - other / 255.0).mean()),
    }


def judge(question: SceneQuestion, answer: Answer, truth: SceneTruth) -> Verdict:
    (clip,) = answer
    later = slice(question.given, None)
    true = truth.clip.frames[later]
    found = compare(clip.frames[later], true)
    takes = compare(second_take(question).frames[later], true)
    takes = {f"{name}, two takes": value for name, value in takes.items()}
    return {**found, **takes, "given": float(question.given)}


def score(verdicts: Sequence[Verdict]) -> float:
    """0..100; NaN for no clips."""
    if not verdicts:
        return float("nan")
    mean = {name: float(np.mean([v[name] for v in verdicts])) for name in verdicts[0]}
    fractions = [_of_most(mean[name], mean[f"{name}, two takes"]) for name in METRICS]
    total = float(np.mean(fractions)) - (mean["error"] - mean["error, two takes"])
    return 100 * min(1.0, max(0.0, total))


def _of_most(value: float, most: float) -> float:
    """As a part of the most that is possible; 1 where nothing is possible."""
    return value / most if most else 1.0


def one_given(verdicts: Sequence[Verdict]) -> float:
    return score([v for v in verdicts if v["given"] == 1])


def several_given(verdicts: Sequence[Verdict]) -> float:
    return score([v for v in verdicts if v["given"] > 1])


SUITE = Suite(
    name="M4",
    title="Sim-IQ",
    count=64,
    questions=questions,
    judge=judge,
    joint={"given one frame": one_given, "given 16 frames": several_given},
    goals=(
        Goal(measure="given one frame", least=40.0, anchors="Sora 10.0, Gen-3 22.8, Sora 2 42.3"),
        Goal(measure="given 16 frames", least=60.0, anchors="Magi-1 56.0, best 62.6"),
        *(Goal(measure=name) for name in (*METRICS, "error")),
    ),
)
