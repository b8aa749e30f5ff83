"""Names of characters are replaced by what their clips show."""

from __future__ import annotations

import numpy as np
import pytest

from sorairo.exam.held_out_scenes import film
from sorairo.generation.prompts.character_names import (
    describe_characters,
    description_of,
    mentioned,
    without_names,
)
from sorairo.video import Clip
from sorairo.world.tabletop.dynamics.sampling import sample_scene
from sorairo.world.tabletop.scene import STILL_LIFES, SceneConfig


def clip_of(color: str, shape: str) -> Clip:
    config = SceneConfig(
        **{
            **vars(STILL_LIFES),
            "colors": (color,),
            "shapes": (shape,),
            "lights": ("day",),
            "max_bodies": 1,
        }
    )
    return film(sample_scene(np.random.default_rng(3), config), 1 / 12)


@pytest.fixture(scope="module")
def red() -> Clip:
    return clip_of("red", "sphere")


def test_the_largest_thing_in_words(red: Clip):
    assert description_of(red) == "the red ball"
    assert description_of(red, chinese=True) == "红色的球"
    assert description_of(clip_of("blue", "cylinder")) == "the blue cylinder"
    nothing = Clip(frames=np.full((1, 96, 96, 3), 128, np.uint8), fps=12.0)
    assert description_of(nothing) == ""


@pytest.mark.parametrize(
    ("prompt", "said"),
    [
        ("Mossy rolls to the left", "the red ball rolls to the left"),
        ("mossy rolls, MOSSY bounces", "the red ball rolls, the red ball bounces"),
        ("Mossyfoot rolls", "Mossyfoot rolls"),
        ("Mossyé rolls", "Mossyé rolls"),
        ("Mossy在雪地上滚动", "红色的球在雪地上滚动"),
        ("a cube rolls", "a cube rolls"),
    ],
)
def test_every_mention_of_a_name(red: Clip, prompt: str, said: str):
    assert describe_characters(prompt, ("Mossy",), (red,)) == said


def test_several_names_and_odd_ones(red: Clip):
    blue = clip_of("blue", "box")
    replaced = describe_characters("A+ meets Mossy", ("A+", "Mossy"), (blue, red))
    assert replaced == "the blue cube meets the red ball"
    assert describe_characters("苔藓在草地上弹跳", ("苔藓",), (red,)) == "红色的球在草地上弹跳"
    assert describe_characters("nobody is here", ("", "  "), (blue, red)) == "nobody is here"


@pytest.mark.parametrize(
    ("prompt", "names", "said"),
    [
        ("Old Tom meets Tom", ("Tom", "Old Tom"), "the blue cube meets the red ball"),
        ("Ruby hits Ball", ("Ruby", "Ball"), "the red ball hits the blue cube"),
        ("小红球和小红", ("小红", "小红球"), "蓝色的立方体和红色的球"),
        ("Zoë and Zoëlle", ("Zoë", "Rex"), "the red ball and Zoëlle"),
        (
            "Captain Blue, Captain Bluebeard",
            ("Captain Blue", "Rex"),
            "the red ball, Captain Bluebeard",
        ),
        ("ルビーが転がる", ("ルビー", "Rex"), "红色的球が転がる"),
    ],
)
def test_names_in_names_and_in_descriptions(
    red: Clip, prompt: str, names: tuple[str, str], said: str
):
    """The longer name counts, and what a clip shows is no name."""
    assert describe_characters(prompt, names, (red, clip_of("blue", "box"))) == said


def test_a_name_within_another_is_not_mentioned():
    names = ("Tom", "", "Old Tom")
    assert mentioned("old tom rolls", names) == {2}
    assert mentioned("Tom and Old Tom", names) == {0, 2}
    assert without_names("Tom and Old Tom roll", names).split() == ["and", "roll"]


def test_a_character_that_is_given_twice_is_mentioned_twice():
    assert mentioned("Sky meets Ruby", ("Ruby", "Sky", " sky")) == {0, 1, 2}
    assert mentioned("Ruby rolls", ("Sky", "Sky", "Ruby", "")) == {2}
