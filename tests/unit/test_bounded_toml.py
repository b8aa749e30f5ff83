"""The TOML of a storyboard is bounded before it is parsed: whatever the text, the answer comes at
once."""

from __future__ import annotations

import time

import pytest

from sorairo.errors import RequestError
from sorairo.generation.requests.storyboard.bounded_toml import MAX_LENGTH, load_toml
from sorairo.generation.requests.storyboard.toml import MAX_CARDS, parse_storyboard

SECONDS = 2.0  # far above what bounded work takes, far below that of unbounded work


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("a" + ".a" * 60_000 + " = 1", "no names of more than"),
        ('"a"' + ' . "a"' * 30_000 + " = 1", "no names of more than"),
        ("[" + "a." * 60_000 + "a]", "no names of more than"),
        ("x = {" + "y." * 9 + "z = 1}", "no names of more than"),
        ("a = " + "[" * 20_000, "no deeper brackets"),
        ("a = [\n" + "[\n" * 20_000, "no deeper brackets"),
        ("a = " + "{a = " * 20_000, "no deeper brackets"),
        ('a = "' + r"\"" * 60_000, "Unterminated string"),
        ("a = " + "9" * 5_000, "a number is too long"),
        ("#" * (MAX_LENGTH + 1), "at most"),
        ("a" * 200_000, "Expected '='"),
        ("a" * 50 + " " * 200_000, "Expected '='"),
    ],
)
def test_hostile_text_is_refused_at_once(text: str, reason: str):
    start = time.monotonic()
    with pytest.raises(RequestError, match=reason):
        load_toml(text)
    assert time.monotonic() - start < SECONDS


@pytest.mark.parametrize(
    "prompt",
    [
        "a.b.c.d.e.f.g.h.i.j.k.l",
        "[[[[[[[[[[[[",
        "{{{{{{{{{{{{",
        "it's . . . . . . . . . . late",
        "#[[",
    ],
)
@pytest.mark.parametrize("quoted", ['"{}"', '"""{}"""', "'''{}'''"])
def test_prompts_may_have_dots_and_brackets(prompt: str, quoted: str):
    table = load_toml(f"[[card]]\r\nprompt = {quoted.format(prompt)}  # a.b\r\nseconds = 1\r\n")
    assert table == {"card": [{"prompt": prompt, "seconds": 1}]}


def test_the_number_of_cards_is_bounded():
    table = load_toml('[[card]]\nprompt="x"\n' * 10_000)
    with pytest.raises(RequestError, match=f"10000 cards: at most {MAX_CARDS}"):
        parse_storyboard({**table, "seconds": 60.0})
