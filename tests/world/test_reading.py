"""Prompts are read in words that the model was trained on; what is not known is named."""

from __future__ import annotations

import time

import numpy as np
import pytest

from sorairo.config import to_json
from sorairo.world import registry
from sorairo.world.tabletop.dynamics.sampling import sample_scene
from sorairo.world.tabletop.language.captions import LANGUAGES, caption, parse
from sorairo.world.tabletop.language.reading.compose import Sentence
from sorairo.world.tabletop.language.reading.lexicon import entries
from sorairo.world.tabletop.language.reading.read import TabletopReading, read
from sorairo.world.tabletop.language.reading.typos import corrected
from sorairo.world.tabletop.language.reading.variety import complete, vary
from sorairo.world.tabletop.scene import (
    CAMERAS,
    COLORS,
    CROWD_WORLD,
    EVENTS,
    FLOORS,
    LIGHTS,
    MATERIALS,
    SHAPES,
    SIZES,
    STYLE_NAMES,
    SceneConfig,
)

WHOLE = SceneConfig(styles=STYLE_NAMES)
WORDS = registry.language()


def ignored(found: TabletopReading) -> tuple[str, ...]:
    return found.unknown + found.unused


@pytest.mark.parametrize(
    ("prompt", "text", "without"),
    [
        ("a crimson orb plummets onto golden dunes", "a red ball drops onto the sand", ()),
        (
            "Watch a crimson orb plummet from the sky and bounce off golden dunes",
            "a red ball drops onto the sand",
            (),
        ),
        (
            "turquoise and cubic, chessboard, after dark, glides to the left",
            "a cyan cube slides to the left on a checkerboard at night",
            (),
        ),
        (
            "A lemon-coloured sphere trundles across the lawn at dusk",
            "a yellow ball rolls on the grass at sunset",
            (),
        ),
        (
            "A violet tin can goes round and round on a spinning plate, wooden boards underneath",
            "a purple cylinder turns on a turntable on a wooden floor",
            ("underneath",),
        ),
        (
            "emerald ball like a pendulum, over fresh snow, sketched in pencil",
            "a green ball swings on the snow, as a pencil drawing",
            (),
        ),
        ("a glass ball rolls", "a ball rolls", ("glass",)),
        ("3 red balls drop", "three red balls drop", ()),
        ("five cubes", "four cubes", ("five",)),
        ("a huge red ball quickly rolls and stops", "a large red ball rolls", ("quickly", "stops")),
        ("a green ball swings above the snow", "a green ball swings on the snow", ("above",)),
        ("a red cat drops", "a red ball drops", ("cat",)),
        ("a chrome ball rolls", "a metal ball rolls", ()),
        ("a yellow cone on marble", "a yellow ball on a marble floor", ("cone",)),
        ("a red ball rolls on a blue floor", "a red ball rolls", ("blue",)),
        ("a scarlet ball on a jade green lawn", "a red ball on the grass", ()),
        ("a red ball turns green", "a red ball", ("turns", "green")),
        ("a lemon falls", "a ball drops", ("lemon",)),
        ("a blue marble rolls on white marble", "a blue ball rolls on a marble floor", ()),
        ("a spehre on a woodden floor", "a ball on a wooden floor", ()),
        ("A red ball drops. The ball bounces.", "a red ball drops", ()),
        ("a scarlet sphere strikes an azure crate", "a red sphere hits a blue cube", ()),
        ("a dog and a crimson orb on the lawn", "a red ball on the grass", ("dog",)),
        (
            "a navy can slides left, the camera slowly circles to the right",
            "a blue cylinder slides to the left, the camera orbits right",
            ("slowly",),
        ),
        ("A red ball 从左边滚到右边", "a red ball rolls to the right", ()),
        ("after dark", "at night", ()),
        ("日落", "日落时", ()),
        ("日落，蓝球掉到沙地上", "日落时，一个蓝色的球落到沙地上", ()),
        ("在翠绿的草坪上，一个猩红色的小球向右滚动", "一个红色的小球在草地上向右滚动", ()),
        ("一个橙色的箱子嗖地滑过雪原", "一个橙色的立方体在雪地上滑动", ()),
        ("把那颗黄球抛接住再抛，沙滩", "一个黄色的球在沙地上一次次被抛起", ()),
        ("像素风，红球在草地上滚动", "一个红色的球在草地上滚动，像素风格", ()),
        ("一只小猫在雪地上", "草地上有一个球", None),
        ("一個紅色的圓球落到雪地上", "一个红色的球落到雪地上", ()),
        ("3个红球落下", "三个红色的球落下", ()),
    ],
)
def test_words_that_mean_the_same_are_read(prompt: str, text: str, without: tuple | None):
    found = read(prompt)
    if without is None:  # one-character words inside others: a cat, not a small thing
        assert found.unknown == ("小猫",)
        return
    assert (found.text, ignored(found)) == (text, without)
    assert found.understood
    assert read(found.text).text == found.text


@pytest.mark.parametrize("language", LANGUAGES)
def test_captions_stay_as_they_are(language: str):
    rng = np.random.default_rng(0)
    for _ in range(300):
        scene = sample_scene(rng, WHOLE)
        for detail in ("short", "long"):
            text = caption(scene, rng, language=language, detail=detail)
            found = read(text)
            assert (found.text, ignored(found), found.understood) == (text, (), True)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sentence_says_what_it_was_written_from(language: str):
    rng = np.random.default_rng(1)

    def one(options) -> str:
        return options[int(rng.integers(len(options)))]

    for _ in range(300):
        event = one([None, *(event for event in EVENTS if event != "collide")])
        said = Sentence(
            body=(one(SHAPES), one(list(COLORS)), one([None, *SIZES]), one([None, *MATERIALS])),
            count=int(rng.integers(1, 5)),
            event=event,
            heading=one([None, "left", "right"]) if event in ("roll", "slide", "throw") else None,
            floor=one([None, *FLOORS]),
            light=one([None, *LIGHTS]),
            style=one([None, *STYLE_NAMES[1:]]),
            camera=one([None, *CAMERAS]),
        )
        text = said.write(language)
        found = parse(text)
        assert read(text).text == text
        assert found.bodies == (said.body,) * said.count, text
        for name in ("event", "heading", "floor", "light", "style", "camera"):
            assert getattr(found, name) == getattr(said, name), text


@pytest.mark.parametrize(
    ("prompt", "unknown"),
    [
        ("飞机", "飞机"),
        ("上方", "上方"),
        ("大海", "大海"),
        ("一只小猫", "小猫"),
        ("a grassy-eyed qwertz", None),
    ],
)
def test_known_parts_of_unknown_words_mean_nothing(prompt: str, unknown: str | None):
    found = read(prompt)
    if unknown is not None:
        assert (found.unknown, found.understood) == ((unknown,), False)
    assert "qwertz" not in found.text


@pytest.mark.parametrize(
    "word", ["glass", "clocks", "dessert", "slices", "filling", "bellow", "mice"]
)
def test_words_that_are_spelt_nearly_alike_are_no_friends(word: str):
    assert corrected(word) is None


@pytest.mark.parametrize(
    ("word", "known"), [("yelow", "yellow"), ("spehre", "sphere"), ("cylindre", "cylinder")]
)
def test_typing_errors_in_long_words_are_read(word: str, known: str):
    assert corrected(word) == known


@pytest.mark.parametrize(
    "prompt", ["a cat looks around", "猫在看窗外", "two", "a huge tower", "Paris"]
)
def test_a_prompt_of_which_nothing_is_known(prompt: str):
    assert not WORDS.read(prompt).understood
    assert all(WORDS.read(example).understood for example in WORDS.examples)
    assert all(WORDS.read(example).text == example for example in WORDS.examples)


@pytest.mark.parametrize("prompt", ["!!!", "", "\u200b", "？。", " \n "])
def test_a_prompt_without_words(prompt: str):
    assert WORDS.read(prompt).empty


def test_full_width_letters_are_known():
    prompt = "ａ ｒｅｄ ｂａｌｌ ｄｒｏｐｓ"
    assert (read(prompt).text, ignored(read(prompt))) == (prompt, ())


def test_what_the_model_was_not_trained_on_is_left_out_and_named():
    found = WORDS.read("a white ball and a red box on the grass", to_json(CROWD_WORLD))
    assert found.text == "a ball and a red box on the grass"
    (note,) = found.notes
    assert "color 'white'" in note
    assert WORDS.read("a black pill rolls", to_json(CROWD_WORLD)).text == "a cylinder rolls"
    assert WORDS.read("a white ball").text == "a white ball"


def test_names_of_characters_are_kept():
    found = read("Ruby plummets onto the beach with 红豆", None, ("Ruby", "红豆"))
    assert found.text == "ruby drops onto the sand with 红豆"


def test_no_phrase_means_two_things():
    table = entries()
    assert len(table) > 2000
    for prompt in ("crimson", "scarlet ball", "an ebony cube"):
        assert read(prompt).understood
    started = time.perf_counter()
    read("a crimson orb plummets onto golden dunes " * 20)
    assert time.perf_counter() - started < 1


@pytest.mark.parametrize("prompt", ["a red ball rolls", "一个红色的球滚动", "a crimson ball rolls"])
def test_what_is_open_is_drawn_from_the_seed(prompt: str):
    text = read(prompt).text
    varied = [vary(text, seed, CROWD_WORLD) for seed in range(12)]
    assert varied == [vary(text, seed, CROWD_WORLD) for seed in range(12)]
    said = [parse(each) for each in varied]
    assert {each.bodies[0][:2] for each in said} == {("sphere", "red")}
    assert {each.event for each in said} == {"roll"}
    assert {each.heading for each in said} == {"left", "right"}
    assert {each.bodies[0][2] for each in said} == {"small", None}
    assert len({each.floor for each in said}) > 3
    assert all(read(each).text == each for each in varied)


@pytest.mark.parametrize(
    "prompt",
    [
        "a small red ball rolls to the left on the sand",
        "a red ball and a blue cube",
        "a red ball on the sand",
        "a red ball rolls to the left, then to the right",
        "a red ball hits a blue cube",
        "at night",
    ],
)
def test_nothing_is_drawn_for_complete_prompts_and_for_several_things(prompt: str):
    assert vary(prompt, 3, CROWD_WORLD) == prompt


def test_a_shot_does_not_begin_with_what_is_said_later():
    rolls, night = "a green ball rolls on the sand", "a green ball rolls on the sand at night"
    assert complete([rolls, night]) == (f"{rolls}, in daylight", night)
    first, second = complete([night, rolls])
    assert (first, parse(second).light) == (night, "night")
    assert complete([rolls, rolls]) == (rolls, rolls)
    moved = [parse(text) for text in complete(["红球滚动", "红球滚动，镜头向左环绕"])]
    assert [each.camera for each in moved] == ["still", "orbit_left"]
    assert complete(["", rolls]) == ("", rolls)


@pytest.mark.parametrize(
    ("text", "back"),
    [
        ("a blue box slides to the left on the sand", "a blue box slides to the right on the sand"),
        ("A ball rolls from left to right.", "A ball rolls from right to left."),
        ("一个蓝色的方块在沙地上向左滑动", "一个蓝色的方块在沙地上向右滑动"),
        ("a red ball drops, the camera orbits left", "a red ball drops, the camera orbits left"),
        ("a red ball rolls", "a red ball rolls"),
    ],
)
def test_the_way_back_of_a_loop(text: str, back: str):
    assert WORDS.returning(text) == back
    assert WORDS.returning(back) == text
