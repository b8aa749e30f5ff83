"""M2, drop (PISA, arXiv 2503.09595): one object falls; the first frame is given.

Its place and outline are compared with the simulator's, in parts of the picture's diagonal.
"""

from __future__ import annotations

import dataclasses

import numpy as np

from sorairo.exam.held_out_scenes import scenes
from sorairo.exam.perception.tracking import chamfer, masks_seen, overlap, see
from sorairo.exam.question import Answer
from sorairo.exam.scene_question import SceneQuestion, SceneTruth, scene_questions
from sorairo.exam.statistics import Goal, Verdict
from sorairo.exam.suite import Suite
from sorairo.world.tabletop.scene import FIRST_LIGHT

SECONDS = 2.0
DROPS = dataclasses.replace(FIRST_LIGHT, events=("drop",))
LOST = 0.5  # diagonals: the error of a frame without an object


def questions(count: int) -> list[SceneQuestion]:
    return scene_questions("M2", scenes(count, DROPS, skip=20_000), seconds=SECONDS, given=1)


def judge(question: SceneQuestion, answer: Answer, truth: SceneTruth) -> Verdict:
    (clip,) = answer
    seen, true = see(clip.frames, question.scene.look), masks_seen(truth.masks)
    later = slice(question.given, None)
    error = np.linalg.norm(seen.track - true.track, axis=1)[later] / np.sqrt(2)
    pairs = list(zip(seen.masks[later], true.masks[later], strict=True))
    return {
        "centroid": float(np.nan_to_num(error, nan=LOST).mean()),
        "chamfer": float(np.mean([chamfer(*pair) for pair in pairs])),
        "iou": float(np.mean([overlap(*pair) for pair in pairs])),
        "lost": float((seen.counts[later] == 0).mean()),
    }


SUITE = Suite(
    name="M2",
    title="Drop",
    count=256,
    questions=questions,
    judge=judge,
    goals=(
        Goal(measure="centroid", most=0.05, anchors="Sora .149, Kling 1.5 .137, Gen-3 .170"),
        Goal(measure="chamfer", most=0.10, anchors="Sora .446, Kling 1.5 .396, Gen-3 .509"),
        Goal(measure="iou", least=0.35, anchors="Sora .040, Kling 1.5 .033, Gen-3 .040"),
        Goal(measure="lost"),
    ),
)
