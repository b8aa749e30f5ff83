"""Possible and impossible clips of one scene, compared by the model's denoising loss.

Two clips A and B of a scene differ in what moves behind the screen: its colour, its shape, or
whether there is anything. Cut while the object is hidden and joined crosswise, they give two
impossible clips. Each ending is possible after one beginning and impossible after the other, so the
pictures alone do not show which clips are impossible (as in the quadruplets of IntPhys, Riochet et
al., arXiv 1803.07616). The model is right if, with the beginnings given, its loss on the endings is
lower for the possible clips.
"""

from __future__ import annotations

import dataclasses

import numpy as np
import torch
from torch import Tensor

from sorairo.exam.held_out_scenes import FPS, film_of, masks_of
from sorairo.exam.perception.denoising_loss import latents_of, losses
from sorairo.exam.question import Sampling
from sorairo.exam.scene_question import SceneQuestion, SceneTruth
from sorairo.exam.statistics import Verdict
from sorairo.generation.engine import Engine
from sorairo.world.tabletop.dynamics.simulate import simulate
from sorairo.world.tabletop.scene import CANVAS_WORLD, Scene

SIGMAS = (0.4, 0.6, 0.75, 0.85, 0.95)  # noise levels of the endings
CHANGES = ("color", "shape", "presence")
SLIDING_SHAPES = ("box", "cylinder")  # these move in the same way
BEHIND = -80.0  # metres: out of sight


def probe(
    engine: Engine, question: SceneQuestion, truth: SceneTruth, _sampling: Sampling = Sampling()
) -> Verdict:
    """{"twins": 1 if the model finds the possible endings more likely}; empty if the object is
    never hidden when a latent frame begins."""
    change = CHANGES[question.seed % len(CHANGES)]
    if change == "shape" and question.scene.bodies[0].shape not in SLIDING_SHAPES:
        change = "color"
    other = changed(question.scene, change, np.random.default_rng((question.seed, 9)))
    rollouts = truth.rollout, simulate(other, seconds=question.seconds, fps=FPS)
    group = engine.model.codec.law.time_factor
    cut = hidden_group([masks_of(rollout) for rollout in rollouts], group)
    if cut is None:
        return {}
    clips = [latents_of(engine, film_of(rollout).frames) for rollout in rollouts]
    losses = {
        (begin, end): _loss(engine, torch.cat([clips[begin][:, :cut], clips[end][:, cut:]], 1), cut)
        for begin in (0, 1)
        for end in (0, 1)
    }
    possible = losses[0, 0] + losses[1, 1]
    return {"twins": float(possible < losses[0, 1] + losses[1, 0])}


def changed(scene: Scene, what: str, rng: np.random.Generator) -> Scene:
    """The scene with the body in another colour or shape, or out of sight."""
    body = scene.bodies[0]
    if what == "presence":
        x, _, z = body.position
        away = dataclasses.replace(body, position=(x, BEHIND, z))
        return dataclasses.replace(scene, bodies=(away,))
    names = {"color": CANVAS_WORLD.colors, "shape": SLIDING_SHAPES}[what]
    others = [name for name in names if name != getattr(body, what)]
    new = dataclasses.replace(body, **{what: others[int(rng.integers(len(others)))]})
    return dataclasses.replace(scene, bodies=(new,))


def hidden_group(masks: list[np.ndarray], group: int) -> int | None:
    """The first latent frame that begins while no body is visible in any of the clips, or None.

    Latent frame g begins with frame g * group - group + 1.
    """
    seen = np.any([(each > 0).any((1, 2)) for each in masks], axis=0)
    for latent in range(2, (len(seen) - 1) // group + 1):
        first = latent * group - group + 1
        if not seen[first - 1 : first + 1].any():
            return latent
    return None


def _loss(engine: Engine, latents: Tensor, cut: int) -> float:
    """The mean loss on the latent frames from `cut` on. Earlier ones are given; no prompt."""
    return float(np.mean(losses(engine, latents, "", SIGMAS, given=cut)))
