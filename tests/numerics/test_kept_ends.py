"""Where the latents that are kept with a result end, at every frame rate of the result."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from sorairo.generation.output.latent_cache import end_latents
from sorairo.generation.tasks.layout import (
    CanvasLayout,
    CanvasSpec,
    GeneratedSegment,
    GivenSegment,
    single_prompt,
)
from sorairo.generation.tasks.text import text_to_video
from sorairo.video import Clip
from sorairo.video.latent_sidecar import Latents
from sorairo.video.resampling import frames_at

SPEC = CanvasSpec(area=64 * 64)


def film(frames: int, fps: float, latents: Latents | None = None) -> Clip:
    return Clip(frames=np.zeros((frames, 64, 64, 3), np.uint8), fps=fps, latents=latents)


@pytest.mark.parametrize("fps", [1.0, 5.0, 10.0, 12.0, 24.0, 29.97])
@pytest.mark.parametrize("seconds", [2.75, 3.0, 3.25, 3.75])
def test_kept_latents_end_where_the_delivered_clip_does(fps: float, seconds: float):
    """A clip of 45 frames at 12 fps lasts 38 at 10 fps, as long as 46: latents that end before the
    clip does are not kept, and those that end after it say by how much."""
    count = round(seconds * 12)
    layout = text_to_video("a", spec=SPEC, size=(64, 64), num_frames=count)
    latent_frames = layout.latent_frames()
    number = torch.arange(float(len(latent_frames))).view(1, -1, 1, 1)
    kept = end_latents(layout, number, "a model", fps)
    length = frames_at(film(round(seconds * fps), fps), 12.0)
    ends = latent_frames[-1].first + 4
    assert (kept.tail is None) == (ends < length)
    if kept.tail is not None:
        last = latent_frames[int(kept.tail[0, -1, 0, 0])]
        assert last.first + 4 == length + kept.spare
        assert 0 <= kept.spare < 4


def test_kept_latents_of_a_given_end_move_with_it():
    """At 10 fps, 13 frames of the canvas before 44 take 11 frames, and all 48 last as long as 58 of
    the canvas: what ended a frame after the given clip ends with the result."""
    ends = Latents(model="a model", tail=np.zeros((1, 2, 1, 1), np.float16), spare=1)
    given = film(37, 10.0, ends)
    made = GeneratedSegment(first=0, last=13)
    prompts, prompt_weights = single_prompt("a", 57)
    layout = CanvasLayout(
        spec=SPEC,
        num_frames=57,
        width=64,
        height=64,
        prompts=prompts,
        prompt_weights=prompt_weights,
        segments=(made, GivenSegment(clip=given, edges=(13, None))),
    )
    kept = end_latents(layout, torch.zeros(1, 15, 1, 1), "a model", 10.0)
    assert kept.tail is not None
    assert (kept.tail.shape[1], kept.spare) == (2, 0)
