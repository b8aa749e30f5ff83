"""Wrong answers to questions about the lifelike world: true clips made wrong in one thing."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import numpy as np

from sorairo.exam.candidates.baselines import frozen
from sorairo.exam.candidates.prompted_controls import (
    other_prompt,
    thing_for_person,
    wrong_in_what_is_asked,
)
from sorairo.exam.lifelike_question import FPS, LifelikeQuestion, LifelikeTruth
from sorairo.exam.question import Answer, Candidate
from sorairo.exam.scene_question import ClipQuestion, ClipTruth
from sorairo.exam.suites.lifelike.same_person import SHOT, StoryQuestion, StoryTruth, film
from sorairo.exam.suites.lifelike.traced_scene import LAST, TracedQuestion, TracedTruth, moved_trace
from sorairo.video import Clip
from sorairo.world.lifelike.people.appearance.looks import Person
from sorairo.world.lifelike.sampling import sample_person
from sorairo.world.lifelike.scene import Thing

OTHER_OUTCOME = {"shatter": "miss", "miss": "shatter", "smash": "survive", "survive": "smash"}
LATE = 8  # frames
MOVED = 9  # pixels of 128: how far away a trace is that is not in its place


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


def forgotten(_question: TracedQuestion, truth: TracedTruth) -> Answer:
    """The trace was never made when the camera comes back."""
    return [Clip(frames=truth.forgotten, fps=FPS)]


def elsewhere(_question: TracedQuestion, truth: TracedTruth) -> Answer:
    """The trace is in another place in the last frames."""
    down = truth.question.scene.event == "track"
    frames = truth.clip.frames.copy()
    move = (MOVED, 0) if down else (0, MOVED)
    frames[-LAST:] = moved_trace(frames[-LAST:], truth.end_without, move)
    return [Clip(frames=frames, fps=FPS)]


def stays_put(_question: TracedQuestion, truth: TracedTruth) -> Answer:
    """The camera never turns away."""
    frames = truth.clip.frames[: truth.question.given]
    rest = frames[-1:].repeat(truth.clip.num_frames - len(frames), 0)
    return [Clip(frames=np.concatenate([frames, rest]), fps=FPS)]


def noise(question: ClipQuestion, truth: ClipTruth) -> Answer:
    """Pixels at random."""
    rng = np.random.default_rng(question.seed)
    shape = truth.clip.frames.shape
    return [Clip(frames=rng.integers(0, 256, shape, dtype=np.uint8), fps=FPS)]


def dark(question: ClipQuestion, truth: ClipTruth) -> Answer:
    """Nothing but black after the given frames."""
    frames = truth.clip.frames.copy()
    frames[max(question.given, 1) :] = 0
    return [Clip(frames=frames, fps=FPS)]


def other_people(question: StoryQuestion, truth: StoryTruth) -> Answer:
    """From the second shot on somebody else, in other clothes, is filmed."""
    rng = np.random.default_rng((question.seed, 14))
    first = question.scenes[0].people[0]
    while True:
        other = sample_person(rng)
        if other.top_color != first.top_color and other.hair_color != first.hair_color:
            return _later(other, question, truth)


def exchanged_clothes(question: StoryQuestion, truth: StoryTruth) -> Answer:
    """From the second shot on top and bottom have each other's colour; a dress has the other
    one."""
    worn = question.scenes[0].people[0]
    colors = {"top_color": worn.bottom_color, "bottom_color": worn.top_color}
    return _later(dataclasses.replace(worn, **colors), question, truth)


def _later(person: Person, question: StoryQuestion, truth: StoryTruth) -> Answer:
    """The true first shot, and somebody in all others."""
    others = tuple(dataclasses.replace(each, people=(person,)) for each in question.scenes[1:])
    frames = np.concatenate([truth.clip.frames[:SHOT], film(others).frames])
    return [Clip(frames=frames, fps=FPS)]


LIFELIKE_CONTROLS: Mapping[str, Mapping[str, Candidate]] = {
    "M3b": {
        "frozen": frozen,
        "other outcome": other_outcome,
        "late": late,
        "noise": noise,
        "dark": dark,
    },
    "M5b": {
        "frozen": frozen,
        "trace gone": forgotten,
        "trace elsewhere": elsewhere,
        "camera stays": stays_put,
        "noise": noise,
    },
    "M6b": {
        "another prompt": other_prompt,
        "wrong in what is asked": wrong_in_what_is_asked,
        "thing for person": thing_for_person,
        "noise": noise,
    },
    "M14": {
        "frozen": frozen,
        "other people": other_people,
        "exchanged clothes": exchanged_clothes,
        "noise": noise,
    },
}
"""Suite -> its wrong answers, by name. Each suite detects them by its first goal."""
