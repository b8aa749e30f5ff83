"""Possible and impossible twins, told apart by the loss of denoising.

Two clips A and B of one scene differ in what goes behind the screen: its colour, its shape, or
whether there is anything. Cut where it is hidden and put together crosswise they make two clips
that cannot be. Each ending is possible after one beginning and impossible after the other, so
nothing in the pictures themselves tells them apart (as the quadruplets of IntPhys, Riochet et al.,
arXiv 1803.07616). The model is right if, the beginnings given, its loss on the endings is lower
where they are possible.
"""

from __future__ import annotations

import dataclasses

import numpy as np
import torch
from torch import Tensor

from sorairo.exam.held_out_scenes import FPS, film_of, masks_of
from sorairo.exam.perception.denoising_loss import latents_of, losses
from sorairo.exam.question import Question, Truth
from sorairo.exam.statistics import Verdict
from sorairo.generation.engine import Engine
from sorairo.world.tabletop.dynamics.simulate import simulate
from sorairo.world.tabletop.scene import CANVAS_WORLD, Scene

LEVELS = (0.4, 0.6, 0.75, 0.85, 0.95)  # of noise on the endings
CHANGES = ("color", "shape", "presence")
ALIKE = ("box", "cylinder")  # shapes that move alike: both slide
BEHIND = -80.0  # metres: where nobody sees it


def probe(engine: Engine, question: Question, truth: Truth) -> Verdict:
    """{"twins": 1 where the possible endings are likelier}; nothing if it is never hidden for a
    whole group of frames."""
    change = CHANGES[question.seed % len(CHANGES)]
    if change == "shape" and question.scene.bodies[0].shape not in ALIKE:
        change = "color"
    other = changed(question.scene, change, np.random.default_rng((question.seed, 9)))
    rollouts = truth.rollout, simulate(other, seconds=question.seconds, fps=FPS)
    group = engine.config.codec.time_factor
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
    """The scene with a body of another colour or shape, or with none to be seen."""
    body = scene.bodies[0]
    if what == "presence":
        x, _, z = body.position
        away = dataclasses.replace(body, position=(x, BEHIND, z))
        return dataclasses.replace(scene, bodies=(away,))
    names = {"color": CANVAS_WORLD.colors, "shape": ALIKE}[what]
    others = [name for name in names if name != getattr(body, what)]
    new = dataclasses.replace(body, **{what: others[int(rng.integers(len(others)))]})
    return dataclasses.replace(scene, bodies=(new,))


def hidden_group(masks: list[np.ndarray], group: int) -> int | None:
    """The first latent frame that begins while nothing is seen in any of the clips; None if there
    is none. Latent frame g begins with frame g group - group + 1."""
    seen = np.any([(each > 0).any((1, 2)) for each in masks], axis=0)
    for latent in range(2, (len(seen) - 1) // group + 1):
        first = latent * group - group + 1
        if not seen[first - 1 : first + 1].any():
            return latent
    return None


def _loss(engine: Engine, latents: Tensor, cut: int) -> float:
    """The mean loss on latent frames from `cut` on, those before being given, without words."""
    return float(np.mean(losses(engine, latents, "", LEVELS, given=cut)))
