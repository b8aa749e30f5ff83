"""Which texts may be shots of one story of the lifelike world."""

from __future__ import annotations

import pytest

from sorairo.exam.suites.lifelike.same_person import questions
from sorairo.world.lifelike.language.parsing import parse
from sorairo.world.lifelike.language.service import LANGUAGE
from sorairo.world.phrases import says_otherwise


@pytest.mark.parametrize(
    ("one", "other", "may"),
    [
        ("a girl in a red coat walks to the left", "a girl in a red coat dances", True),
        ("a girl dances in a park", "The camera rises. A girl waves in a park", True),
        ("a girl in a red coat walks", "a girl in a blue coat walks", False),
        ("a girl in a red coat walks", "a girl in a coat and blue trousers walks", True),
        ("a girl in a red coat walks", "a girl in blue trousers walks", True),
        ("a girl with long black hair waves", "a girl with long hair dances", True),
        ("a girl with long black hair waves", "a girl with short hair dances", False),
        ("a girl waves in a park", "a girl waves in a forest", False),
        ("a girl waves after dark", "a girl waves at dusk", False),
        ("a girl waves", "a boy waves", False),
        ("a boy and a girl meet", "a girl waves", True),
        ("a boy carries a cat to the left", "a boy waves", True),
        ("a cat stands still", "a dog stands still", False),
        ("a red ball rolls", "a blue ball falls down and bounces", False),
        ("a red ball rolls", "a red ball falls down and bounces", True),
        ("a cat stands still", "it walks away", True),
        ("a woman waves", "a cup falls down", False),
    ],
)
def test_texts_of_one_scene(one: str, other: str, may: bool):
    assert parse(one).may_share_scene(parse(other)) is may
    assert parse(other).may_share_scene(parse(one)) is may


def test_the_shots_of_one_person_see_one_another():
    """The stories of the exam, of which every shot has another event."""
    for question in questions(6):
        meanings = [LANGUAGE.parse(prompt) for prompt in question.prompts]
        assert all(one.may_share_scene(other) for one in meanings for other in meanings)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a girl in a red coat", False),
        ("a girl in a blue coat", True),
        ("a girl in a coat in a park", True),
        ("a girl walks to the right", True),
        ("a girl with long hair walks to the left", False),
        ("a girl in a red coat and blue trousers", True),
    ],
)
def test_a_text_that_says_what_another_scene_does_not_show_is_told_apart(text: str, told: bool):
    whole = parse("a girl in a red coat and green trousers walks to the left in a forest")
    assert says_otherwise(parse(text).facts, whole.facts) is told
