"""M12, codec: how much of a true clip is left after the model's codec?

"velocity error" is the error of the velocity that the parser sees, compared with the simulator's
masks. "velocity ratio" divides it by the parser's error on the true clips, each added up over all
questions.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sorairo.exam.held_out_scenes import scenes
from sorairo.exam.perception.tracking import Seen, masks_seen, see
from sorairo.exam.question import Answer
from sorairo.exam.scene_question import SceneQuestion, SceneTruth, scene_questions
from sorairo.exam.statistics import Goal, Verdict
from sorairo.exam.suite import Suite
from sorairo.world.tabletop.scene import FIRST_LIGHT

SECONDS = 4.0


def questions(count: int) -> list[SceneQuestion]:
    return scene_questions("M12", scenes(count, FIRST_LIGHT, skip=22_000), seconds=SECONDS)


def judge(question: SceneQuestion, answer: Answer, truth: SceneTruth) -> Verdict:
    """PSNR (dB) of the whole picture and of the objects; and the error of the velocity that the
    parser sees in the clip, and in the true clip (picture widths per frame)."""
    (clip,) = answer
    error = np.square(clip.frames / 255.0 - truth.clip.frames / 255.0).mean(-1)
    there = truth.masks > 0
    return {
        "psnr": _decibels(error.mean()),
        "objects": _decibels(error[there].mean()) if there.any() else np.nan,
        "velocity error": _velocity_error(see(clip.frames, question.scene.look), truth),
        "the parser's own": _velocity_error(truth.seen, truth),
    }


def _velocity_error(sight: Seen, truth: SceneTruth) -> float:
    true = np.diff(masks_seen(truth.masks).track, axis=0)
    seen = np.nan_to_num(np.diff(sight.track, axis=0))
    return float(np.nanmean(np.linalg.norm(seen - true, axis=1)))


def _ratio(verdicts: Sequence[Verdict]) -> float:
    clips = sum(verdict["velocity error"] for verdict in verdicts)
    own = sum(verdict["the parser's own"] for verdict in verdicts)
    return clips / own if own else float("nan")


def _decibels(error: float) -> float:
    return float(-10 * np.log10(max(error, 1e-6)))


SUITE = Suite(
    name="M12",
    title="Codec",
    count=64,
    questions=questions,
    judge=judge,
    goals=(
        Goal(
            measure="psnr", least=34.0, anchors="VidTok 8 channels 31.8, LeanVAE 30.2 (real video)"
        ),
        Goal(measure="objects", least=28.0),
        Goal(measure="velocity error"),
        Goal(measure="velocity ratio", most=1.1),
    ),
    columns=("codec", "truth", "frozen"),
    joint={"velocity ratio": _ratio},
)
