"""Prompts for models of worlds whose words are tables of phrases."""

from __future__ import annotations

import pytest

from sorairo.generation.requests.characters import CastRequest
from sorairo.generation.requests.limits import Limits
from sorairo.generation.requests.reading import read_request
from sorairo.generation.requests.storyboard.request import Card, Storyboard
from sorairo.world import registry


@pytest.mark.parametrize(
    ("world", "prompt", "style", "texts"),
    [
        ("lifelike", "at night", "", ("a man walks, at night", "a woman waves, at night")),
        ("lifelike", "", "in the rain", ("a man walks, in the rain", "a woman waves, in the rain")),
        ("lifelike", "", "film_noir", ("a man walks", "a woman waves")),
        (
            "menagerie",
            "",
            "in_a_forest",
            ("a man walks, in a forest", "a woman waves, in a forest"),
        ),
        ("menagerie", "", "with soft shadows", ("a man walks", "a woman waves")),
        ("menagerie", "", "none", ("a man walks", "a woman waves")),
        ("crafter", "夜晚", "oil", ("a man walks, 夜晚", "a woman waves, 夜晚")),
    ],
)
def test_the_words_of_a_storyboard_are_in_every_card(
    world: str, prompt: str, style: str, texts: tuple[str, ...]
):
    """Names of styles, which these worlds do not have, are in none."""
    cards = [
        Card(start=i, end=i + 1, prompt=said)
        for i, said in enumerate(("a man walks", "a woman waves"))
    ]
    board = Storyboard(cards=tuple(cards), prompt=prompt, style=style)
    assert board.texts_in(world) == texts


@pytest.mark.parametrize("world", ["lifelike", "menagerie", "crafter"])
@pytest.mark.parametrize(
    ("said", "names", "unknown"),
    [
        ("Ruby and old Tom 小明", ("Ruby", "Old Tom", "小明"), []),
        ("Ruby and Zara", ("Ruby",), ["Ignored (unknown words): zara"]),
    ],
)
def test_names_of_characters_are_no_unknown_words(
    world: str, said: str, names: tuple[str, ...], unknown: list[str]
):
    prompt = f"{said}, {registry.language(world).examples[0]}"
    found = read_request(CastRequest(prompt=prompt, names=names), Limits(world=world))
    assert [str(each) for each in found.notes if each.startswith("Ignored")] == unknown
