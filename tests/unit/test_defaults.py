"""The default size and frame rate of requests."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sorairo.generation.requests.animate import AnimateRequest
from sorairo.generation.requests.base import Request
from sorairo.generation.requests.bridge import ConnectRequest
from sorairo.generation.requests.defaults import generated_size, native_size, with_defaults
from sorairo.generation.requests.edit import EditRequest
from sorairo.generation.requests.extend import ExtendRequest
from sorairo.generation.requests.generate import GenerateRequest
from sorairo.generation.requests.limits import Limits, size_within
from sorairo.generation.requests.storyboard.request import Card, Storyboard
from sorairo.models.model_info import DeliveryDefaults
from sorairo.video import Clip

USUAL, AS_GENERATED = DeliveryDefaults(), DeliveryDefaults(size=None, fps=None)
STORY = Storyboard(cards=(Card(start=0.0, end=2.0, prompt="a red ball"),))
EXTEND = ExtendRequest(forward=1.0)


def footage(width: int, height: int, frames: int = 1) -> Clip:
    return Clip(frames=np.zeros((frames, height, width, 3), np.uint8), fps=15.0)


PICTURE, WIDE = footage(1600, 1200), footage(1200, 400)
FILM, SMALL = footage(300, 200, frames=3), footage(40, 80, frames=2)


@pytest.mark.parametrize(
    ("request_", "clips", "size", "fps"),
    [
        (STORY, [], (512, 512), 24),
        (AnimateRequest(), [PICTURE], (512, 384), 24),
        (AnimateRequest(), [footage(96, 96)], (512, 512), 24),
        (AnimateRequest(at=(0.0, 1.0)), [WIDE, PICTURE], (512, 172), 24),
        (EXTEND, [PICTURE], (512, 384), 24),
        (EXTEND, [FILM], (300, 200), None),
        (EXTEND, [SMALL], (64, 128), None),
        (EditRequest(prompt="a"), [PICTURE], (1024, 768), None),
        (EditRequest(prompt="a"), [FILM, PICTURE], (300, 200), None),
        (ConnectRequest(), [PICTURE, FILM], (1024, 768), None),
        (STORY, [PICTURE], (512, 384), 24),
        (STORY, [PICTURE, FILM, SMALL], (300, 200), None),
    ],
)
def test_default_sizes_and_rates(
    request_: Request, clips: list[Clip], size: tuple[int, int], fps: float | None
):
    """A rate of None is that of the clip that is given."""
    made = with_defaults(request_, clips, USUAL)
    assert ((made.width, made.height), made.fps) == (size, fps)
    made.validate()
    asked = replace(request_, width=80, height=64, fps=6.0)
    assert with_defaults(asked, clips, USUAL) == asked
    half = with_defaults(replace(request_, fps=6.0), clips, USUAL)
    assert ((half.width, half.height), half.fps) == (size, 6.0)


def test_a_model_may_deliver_its_native_size():
    for request, clips in ((STORY, []), (AnimateRequest(), [PICTURE])):
        made = with_defaults(request, clips, AS_GENERATED)
        assert (made.width, made.height, made.fps) == (None, None, None)
    assert with_defaults(EXTEND, [FILM], AS_GENERATED).width == 300


@given(st.integers(1, 5000), st.floats(0.25, 4))
def test_every_size_can_be_made(width: int, aspect: float):
    shape = (width, max(1, round(width / aspect)))
    assume(max(shape) <= 4 * min(shape))
    for made in (size_within(*shape, (512, 512)), native_size(shape, Limits())):
        replace(GenerateRequest(prompt="a"), width=made[0], height=made[1]).validate()


@pytest.mark.parametrize(
    ("shape", "native"),
    [(None, (96, 96)), ((512, 512), (96, 96)), ((1920, 1080), (142, 80)), ((900, 90), (256, 64))],
)
def test_the_models_own_size(shape: tuple[int, int] | None, native: tuple[int, int]):
    assert native_size(shape, Limits()) == native


def test_the_canvas_has_the_shape_of_the_input_or_of_the_requested_size():
    wide = replace(STORY, width=640, height=320)
    assert generated_size(GenerateRequest(prompt="a"), [], Limits()) == (96, 96)
    assert generated_size(wide, [], Limits()) == generated_size(wide, [PICTURE], Limits())
    assert generated_size(replace(EXTEND, width=64, height=64), [WIDE], Limits()) == (144, 48)
