"""A prompt for another model: the note that names it."""

from __future__ import annotations

import pytest

from sorairo.generation.prompts.other_models import has_unknown, other_model
from sorairo.notes import Note
from sorairo.world import registry

OTHERS = {"people": "lifelike", "both": "tabletop+lifelike", "open": registry.NONE}


@pytest.mark.parametrize(
    "prompt",
    [
        "a woman in a red dress walks through the park",
        "a man waves",
        "一个穿红裙子的女人在公园里走",
    ],
)
def test_the_model_that_knows_the_prompt_is_named(prompt: str):
    note = other_model([prompt], "tabletop", OTHERS)
    assert note is not None
    assert (note.code, note.values) == ("other_model", {"model": "people"})
    assert "--model people" in note


@pytest.mark.parametrize(
    ("prompt", "world"),
    [
        ("a red ball drops onto the sand", "tabletop"),  # all of it is known
        ("a zyzzyva", "tabletop"),  # nobody knows it
        ("a woman walks through the park", "tabletop+lifelike"),
        ("a woman walks through the park", registry.NONE),  # all words are
    ],
)
def test_no_model_is_named_where_none_knows_more(prompt: str, world: str):
    assert other_model([prompt], world, OTHERS) is None


def test_without_other_models_there_is_no_note():
    assert other_model(["a man waves"], "tabletop", {}) is None
    assert other_model(["a man waves"], "tabletop", {"open": registry.NONE}) is None


def test_names_of_characters_are_known_to_all():
    prompt = "Rosamund drops onto the sand"
    assert other_model([prompt], "tabletop", OTHERS, ("Rosamund",)) is None


def test_notes_on_what_is_not_known():
    assert has_unknown([Note("x", "unknown_words", words="cat")])
    assert not has_unknown(["x", Note("x", "read_as", text="x")])
