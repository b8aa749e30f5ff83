"""An invalid request is refused with one sentence that names the nearest valid value."""

from __future__ import annotations

import dataclasses
import json
import math
from contextlib import suppress
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sorairo.errors import RequestError, SorairoError
from sorairo.generation.requests.base import MAX_COMMENT, InputFile, Request
from sorairo.generation.requests.bridge import ConnectRequest
from sorairo.generation.requests.generate import GenerateRequest
from sorairo.generation.requests.limits import Limits, own_size, parse_size
from sorairo.generation.requests.metadata import REQUEST_TYPES, read_comment, request_of
from sorairo.generation.requests.storyboard.request import Card, Storyboard
from sorairo.video import Clip

GOOD = GenerateRequest(prompt="a red ball drops")


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"prompt": "一个红色的球落下"},
        {"prompt": "🔴"},
        {"prompt": "7"},
        {"width": 512, "height": 120},
        {"seconds": 1 / 12},
        {"seconds": 49 / 12},
        {"seconds": 4.08},
        {"width": 512, "height": 2048},
        {"fps": 1.0},
        {"fps": 60.0},
        {"steps": 1, "guidance": 0.0, "seed": 2**63 - 1},
    ],
)
def test_valid_requests(changes: dict[str, Any]):
    dataclasses.replace(GOOD, **changes).validate()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"prompt": " \n"}, 'The prompt is empty: say what the clip should show, for example "'),
        ({"prompt": "!!!"}, "The prompt is empty"),
        ({"prompt": "\u200b\u2060\ufeff"}, "The prompt is empty"),
        ({"prompt": "。，…\u3000\u3164\u2800"}, "The prompt is empty"),
        ({"prompt": "x" * 2001}, "The prompt has 2001 characters: shorten it to 2000."),
        ({"negative": "x" * 2001}, "The negative prompt has 2001 characters"),
        ({"prompt": "bad \udc80 byte"}, "The prompt is not valid UTF-8 text"),
        ({"seconds": 0}, "A clip cannot last 0 seconds: choose more than 0 and at most 4.08."),
        ({"seconds": -1}, "A clip cannot last -1 seconds"),
        ({"seconds": math.nan}, "A clip cannot last nan seconds"),
        ({"seconds": math.inf}, "A clip cannot last inf seconds"),
        ({"seconds": 5}, "the longest is 4.08 seconds."),
        ({"fps": 0}, "0 frames per second is out of range: choose 1 to 60, for example 12."),
        ({"fps": math.nan}, "nan frames per second is out of range"),
        ({"width": 127, "height": 96}, "both sides are multiples of 2; the nearest is 128x96."),
        ({"width": 32, "height": 9999}, "the nearest is 512x2048."),
        ({"width": 2048, "height": 64}, "2048x64 is too narrow: the long side is at most 4 times"),
        ({"width": 2048, "height": 64}, "the short one, for example 2048x512."),
        ({"width": 64, "height": 300}, "for example 76x300."),
        ({"width": 128}, "Give both width and height, or neither."),
        ({"seed": -1}, "A seed is between 0 and 2**63 - 1; the nearest is 0."),
        ({"steps": 0}, "0 steps are out of range: choose 1 to 200, for example 1."),
        ({"steps": 1000}, "for example 200."),
        ({"guidance": -0.5}, "A guidance of -0.5 is out of range: choose 0 to 30"),
        ({"guidance": math.nan}, "A guidance of nan is out of range"),
    ],
)
def test_invalid_requests(changes: dict[str, Any], words: str):
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


def test_frames_are_seconds_times_rate():
    assert GOOD.num_frames == 48
    assert dataclasses.replace(GOOD, seconds=0.01).num_frames == 1


def test_a_request_reads_back_from_a_comment():
    request = dataclasses.replace(GOOD, prompt='一个红色的球 "quoted"', width=64, height=64)
    comment = request.to_comment(model_digest="abc")
    assert GenerateRequest.from_comment(comment) == request
    assert "红色" in comment


@pytest.mark.parametrize("comment", ["", "my holiday", "[1]", '{"sorairo": "generate"}'])
def test_a_comment_that_is_not_ours(comment: str):
    with pytest.raises(SorairoError):
        GenerateRequest.from_comment(comment)


def example(kind: type[Request]) -> Request:
    """A request of a kind, with something in most fields."""
    fields: dict[str, Any] = {
        "prompt": "一个红色的球",
        "style": "oil",
        "negative": "blue",
        "width": 640,
        "height": 360,
        "fps": 24.0,
        "seed": 7,
        "steps": 3,
        "guidance": 2.0,
        "inputs": (InputFile(name="a.mp4", sha256="0" * 64),),
    }
    own = {"extend": {"forward": 2.0}, "storyboard": {"cards": (Card(start=0.0, end=2.0),)}}
    return kind(**fields, **own.get(kind.command, {}))


@pytest.mark.parametrize("command", REQUEST_TYPES)
def test_every_kind_of_request_reads_back_from_a_comment(command: str):
    request = example(REQUEST_TYPES[command])
    assert read_comment(request.to_comment(model_digest="abc")) == request
    with pytest.raises(RequestError, match=f"of `sorairo {command}`"):
        type(request).from_comment(json.dumps({"sorairo": "another", "request": {}}))


@pytest.mark.parametrize("command", REQUEST_TYPES)
def test_every_kind_refuses_what_none_can_do(command: str):
    for changes in ({"width": 10_000}, {"fps": 0.5}, {"seed": -1}, {"negative": "x" * 3000}):
        with pytest.raises(RequestError):
            dataclasses.replace(example(REQUEST_TYPES[command]), **changes).validate()


def test_the_comment_of_a_long_storyboard_reads_back():
    """500 cards, all that there may be, of prompts that were expanded and read."""
    texts: dict[str, Any] = {
        "prompt": "红" * 250,
        "expanded": "a red ball " * 60,
        "read": "a red ball " * 20,
    }
    cards = tuple(Card(start=i / 4, end=(i + 1) / 4, **texts) for i in range(500))
    board = Storyboard(cards=cards)
    assert read_comment(board.to_comment(model_digest="abc")) == board


def test_a_comment_from_before_there_were_other_kinds():
    record = {"prompt": "a red ball", "fps": 12.0, "seconds": 4.0, "width": None, "seed": 3}
    old = json.dumps({"sorairo": "generate", "request": record, "model_digest": "abc"})
    as_written = {"rewrite": False, "vary": False}  # how clips were made then
    assert read_comment(old) == GenerateRequest(prompt="a red ball", seed=3, **as_written)


@pytest.mark.parametrize(
    ("prompt", "style", "text"),
    [
        ("a red ball", "", "a red ball"),
        ("a red ball.", "pixel_art", "a red ball, in pixel art"),
        ("a red ball", "with soft shadows", "a red ball"),
        ("a red ball", "cyberpunk, at dusk", "a red ball, neon style, at sunset"),
        ("一个红色的球。", "oil", "一个红色的球，油画风格"),
        ("", "with soft shadows", ""),
        ("a red ball", "none", "a red ball"),
    ],
)
def test_a_style_is_added_after_the_prompt(prompt: str, style: str, text: str):
    assert dataclasses.replace(GOOD, prompt=prompt, style=style).text == text


def test_a_new_prompt_drops_the_old_expansion():
    old = ConnectRequest(prompt="", prompt_a="a red ball", prompt_b="a cube", seed=4)
    assert old.scene == "a cube"
    new = old.reworded("a blue ball")
    assert (new.texts, new.seed) == (("a blue ball", "a blue ball"), 4)
    long = dataclasses.replace(GOOD, expanded="a red ball drops onto sand")
    assert (long.text, long.reworded("a cube").text) == ("a red ball drops onto sand", "a cube")


@given(st.integers(1, 20_000), st.integers(1, 20_000), st.sampled_from([0, 1024]))
def test_the_size_of_what_is_given_can_be_delivered(width: int, height: int, longest: int):
    size = own_size(width, height, longest=longest)
    request = dataclasses.replace(GOOD, width=size[0], height=size[1])
    if max(size) <= 4 * min(size):  # longer shapes are refused
        request.validate()
    if min(width, height) >= 64 and max(width, height) <= (longest or 2048):
        assert size == (width + width % 2, height + height % 2)


@pytest.mark.parametrize("command", REQUEST_TYPES)
@pytest.mark.parametrize(
    "value",
    [
        "9" * 5000,
        "-" + "9" * 5000,
        "[" * 20_000 + "]" * 20_000,
        '"\\ud800"',
        '{"deep": ' * 3000 + "1" + "}" * 3000,
        '"' + "x" * MAX_COMMENT + '"',
        "[]",
        "{}",
        "true",
    ],
    ids=["long", "negative", "deep", "surrogate", "deep-object", "huge", "list", "object", "bool"],
)
def test_a_comment_that_is_no_request_of_ours(command: str, value: str):
    """A file from anywhere is simply read, whatever its comment says."""
    frames = np.zeros((1, 8, 8, 3), np.uint8)
    fields = [field.name for field in dataclasses.fields(REQUEST_TYPES[command])]
    plain = f'{{"sorairo": "{command}", "request": {value}}}'
    for comment in (
        value,
        plain,
        f'{{"sorairo": {value}, "request": {{}}}}',
        *(f'{{"sorairo": "{command}", "request": {{"{name}": {value}}}}}' for name in fields),
    ):
        found = request_of(Clip(frames=frames, fps=12.0, metadata={"comment": comment}))
        if found is None:
            continue
        assert value in ("[]", "{}", "true")  # which are valid for a few fields
        assert isinstance(found.reworded(found.scene).text, str)
        with suppress(SorairoError):
            found.validate()
