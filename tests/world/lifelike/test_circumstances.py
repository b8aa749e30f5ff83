"""Places, weather, hours and colours as people write them."""

from __future__ import annotations

import pytest

from sorairo.world.lifelike.language import lexicon
from sorairo.world.lifelike.language.circumstances import PLACE_NOUNS, usual_circumstances
from sorairo.world.lifelike.language.parsing import parse
from sorairo.world.lifelike.language.service import LANGUAGE


@pytest.mark.parametrize(
    ("prompt", "read"),
    [
        ("walks through Venice at dusk", "walks in Venice at dusk"),
        ("runs down the busy street in the evening", "runs in a city street at dusk"),
        ("walks across the square at dusk", "walks on a square at dusk"),
        ("walks on the square", "walks on a square at dusk"),
        ("stands in the dark forest", "stands still in a forest"),
        ("a girl with golden hair waves in the dark", "a girl with blond hair waves after dark"),
        ("a boy in a navy blue coat", "a boy in a blue coat"),
        ("穿红裙子的小女孩在街上", "穿红色裙子的小女孩在城市街头"),
        ("小男孩在雨中跑", "小男孩下着雨跑"),
        ("小女孩走过大厅", "小女孩在大厅里"),
        ("walks through Venice at night", "walks in Venice after dark"),
        ("walks at night", "walks at night"),
        ("小女孩晚上在公园里跳舞", "小女孩天黑以后在公园里跳舞"),
        ("夜晚小女孩跳舞", "在夜里小女孩跳舞"),
        ("一个人在公园里挥手", "一个年轻女子在公园里挥手"),
        ("他坐在椅子上", "他坐下椅子上"),
        ("a girl in a red top", "a girl in a red t-shirt"),
        ("a boy in a dress shirt", "a boy in a t-shirt"),
        ("a boy and a girl wave", "a boy and a girl waves"),
        ("a couple meets", "two people walk up to each other and stop"),
    ],
)
def test_what_people_write_is_read_in_the_words_of_captions(prompt: str, read: str):
    reading = LANGUAGE.read(prompt)
    assert reading.text == read
    assert not reading.unknown
    assert parse(prompt).facts == parse(read).facts


@pytest.mark.parametrize("text", ["大家", "a house with a square window", "a field mouse", "街舞"])
def test_other_words_stay(text: str):
    assert usual_circumstances(text) == (text, ())


@pytest.mark.parametrize(
    ("prompt", "unknown"),
    [
        ("a girl with a top hat", ("top", "hat")),
        ("a cat on top of a table", ("top",)),
        ("a boy drops a vase", ("drops",)),
        ("a boy breaks his cup", ("breaks",)),
        ("人行道", ("行", "道")),
        ("没有人", ("没",)),
    ],
)
def test_what_the_world_does_not_know_is_not_read_as_what_it_knows(
    prompt: str, unknown: tuple[str, ...]
):
    reading = LANGUAGE.read(prompt)
    assert (reading.text, reading.unknown) == (prompt, unknown)
    assert not {kind[:3] for kind, _ in parse(prompt).facts} & {"eve", "wor"}


def test_a_note_names_what_is_written():
    (note,) = LANGUAGE.read("小女孩晚上在公园里跳舞").notes
    assert note == 'Read: "晚上" as "天黑以后"'


def test_hair_of_which_little_is_said_is_what_is_said():
    assert ("hair0", "red") in parse("a girl with red hair waves").facts
    assert ("hair0", "short") in parse("a girl with short hair waves").facts
    assert "hair0" not in dict(parse("a girl with hair waves").facts)


def test_phrases_of_captions_stay():
    tables = (lexicon.PLACES, lexicon.GROUNDS, lexicon.WEATHERS, lexicon.HOURS, lexicon.CAMERAS)
    for phrases in (each for table in tables for each in table.values()):
        for phrase in (*phrases["en"], *phrases["zh"]):
            assert usual_circumstances(phrase) == (phrase, ())


def test_every_place_but_the_night_has_nouns():
    assert PLACE_NOUNS.keys() == lexicon.PLACES.keys() - {"night"}


def test_a_place_has_its_own_nouns():
    for language in range(2):
        nouns = [noun for each in PLACE_NOUNS.values() for noun in each[language].split("|")]
        assert len(nouns) == len(set(nouns))
