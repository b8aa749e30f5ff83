"""Prompts of a model that was trained on several worlds."""

from __future__ import annotations

import pytest

from sorairo.config import to_json
from sorairo.world import registry
from sorairo.world.joined_language import JoinedLanguage
from sorairo.world.protocol import Language
from sorairo.world.tabletop.scene import FIRST_LIGHT

BOTH = "tabletop+lifelike"


@pytest.fixture
def language() -> JoinedLanguage:
    found = registry.language(BOTH)
    assert isinstance(found, JoinedLanguage)
    assert isinstance(found, Language)
    return found


@pytest.mark.parametrize(
    ("prompt", "world"),
    [
        ("a red ball drops onto the sand", "tabletop"),
        ("a blue cube slides to the left on the checkerboard", "tabletop"),
        ("一个红色的球落到木地板上", "tabletop"),
        ("ball", "tabletop"),  # both know it
        ("a woman in a red dress walks through Venice at dusk", "lifelike"),
        ("a ball hits a pane of glass, which shatters", "lifelike"),
        ("一个穿红裙子的女人在公园里走", "lifelike"),
        ("a dog", "lifelike"),
    ],
)
def test_a_prompt_is_read_in_the_words_of_the_world_that_knows_most_of_it(
    language: JoinedLanguage, prompt: str, world: str
):
    assert language.world_of(prompt) == world
    assert language.read(prompt) == registry.language(world).read(prompt)
    assert language.parse(prompt).things == registry.language(world).parse(prompt).things
    assert language.expand(prompt, 3) == registry.language(world).expand(prompt, 3)


def test_unknown_words_are_named(language: JoinedLanguage):
    assert language.read("an astronaut rides a horse").unknown
    assert "astronaut" in language.read("an astronaut and a red ball").unknown
    assert not language.read("an astronaut").understood


def test_texts_of_two_worlds_cannot_share_a_scene(language: JoinedLanguage):
    ball = language.parse("a red ball drops onto the sand")
    woman = language.parse("a young woman in a red dress walks to the left in the park")
    assert not ball.may_share_scene(woman)
    assert ball.may_share_scene(language.parse("a red ball on the sand, at night"))
    assert not woman.may_share_scene(language.parse("an old man walks to the left in the park"))


def test_it_knows_the_words_styles_and_examples_of_all(language: JoinedLanguage):
    kinds = {(group.kind, group.value) for group in language.words()}
    assert {("shape", "cylinder"), ("place", "venice")} <= kinds
    assert language.style_words("pixel_art", "en") == "in pixel art"
    assert len(language.examples) == 6
    assert {language.world_of(each) for each in language.examples} == {"tabletop", "lifelike"}


def test_the_part_of_each_world_is_its_own(language: JoinedLanguage):
    part = {"tabletop": to_json(FIRST_LIGHT)}
    alone = registry.language("tabletop")
    prompt = "a red ball drops onto the snow"
    assert language.warnings(prompt, part) == alone.warnings(prompt, part["tabletop"])
    assert language.warnings(prompt, part) != language.warnings(prompt)
    assert language.read("a woman walks", part) == registry.language("lifelike").read(
        "a woman walks"
    )


def test_the_way_back_is_in_the_words_of_the_same_world(language: JoinedLanguage):
    text = "a young woman in a red dress walks to the left"
    assert language.returning(text) == "a young woman in a red dress walks to the right"
    assert "right" in language.returning("a red ball rolls to the left on the sand")
    assert registry.names_in(BOTH) == ("tabletop", "lifelike")
    assert registry.names_in(registry.NONE) == ()


@pytest.mark.parametrize(
    ("prompt", "text"),
    [
        ("a red ball falls", "a red ball falls down"),
        ("the pane of glass breaks", "the pane of glass shatters"),
        ("a chair tips over", "a chair falls over"),
        ("玻璃板打碎", "玻璃板碎了"),
    ],
)
def test_usual_words_of_events_of_things(prompt: str, text: str):
    assert registry.language("lifelike").read(prompt).text == text
