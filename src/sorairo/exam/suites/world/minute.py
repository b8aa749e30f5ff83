"""M8, one minute: scenes that never come to rest, from text alone.

After 5, 15, 30 and 60 seconds: are the objects of the last two seconds the right ones, how much
moves compared with the true clip, and how far has the brightness drifted?
"""

from __future__ import annotations

import dataclasses

from sorairo.exam.held_out_scenes import ENDLESS, FPS, scenes
from sorairo.exam.perception.object_checks import set_right
from sorairo.exam.perception.seam_metrics import FLOOR, brightness, changes
from sorairo.exam.question import Answer
from sorairo.exam.scene_question import SceneQuestion, SceneTruth, scene_questions
from sorairo.exam.statistics import Goal, Verdict
from sorairo.exam.suite import Suite

SECONDS = 60.0
TIMES = (5, 15, 30, 60)  # seconds
SEEN, MOVING = 2, 5  # seconds before each: for objects; for the amount of motion
DARKEST = 1.0  # of 255: the smallest denominator of a drift, as of a clip that begins black
ENDLESS_BY_DAY = dataclasses.replace(ENDLESS, lights=("day",))


def questions(count: int) -> list[SceneQuestion]:
    return scene_questions("M8", scenes(count, ENDLESS_BY_DAY, skip=24_000), seconds=SECONDS)


def judge(question: SceneQuestion, answer: Answer, truth: SceneTruth) -> Verdict:
    (clip,) = answer
    begun, found = brightness(clip.frames[: round(FPS)]), {}
    usual = max(float(changes(truth.clip.frames).mean()), FLOOR)
    for time in TIMES:
        end = round(time * FPS)
        seen = clip.frames[end - round(SEEN * FPS) : end]
        moving = clip.frames[end - round(MOVING * FPS) : end]
        found |= {
            f"object set at {time} s": set_right(seen, question.scene)["object set"],
            f"motion at {time} s": float(changes(moving).mean()) / usual,
            f"drift at {time} s": abs(brightness(seen) - begun) / max(begun, DARKEST),
        }
    return found


SUITE = Suite(
    name="M8",
    title="One minute",
    count=24,
    batch_size=1,
    quick=2,
    questions=questions,
    judge=judge,
    goals=tuple(
        goal
        for time in TIMES
        for goal in (
            Goal(measure=f"object set at {time} s", least=0.75, share=True),
            Goal(measure=f"motion at {time} s", of="median", least=0.8, most=1.2),
            Goal(measure=f"drift at {time} s", most=0.03),
        )
    ),
)
