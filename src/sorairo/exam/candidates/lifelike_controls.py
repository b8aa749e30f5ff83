"""Wrong answers to questions about the lifelike world: true clips made wrong in one thing."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import numpy as np

from sorairo.exam.candidates.baselines import frozen
from sorairo.exam.lifelike_question import FPS, LifelikeQuestion, LifelikeTruth
from sorairo.exam.question import Answer, Candidate
from sorairo.video import Clip
from sorairo.world.lifelike.scene import Thing

OTHER_OUTCOME = {"shatter": "miss", "miss": "shatter", "smash": "survive", "survive": "smash"}
LATE = 8  # frames


def other_outcome(question: LifelikeQuestion, _truth: LifelikeTruth) -> Answer:
    """What breaks stays whole, and what stays whole breaks."""
    scene = question.scene
    event = OTHER_OUTCOME[scene.event]
    things = scene.things
    if event in ("smash", "survive"):
        kind = "vase" if event == "smash" else "bucket"
        things = (Thing(kind=kind, color=things[0].color),)
    other = dataclasses.replace(scene, event=event, things=things)
    return [LifelikeTruth(dataclasses.replace(question, scene=other)).clip]


def late(question: LifelikeQuestion, truth: LifelikeTruth) -> Answer:
    """Everything stands still for LATE frames before it breaks."""
    frames, broken = truth.clip.frames, truth.rollout.broken
    at = max(int(broken.argmax()), 1)
    held = frames[at - 1 : at].repeat(LATE, 0)
    return [Clip(frames=np.concatenate([frames[:at], held, frames[at:]])[: len(frames)], fps=FPS)]


LIFELIKE_CONTROLS: Mapping[str, Mapping[str, Candidate]] = {
    "M3b": {"frozen": frozen, "other outcome": other_outcome, "late": late},
}
"""Suite -> its wrong answers, by name. Each suite detects them by its first goal."""
