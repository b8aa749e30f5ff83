"""M3, laws: gravity, bounce, momentum and energy, fitted to what falls, rolls and slides.

A clip passes ("all") if it keeps every law that applies. Gravity and the bounce of a ball must be
within 10 % (the bounce of the true clip as the same parser sees it), the horizontal speed may
change in flight by 10 % of the greatest speed, and energy may rise by 5 %. A clip that cannot be
read keeps no law: one with no object or several, or in which the object jumps or hardly moves.
"""

from __future__ import annotations

import dataclasses

from sorairo.exam.held_out_scenes import FPS, scenes
from sorairo.exam.perception.motion_laws import apex_rise, fit_fall, speed_rise
from sorairo.exam.perception.tracking import in_metres, see
from sorairo.exam.question import Answer
from sorairo.exam.scene_question import SceneQuestion, SceneTruth, scene_questions
from sorairo.exam.statistics import Goal, Verdict
from sorairo.exam.suite import Suite
from sorairo.world.tabletop.dynamics.placement import GRAVITY
from sorairo.world.tabletop.scene import FIRST_LIGHT

SECONDS = 3.0
WITHIN, RISE = 0.10, 0.05
MOVES = 0.5  # of the true object's reach: with less, a clip does not show what the prompt says
LAWFUL = dataclasses.replace(FIRST_LIGHT, events=("drop", "drop", "roll", "slide"))


def questions(count: int) -> list[SceneQuestion]:
    return scene_questions("M3", scenes(count, LAWFUL, skip=21_000), seconds=SECONDS, given=1)


def judge(question: SceneQuestion, answer: Answer, truth: SceneTruth) -> Verdict:
    (clip,) = answer
    scene = question.scene
    depth, falls = scene.bodies[0].position[1], scene.event == "drop"
    seen, true = see(clip.frames, question.scene.look), truth.seen
    places = in_metres(seen.track, depth)
    rise = apex_rise(places) if falls else speed_rise(places, FPS)
    kept = {"energy": rise <= RISE}
    readable = seen.followed and seen.reach >= MOVES * true.reach
    if falls:
        fall = fit_fall(places, FPS)
        readable = readable and fall.gravity is not None
        kept["gravity"] = _near(fall.gravity, GRAVITY)
        kept["momentum"] = fall.sideways is not None and fall.sideways <= WITHIN
        bounce = fit_fall(in_metres(true.track, depth), FPS).restitution
        if scene.bodies[0].shape == "sphere" and bounce is not None:
            kept["restitution"] = _near(fall.restitution, bounce)
    verdict = {name: float(right and readable) for name, right in kept.items()}
    return {**verdict, "unreadable": float(not readable), "all": min(verdict.values())}


def _near(value: float | None, wanted: float) -> bool:
    return value is not None and abs(value - wanted) <= WITHIN * wanted


SUITE = Suite(
    name="M3",
    title="Laws",
    count=256,
    questions=questions,
    judge=judge,
    goals=(
        Goal(measure="all", least=0.5, share=True),
        Goal(measure="gravity", share=True),
        Goal(measure="restitution", share=True),
        Goal(measure="momentum", share=True),
        Goal(measure="energy", share=True, anchors="Morpheus: best models .51-.70, real .86-.99"),
        Goal(measure="unreadable", share=True, anchors="Morpheus: 21-56 % of falling clips"),
    ),
)
