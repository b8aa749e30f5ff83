"""Results at other rates and shapes than the canvas: segments begin at their times, the frames and
the sound of given clips fit what is generated beside them."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest

from sorairo.generation.output.assembly import assemble
from sorairo.generation.output.delivery import deliver, segment_frames
from sorairo.generation.requests.animate import AnimateRequest
from sorairo.generation.requests.characters import CastRequest
from sorairo.generation.requests.edit import EditRequest
from sorairo.generation.requests.storyboard.request import Card, Storyboard
from sorairo.generation.tasks.extend import extend_forward
from sorairo.generation.tasks.layout import CanvasLayout, CanvasSpec
from sorairo.generation.tasks.registry import layout_of
from sorairo.video import Clip, Sound
from sorairo.video.resampling import onto

SPEC = CanvasSpec()
SMALL = CanvasSpec(area=64 * 64)
PICTURE = Clip(frames=np.zeros((1, 96, 96, 3), np.uint8), fps=12.0)


def resized(
    frames: np.ndarray, *, fps: float, width: int, height: int, fps_out: float, on_frames: object
) -> np.ndarray:
    """The frame on screen at each time, resized."""
    count = max(1, round(len(frames) / fps * fps_out))
    shown = np.floor(np.arange(count) / fps_out * fps + 1e-6).astype(int)
    return Clip(frames=frames[shown], fps=fps_out).resize(width, height).frames


def result(layout: CanvasLayout, frames: np.ndarray, width: int, height: int, fps: float) -> Clip:
    delivered = partial(deliver, upscale=resized, aspect=layout.aspect)
    return assemble(layout, frames, width=width, height=height, fps=fps, deliver=delivered)


def begins(layout: CanvasLayout, fps: float) -> np.ndarray:
    """When each segment begins, and when the last one ends (seconds)."""
    return np.cumsum([0, *segment_frames(layout, fps)]) / fps


@pytest.mark.parametrize("fps", [10.0, 24.0, 25.0, 30.0, 30000 / 1001, 60.0])
def test_rounding_does_not_add_up_over_segments(fps: float):
    cuts = np.arange(21) * 1.25
    cards = tuple(
        Card(start=start, end=end, prompt="a red ball")
        for start, end in zip(cuts, cuts[1:], strict=False)
    )
    board = layout_of(Storyboard(cards=cards), (), SPEC)
    assert np.abs(begins(board, fps) - cuts).max() <= 0.501 / fps
    request = AnimateRequest(at=tuple(np.arange(12) * 0.75), seconds=10)
    pictures = layout_of(request, [PICTURE] * 12, SPEC)
    assert np.abs(begins(pictures, fps)[:-1:2] - request.at).max() <= 0.501 / fps
    assert begins(pictures, fps)[-1] == pytest.approx(10, abs=0.501 / fps)


def test_the_exact_length_is_that_of_the_request():
    """2.54 s are 30 frames of the canvas, 2.5 s, and 61 at 24 a second."""
    cards = (Card(start=0, end=1, prompt="a red ball"), Card(start=1, end=2.54, prompt="a box"))
    for request, clips in (
        (Storyboard(cards=cards), []),
        (Storyboard(cards=cards, names=("box",)), [PICTURE]),
        (CastRequest(prompt="a red ball", seconds=2.54), [PICTURE]),
    ):
        assert sum(segment_frames(layout_of(request, clips, SPEC), 24.0)) == 61


@pytest.mark.parametrize("fps", [24.0, 60.0])
def test_what_follows_a_faster_clip_has_no_ghosts_of_its_last_frame(fps: float):
    """The canvas shows the clip's frame at the time of its own last one, which is earlier than the
    clip's last one. Motion between the two is no detail that the codec has lost."""
    noise = np.random.default_rng(0).normal(120, 6, (96, 96, 3))

    def ball(time: float) -> np.ndarray:
        y, x = np.mgrid[:96, :96]
        inside = (x - 40 - 60 * (time - 2)) ** 2 + (y - 50) ** 2 < 10**2
        return np.where(inside[..., None], (200, 30, 30), noise).clip(0, 255).astype(np.uint8)

    def continued(fps: float) -> np.ndarray:
        clip = Clip(frames=np.stack([ball(i / fps) for i in range(round(2 * fps))]), fps=fps)
        layout = extend_forward(clip, "a", spec=SMALL, num_frames=3)
        true = Clip(frames=np.stack([ball(2 + i / 12) for i in range(3)]), fps=12.0)
        canvas = [layout.given[0].frames, onto(true, layout.width, layout.height).frames]
        return result(layout, np.concatenate(canvas), 96, 96, 12.0).frames

    np.testing.assert_array_equal(continued(fps), continued(12.0))


def test_an_edit_of_a_span_does_not_interrupt_the_sound():
    tone = (np.sin(np.arange(4 * 48000) / 20) / 2).astype(np.float32)[:, None]
    frames = np.zeros((120, 64, 64, 3), np.uint8)
    clip = Clip(frames=frames, fps=30.0, sound=Sound(samples=tone))
    request = EditRequest(prompt="a", start=1.25, end=2.1)
    layout = layout_of(request, [clip], SMALL)
    assert len(layout.segments) == 3
    canvas = np.zeros((layout.num_frames, layout.height, layout.width, 3), np.uint8)
    sound = result(layout, canvas, 64, 64, 25.0).sound
    assert sound is not None
    np.testing.assert_array_equal(sound.samples, tone)


def test_a_region_is_cropped_as_its_pictures_are():
    """From 128x64 to 64x64, where the middle half of the picture is left."""
    clip = Clip(frames=np.full((12, 64, 128, 3), 50, np.uint8), fps=12.0)
    layout = layout_of(EditRequest(prompt="a", region="48,16,32,32"), [clip], SMALL)
    canvas = np.full((layout.num_frames, layout.height, layout.width, 3), 200, np.uint8)
    made = result(layout, canvas, 64, 64, 12.0).frames[0, ..., 0]
    inside = np.zeros((64, 64), bool)
    inside[16:48, 16:48] = True
    assert (made[~inside] == 50).all()
    assert (made[20:44, 20:44] == 200).all()
