"""Requests with given footage: what is refused before anything is loaded."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sorairo.errors import RequestError
from sorairo.generation.requests.animate import AnimateRequest
from sorairo.generation.requests.base import InputFile, Request
from sorairo.generation.requests.bridge import ConnectRequest, LoopRequest
from sorairo.generation.requests.edit import EditRequest
from sorairo.generation.requests.extend import ExtendRequest
from sorairo.generation.requests.limits import Limits
from sorairo.generation.requests.region import parse_region
from sorairo.video import Clip

NAN = float("nan")
A, B = InputFile(name="a.mp4", sha256=""), InputFile(name="b.png", sha256="")
EDIT = EditRequest(prompt="a blue ball", inputs=(A,))


def clip(width: int = 80, height: int = 60, *, frames: int = 24, shade: int = 0) -> Clip:
    return Clip(frames=np.full((frames, height, width, 3), shade, np.uint8), fps=12.0)


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        (ExtendRequest(), "forward or backward, in seconds, above 0"),
        (ExtendRequest(forward=-1), "An extension cannot last -1 seconds"),
        (ExtendRequest(forward=1, backward=NAN), "An extension cannot last nan seconds"),
        (ExtendRequest(backward=500), "the longest is 4.08"),
        (ExtendRequest(forward=1, start=2, end=1), "There is nothing from 2 s to 1 s"),
        (ConnectRequest(curve=(0.5,)), "A curve has at least two numbers"),
        (ConnectRequest(curve=(0, 1.5)), "A curve has at least two numbers"),
        (LoopRequest(seconds=0), "A bridge cannot last 0 seconds"),
        (ConnectRequest(seconds=-3), "A bridge cannot last -3 seconds"),
        (ConnectRequest(prompt_b="x" * 2001), "The second prompt has 2001 characters"),
        (AnimateRequest(seconds=0), "A clip cannot last 0 seconds"),
        (AnimateRequest(at=(0, 5)), "A picture at 5 s lies outside the clip"),
        (AnimateRequest(at=(-0.5,)), "A picture at -0.5 s lies outside the clip"),
        (AnimateRequest(at=(NAN,)), "A picture at nan s lies outside the clip"),
        (AnimateRequest(at=(1, 1.01)), "Two pictures are at 1.01 s"),
        (AnimateRequest(at=(3.95, 4)), "Two pictures are at 4 s"),
        (AnimateRequest(at=()), "Give a picture"),
        (AnimateRequest(strength=(0.0,)), "A picture's strength of 0 is out of range"),
        (AnimateRequest(strength=(NAN,)), "A picture's strength of nan is out of range"),
        (AnimateRequest(strength=(1.0, 0.5)), "There are 1 pictures and 2 strengths"),
        (dataclasses.replace(EDIT, prompt=" "), "The prompt is empty"),
        (dataclasses.replace(EDIT, strength=1.2), "A strength of 1.2 is out of range"),
        (dataclasses.replace(EDIT, strength=NAN), "A strength of nan is out of range"),
        (dataclasses.replace(EDIT, start=2, end=1), "There is nothing from 2 s to 1 s"),
        (dataclasses.replace(EDIT, start=-1), "There is nothing from -1 s to the end"),
        (dataclasses.replace(EDIT, region=""), "'' is not a region: write x,y,width,height"),
        (dataclasses.replace(EDIT, region="1,2,3"), "'1,2,3' is not a region"),
        (dataclasses.replace(EDIT, region="1,2,3,-4"), "'1,2,3,-4' is not a region"),
    ],
)
def test_invalid_requests(request_: Request, words: str):
    with pytest.raises(RequestError) as caught:
        request_.validate()
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("changes", "clips", "words"),
    [
        ({}, [clip(1, 1)], "a.mp4 has 1x1 pixels, too few to see anything"),
        ({"start": 3.0}, [clip()], "3 s lies outside the clip, which lasts 2 s."),
        ({"end": 9.0}, [clip()], "9 s lies outside the clip, which lasts 2 s."),
        ({}, [clip(16, 16, frames=1500)], "125 seconds are too long to change at once"),
        ({"region": "70,0,20,20"}, [clip()], "reaches beyond the picture, which has 80x60 pixels"),
        ({"region": "0%,50%,10%,51%"}, [clip()], "reaches beyond the picture"),
        ({"region": "5,5,0,5"}, [clip()], "contains no pixels"),
        ({"inputs": (A, B)}, [clip(), clip(60, 80)], "The mask has 60x80 pixels and the clip"),
        ({"inputs": (A, B)}, [clip(), clip()], "The mask is black everywhere"),
    ],
)
def test_requests_that_do_not_fit_the_clip(changes: dict[str, Any], clips: list[Clip], words: str):
    request = dataclasses.replace(EDIT, **changes)
    request.validate()
    with pytest.raises(RequestError) as caught:
        request.validate_inputs(clips)
    assert words in str(caught.value)


def test_a_part_of_a_long_clip_can_be_changed():
    long = clip(16, 16, frames=1500)
    dataclasses.replace(EDIT, start=4.0, end=10.0).validate_inputs([long])
    EDIT.validate_inputs([long], Limits(max_edited=125.0))


def test_a_clip_is_not_animated():
    with pytest.raises(RequestError, match="is a clip of 24 frames, not a picture: continue it"):
        AnimateRequest(inputs=(A,)).validate_inputs([clip()])


def test_a_mask_of_another_size_is_brought_to_the_clip():
    drawn = clip(160, 120, frames=1)
    drawn.frames[:, :, 80:] = 255
    mask = dataclasses.replace(EDIT, inputs=(A, B)).mask([clip(), drawn])
    assert mask is not None
    assert np.array_equal(mask, parse_region("50%,0,50%,100%", 80, 60).mask(80, 60))


@given(
    st.integers(16, 2000), st.integers(16, 2000), st.tuples(*[st.floats(0, 1) for _ in range(4)])
)
def test_a_region_in_percent_is_that_part_of_any_picture(width: int, height: int, share: Any):
    x, y, w, h = share[0] * 0.8, share[1] * 0.8, 0.1 + share[2] * 0.1, 0.1 + share[3] * 0.1
    text = ",".join(f"{each * 100:.4f}%" for each in (x, y, w, h))
    mask = parse_region(text, width, height).mask(width, height)
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    assert mask.sum() == len(rows) * len(columns)
    assert abs(columns[0] - x * width) <= 0.51
    assert abs(columns[-1] + 1 - (x + w) * width) <= 0.51
    assert abs(rows[0] - y * height) <= 0.51
    assert abs(rows[-1] + 1 - (y + h) * height) <= 0.51
