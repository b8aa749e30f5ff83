"""Given content: it must come back unchanged, and no seam may show where it meets generated frames.

Every task of the model is tested on the same true clips. "jump" is the change across a joint as a
multiple of the usual change from frame to frame; "excess" compares with the frames around the joint
where the clip moves faster there; "tint" is the change of the mean colour. "outside changed" is the
largest difference outside of an edited region.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sorairo.exam.perception.seam_metrics import excess, jump, tint
from sorairo.exam.question import Answer, Truth
from sorairo.exam.statistics import Goal, Verdict
from sorairo.exam.suite import Suite
from sorairo.exam.suites.canvas.capability import CAPABILITY
from sorairo.exam.suites.canvas.given_tasks import GivenTask, tasks_on_scene

OTHER_SHAPE = 255.0  # the difference of frames that cannot be compared


def questions(count: int) -> list[GivenTask]:
    """Every task on each of `count` clips."""
    return [question for index in range(count) for question in tasks_on_scene(index)]


def judge(question: GivenTask, answer: Answer, truth: Truth) -> Verdict:
    del truth
    frames = answer[0].frames
    worst = max(_changed(question, frames, first, given) for first, given in question.kept)
    found = {"outside changed" if question.region is not None else "exact": worst}
    if question.region is None:
        found["exact"] = float(worst == 0)
    if question.joints:
        for name, measure in (("jump", jump), ("excess", excess), ("tint", tint)):
            found[name] = max(_at(measure, frames, joint) for joint in question.joints)
    return found


def _changed(question: GivenTask, frames: np.ndarray, first: int, given: np.ndarray) -> float:
    """The largest difference from given frames, outside of the region if there is one."""
    start = first % len(frames)
    there = frames[start : start + len(given)]
    if there.shape != given.shape:
        return OTHER_SHAPE
    difference = np.abs(there.astype(np.int16) - given)
    region = question.region
    return float(difference[:, region < 0.5].max() if region is not None else difference.max())


def _at(measure: Callable[[np.ndarray, int], float], frames: np.ndarray, joint: int) -> float:
    """A measure at a joint. For joint -1 the frames are rotated so that it is in the middle."""
    if joint >= 0:
        return measure(frames, joint)
    half = len(frames) // 2
    return measure(np.roll(frames, half, axis=0), half - 1)


SUITE = Suite(
    name="given",
    title="Given content",
    count=16,
    quick=2,
    questions=questions,
    judge=judge,
    goals=(
        Goal(measure="exact", least=1.0, share=True),
        Goal(measure="outside changed", of="highest", most=1.0),
        Goal(measure="jump", of="median"),
        Goal(measure="jump", of="highest"),
        Goal(measure="excess", of="median"),
        Goal(measure="excess", of="highest", most=1.5),
        Goal(measure="tint", of="highest", most=1.5),
    ),
    **CAPABILITY,
)
