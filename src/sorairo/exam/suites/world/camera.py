"""M7, camera: the first frame and a camera move are given. Does the camera make that move, and does
the world keep its shape?

The camera's path is recovered from the floor (`exam.perception.camera_motion`): which move it is,
and for an orbit the angle in degrees, for a push or a pull the distance, compared with what the
prompt says. Nothing in the scene moves, so the true clip is what a true camera would see: its PSNR
("reprojection") may be 2 dB less than the codec's.

"closure" tests the way back: an orbit in the right direction is extended by an equal orbit in the
other direction, and the last frame is compared with the first (PSNR). It is measured for models
only, and not for clips in which the camera made another move: a clip in which nothing moves closes
best.
"""

from __future__ import annotations

import dataclasses

import numpy as np

from sorairo.exam.held_out_scenes import FPS, prompt_of, scenes
from sorairo.exam.perception.camera_motion import camera_path
from sorairo.exam.perception.tracking import see
from sorairo.exam.question import Answer, Sampling, at_size_of
from sorairo.exam.scene_question import SceneQuestion, SceneTruth, scene_questions
from sorairo.exam.statistics import Goal, Verdict
from sorairo.exam.suite import Suite
from sorairo.generation.engine import Engine
from sorairo.world.tabletop.camera import SHOTS
from sorairo.world.tabletop.scene import STILL_LIFES

SECONDS = 3.0
OPPOSITE = {"orbit_left": "orbit_right", "orbit_right": "orbit_left"}
FILMED = dataclasses.replace(
    STILL_LIFES,
    lights=("day",),
    sizes=("large",),
    materials=("rubber",),
    max_bodies=1,
    cameras=("orbit_left", "orbit_right", "push_in", "pull_back"),
)


def questions(count: int) -> list[SceneQuestion]:
    return scene_questions("M7", scenes(count, FILMED, skip=26_000), seconds=SECONDS, given=1)


def judge(question: SceneQuestion, answer: Answer, truth: SceneTruth) -> Verdict:
    (clip,) = answer
    path = camera_path(clip.frames, see(clip.frames, question.scene.look).masks)
    wanted = [SHOTS[question.scene.camera](frame / FPS) for frame in path.frames[1:]]
    error = np.square(clip.frames[1:] / 255.0 - truth.clip.frames[1:] / 255.0).mean()
    verdict = {
        "right move": float(path.move == question.scene.camera),
        "reprojection": float(-10 * np.log10(max(error, 1e-6))),
    }
    if question.scene.camera.startswith("orbit"):
        turns = path.azimuths[1:] - [shot.azimuth for shot in wanted]
        return verdict | {"degrees": float(np.degrees(np.abs(turns)).mean())}
    reaches = path.distances[1:] / [shot.distance for shot in wanted] - 1
    return verdict | {"distance": float(np.abs(reaches).mean())}


def orbit_and_back(
    engine: Engine, question: SceneQuestion, truth: SceneTruth, sampling: Sampling = Sampling()
) -> Verdict:
    """{"closure": dB} of an orbit and its way back; empty if the first orbit is not the right
    move."""
    scene, options = question.scene, sampling.options(question.seed)
    if scene.camera not in OPPOSITE:
        return {}
    out = engine.animate(truth.given, question.prompt, seconds=SECONDS, **options)
    (seen,) = at_size_of([out], truth.answer)
    if camera_path(seen.frames, see(seen.frames, scene.look).masks).move != scene.camera:
        return {}
    back = dataclasses.replace(scene, camera=OPPOSITE[scene.camera])
    prompt = prompt_of(back, question.seed)
    clip = engine.extend(out, prompt, forward=SECONDS, **options)
    error = np.square(clip.frames[-1] / 255.0 - clip.frames[0] / 255.0).mean()
    return {"closure": float(-10 * np.log10(max(error, 1e-6)))}


SUITE = Suite(
    name="M7",
    title="Camera",
    count=64,
    quick=6,
    questions=questions,
    judge=judge,
    probe=orbit_and_back,
    goals=(
        Goal(measure="right move", least=0.8, share=True, anchors="WorldScore camera 22-40 of 100"),
        Goal(measure="degrees", most=2.0),
        Goal(measure="distance", most=0.05),
        Goal(measure="reprojection", below_codec=2.0),
        Goal(measure="closure", least=25.0),
    ),
)
