"""The plan of a long clip: a sparse version of it, sampled first by the same model at fewer frames
a second, whose pictures then guide the clip as keyframes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sorairo.generation.tasks.layout import CanvasLayout, Keyframe

STRIDE = 8  # frames of the clip for each frame of the plan: 1.5 a second at 12
WINDOW = 24  # latent frames of a plan that the model sees at once: a minute
SPACING = 4  # frames of the plan from one keyframe to the next: 2.7 s
NOISE = 0.1  # noise level of these keyframes: they keep the layout, details are sampled again


def plan_of(layout: CanvasLayout) -> CanvasLayout | None:
    """The plan of a layout of more than two windows; None where it needs no plan, or cannot have
    one: loops, several shots, edits, models that know no sparse clips."""
    if not layout.spec.sparse_plans:
        return None
    count = len(layout.latent_frames())
    if count <= 2 * layout.spec.window or layout.cyclic or len(layout.shots) > 1:
        return None
    if any(given.strength for given in layout.given):
        return None
    spec = replace(layout.spec, fps=layout.spec.fps / STRIDE, window=WINDOW)
    frames = np.arange(0, layout.num_frames, STRIDE)
    pictures = [
        Keyframe(at=each.at / STRIDE, picture=each.picture, noise=each.noise)
        for each in layout.keyframes
    ]
    for given in layout.given:
        end = given.first + len(given.frames) - given.spare
        known = frames[(frames >= given.first) & (frames < end)]
        pictures += [
            Keyframe(at=frame / STRIDE, picture=given.frames[frame - given.first])
            for frame in known
        ]
    return replace(
        layout,
        spec=spec,
        num_frames=len(frames),
        prompt_weights=layout.prompt_weights[frames],
        segments=(),
        given=(),
        keyframes=tuple(pictures),
        padding_frames=spec.frames_per_latent_frame - 1,
    )


def follow_plan(layout: CanvasLayout, plan: np.ndarray) -> CanvasLayout:
    """The layout with keyframes from its plan (frames uint8 [n, H, W, 3]) where nothing is
    given."""
    keyframes = [
        Keyframe(at=index * STRIDE, picture=plan[index], noise=NOISE)
        for index in range(SPACING, len(plan), SPACING)
        if not any(
            given.first <= index * STRIDE < given.first + len(given.frames)
            for given in layout.given
        )
    ]
    return replace(layout, keyframes=(*layout.keyframes, *keyframes))
