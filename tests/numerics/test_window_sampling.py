"""Filling window by window: what the model sees of the canvas in a window, and what is written."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from sorairo.flow.schedules import sampling_sigmas
from sorairo.generation.canvas.canvas import Canvas, Stack
from sorairo.generation.canvas.encode import encode_layout
from sorairo.generation.sampling.temporal_windows import windows
from sorairo.generation.sampling.window_sampling import HISTORY, Sampling, fill
from sorairo.generation.tasks.layout import CanvasLayout, CanvasSpec, GivenFrames, Keyframe
from sorairo.models.tabletop import POSITIONS

SPEC = CanvasSpec(multiple=16)


def encode(frames: np.ndarray) -> Tensor:
    """Every latent of a latent frame is the mean of its frames."""
    means = torch.from_numpy(frames).float().mean((1, 2, 3)).unflatten(0, (-1, 4)).mean(1)
    return means[None, :, None, None].expand(2, -1, 2, 2)


def story(**also) -> CanvasLayout:
    """Three shots of 25 frames; the second begins with a given frame of 200."""
    given = GivenFrames(first=25, frames=np.full((1, 16, 16, 3), 200, np.uint8))
    return CanvasLayout(
        spec=SPEC,
        num_frames=75,
        width=16,
        height=16,
        prompts=("a", "b", "c"),
        prompt_weights=np.repeat(np.eye(3, dtype=np.float32), 25, axis=0),
        segments=(),
        given=(given,),
        shots=(0, 25, 50),
        **also,
    )


def filled(layout: CanvasLayout) -> tuple[list[Canvas], Canvas]:
    """The windows as the model saw them, and the result of a model that says velocity 1."""
    seen: list[Canvas] = []

    def velocity_of(stack: Stack):
        seen.extend(stack.canvases)
        return lambda x, sigma: torch.ones_like(x)

    sampling = Sampling(
        sigmas=sampling_sigmas(3), solver="euler", generators=[torch.Generator().manual_seed(0)]
    )
    canvas = encode_layout(layout, encode, latent_channels=2, patch=2, positions=POSITIONS)
    *_, last = fill([canvas], velocity_of, sampling, windows(layout))
    assert last.done == 3 * len(windows(layout))
    return seen, last.canvases[0]


def test_a_shot_uses_its_own_text_from_its_first_frame_on():
    canvas = encode_layout(story(), encode, latent_channels=2, patch=2, positions=POSITIONS)
    shots = [each.shot for each in story().latent_frames()]
    assert torch.equal(canvas.prompt_weights, torch.eye(3)[shots])


def test_windows_see_earlier_shots_held_with_a_little_noise():
    seen, canvas = filled(story())
    assert [part.prompts for part in seen] == [("a",), ("a", "b"), ("a", "b", "c")]
    third = seen[2]
    noise = [HISTORY] * 3 + [0.0] + [HISTORY] * 2  # the second shot's first frame was given
    assert third.sigma_start[:6].flatten().tolist() == pytest.approx(noise)
    assert torch.equal(third.sigma_end[:6], third.sigma_start[:6])
    assert torch.equal(third.latents[:, :3], canvas.latents[:, :3])
    assert torch.equal(third.latents[:, 3:6], canvas.latents[:, 7:10])
    assert bool((third.latents[:, 6:] == 0).all())
    assert torch.equal(canvas.latents[:, 7], torch.full((2, 2, 2), 200.0))


def test_a_keyframe_moves_with_its_shot_and_is_seen_by_no_other():
    picture = np.full((16, 16, 3), 90, np.uint8)
    seen, _ = filled(story(keyframes=(Keyframe(at=60, picture=picture),)))
    assert [len(part.reference_tokens) for part in seen] == [0, 0, 1]
    third = seen[2]
    begins = third.positions[0, 6, 0, 0, 0]
    apart = third.reference_tokens[0].positions[0, 0, 0, 0] - begins
    assert float(apart) == pytest.approx(10 / 12 * POSITIONS.units_per_second, abs=1e-4)
    assert third.reference_tokens[0].prompt_weights.tolist() == [[0, 0, 1]]


def test_what_is_all_given_is_not_sampled():
    clip = GivenFrames(first=0, frames=np.full((25, 16, 16, 3), 30, np.uint8))
    layout = story()
    seen, canvas = filled(CanvasLayout(**{**vars(layout), "given": (clip, *layout.given)}))
    assert len(seen) == 2
    assert torch.equal(canvas.latents[:, :7], torch.full((2, 7, 2, 2), 30.0))
