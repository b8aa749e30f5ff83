"""A request that cannot be met is refused in one sentence that names what can."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sorairo.errors import RequestError, SorairoError
from sorairo.generation.request import GenerateRequest, Limits, nearest_native, parse_size

GOOD = GenerateRequest(prompt="a red ball drops")


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"prompt": "一个红色的球落下"},
        {"seconds": 1 / 12},
        {"seconds": 49 / 12},
        {"seconds": 4.08},
        {"width": 64, "height": 2048},
        {"fps": 1.0},
        {"fps": 60.0},
        {"steps": 1, "guidance": 0.0, "seed": 2**63 - 1},
    ],
)
def test_what_can_be_asked(changes: dict[str, Any]):
    dataclasses.replace(GOOD, **changes).validate()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"prompt": " \n"}, 'The prompt is empty: say what the clip should show, for example "'),
        ({"prompt": "x" * 2001}, "The prompt has 2001 characters: shorten it to 2000."),
        ({"negative": "x" * 2001}, "The negative prompt has 2001 characters"),
        ({"prompt": "bad \udc80 byte"}, "The prompt is not a text in UTF-8"),
        ({"seconds": 0}, "A clip cannot last 0 seconds: choose more than 0 and at most 4.08."),
        ({"seconds": -1}, "A clip cannot last -1 seconds"),
        ({"seconds": math.nan}, "A clip cannot last nan seconds"),
        ({"seconds": math.inf}, "A clip cannot last inf seconds"),
        ({"seconds": 5}, "the longest for now is 4.08 seconds."),
        ({"fps": 0}, "0 frames a second are out of range: choose 1 to 60, for example 12."),
        ({"fps": math.nan}, "nan frames a second are out of range"),
        ({"width": 127, "height": 96}, "both sides are multiples of 2; the nearest is 128x96."),
        ({"width": 32, "height": 9999}, "the nearest is 64x2048."),
        ({"width": 128}, "Give both width and height, or neither."),
        ({"seed": -1}, "A seed is between 0 and 2**63 - 1; the nearest is 0."),
        ({"steps": 0}, "0 steps are out of range: choose 1 to 200, for example 1."),
        ({"steps": 1000}, "for example 200."),
        ({"guidance": -0.5}, "A guidance of -0.5 is out of range: choose 0 to 30"),
        ({"guidance": math.nan}, "A guidance of nan is out of range"),
    ],
)
def test_what_cannot(changes: dict[str, Any], words: str):
    with pytest.raises(RequestError) as caught:
        dataclasses.replace(GOOD, **changes).validate()
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


@given(st.integers(-10, 5000), st.integers(-10, 5000))
def test_the_nearest_size_named_is_accepted(width: int, height: int):
    try:
        dataclasses.replace(GOOD, width=width, height=height).validate()
    except RequestError as error:
        named = str(error).rsplit(" ", 1)[-1].rstrip(".")
        width, height = parse_size(named)
        dataclasses.replace(GOOD, width=width, height=height).validate()


@given(st.floats(0.1, 1000), st.floats(1, 60))
def test_the_longest_seconds_named_are_accepted(seconds: float, fps: float):
    limits = Limits(max_frames=97, native_fps=23.976)
    try:
        dataclasses.replace(GOOD, seconds=seconds, fps=fps).validate(limits)
    except RequestError as error:
        longest = float(str(error).split(" is ")[-1].split()[0])
        dataclasses.replace(GOOD, seconds=longest, fps=fps).validate(limits)


@pytest.mark.parametrize("text", ["1280x720", "1280X720", " 1280 × 720 ", "1280*720"])
def test_sizes_are_read(text: str):
    assert parse_size(text) == (1280, 720)


@pytest.mark.parametrize("text", ["", "128", "128x", "axb", "-128x128", "128x128x3", "12.5x8"])
def test_what_is_not_a_size(text: str):
    with pytest.raises(RequestError, match="is not a size: write WIDTHxHEIGHT"):
        parse_size(text)


@pytest.mark.parametrize(
    ("asked", "native"),
    [
        ((1280, 720), (168, 96)),
        ((720, 1280), (96, 168)),
        ((2048, 2048), (128, 128)),
        ((96, 96), (96, 96)),
        ((640, 480), (168, 96)),
        ((640, 500), (128, 128)),
        ((2000, 200), (168, 96)),
    ],
)
def test_the_native_size_of_the_nearest_aspect_ratio(asked: Any, native: Any):
    sizes = [(128, 128), (96, 96), (168, 96), (96, 168)]
    assert nearest_native(*asked, sizes) == native


def test_frames_are_seconds_times_rate():
    assert GOOD.num_frames == 48
    assert dataclasses.replace(GOOD, seconds=0.01).num_frames == 1


def test_a_request_reads_back_from_a_comment():
    request = dataclasses.replace(GOOD, prompt="一个红色的球 \"quoted\"", width=64, height=64)
    comment = request.to_comment(model_digest="abc")
    assert GenerateRequest.from_comment(comment) == request
    assert "红色" in comment


@pytest.mark.parametrize("comment", ["", "my holiday", "[1]", '{"sorairo": "generate"}'])
def test_a_comment_that_is_not_ours(comment: str):
    with pytest.raises(SorairoError):
        GenerateRequest.from_comment(comment)
