"""The sparse plan of a long clip: the same model, at fewer frames a second."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from sorairo.generation.tasks.layout import CanvasLayout, Keyframe

STRIDE = 8  # frames of the clip for one of the plan: 1.5 a second at 12
WINDOW = 24  # latent frames of a plan that the model sees at once: a minute
PICTURES = 4  # frames of the plan from one picture that is kept to the next: 2.7 s
NOISE = 0.1  # of the plan's pictures: they lead, but details are made anew


def outline(layout: CanvasLayout) -> CanvasLayout | None:
    """The plan of a draft that the model does not see whole; None where there is no use for one."""
    groups = len(layout.groups())
    if groups <= 2 * layout.spec.window or layout.cyclic or len(layout.shots) > 1:
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
        known = frames[(frames >= given.first) & (frames < given.first + len(given.frames))]
        pictures += [
            Keyframe(at=frame / STRIDE, picture=given.frames[frame - given.first])
            for frame in known
        ]
    return replace(
        layout,
        spec=spec,
        num_frames=len(frames),
        prompt_weights=layout.prompt_weights[frames],
        pieces=(),
        given=(),
        keyframes=tuple(pictures),
        padding_frames=spec.group - 1,
    )


def led(layout: CanvasLayout, plan: np.ndarray) -> CanvasLayout:
    """The draft with pictures of its plan (frames uint8 [n, H, W, 3]) where nothing is given."""
    taken = [
        Keyframe(at=index * STRIDE, picture=plan[index], noise=NOISE)
        for index in range(PICTURES, len(plan), PICTURES)
        if not any(
            given.first <= index * STRIDE < given.first + len(given.frames)
            for given in layout.given
        )
    ]
    return replace(layout, keyframes=(*layout.keyframes, *taken))
