"""Warnings about prompts, and prompts of models that were trained on no simulated world."""

import dataclasses
from pathlib import Path

import pytest

from sorairo.cli.prompt_warnings import prompt_warnings, read_prompts
from sorairo.config import to_json
from sorairo.errors import PromptNotUnderstoodError
from sorairo.generation.prompts.expansion import expanded
from sorairo.generation.requests.animate import AnimateRequest
from sorairo.generation.requests.bridge import ConnectRequest
from sorairo.generation.requests.characters import CastRequest
from sorairo.generation.requests.generate import GenerateRequest
from sorairo.generation.requests.limits import Limits
from sorairo.generation.requests.reading import read_request
from sorairo.generation.requests.storyboard.request import Card, Storyboard
from sorairo.generation.tasks.layout import CanvasSpec
from sorairo.generation.tasks.storyboard import storyboard
from sorairo.models import hub
from sorairo.world import registry
from sorairo.world.tabletop.scene import CROWD_WORLD, SceneConfig


def test_a_prompt_without_an_event_is_warned_of(tiny_model: Path):
    plain = hub.info(tiny_model)
    record = plain.record | {"training": {"scene": to_json(CROWD_WORLD)}}
    several = dataclasses.replace(plain, record=record)
    for prompt in ("a red ball on the sand", "一个红色的球在沙地上"):
        (warning,) = prompt_warnings(prompt, several)
        assert "No action" in warning
        assert prompt_warnings(prompt, plain) == []
    assert prompt_warnings("a red ball rolls to the left on the sand", several) == []


def test_the_names_of_characters_are_no_words_of_the_model(tiny_model: Path):
    model, card = hub.info(tiny_model), Card(start=0, end=2, prompt="Ruby drops onto the grass")
    for names, words in (((), "ruby"), (("Ruby",), "")):
        board = Storyboard(cards=(card,), names=names, rewrite=False)
        _, (notes,) = read_prompts([board], model, Limits(world=model.world))
        assert [note for note in notes if "not trained on these words" in note] == (
            [f"The model was not trained on these words: {words}"] if words else []
        )


def test_a_model_of_no_world_is_given_prompts_as_they_are(tiny_model: Path):
    plain = hub.info(tiny_model)
    config = plain.record["config"] | {"world": registry.NONE}
    model = dataclasses.replace(plain, record=plain.record | {"config": config})
    prompt = "a cat in Paris looks around"
    assert prompt_warnings(prompt, plain) != []
    assert prompt_warnings(prompt, model) == []
    assert expanded("a red ball", world=model.world).prompt == "a red ball"
    request = GenerateRequest(prompt=prompt, style="pixel_art")
    assert request.text == f"{prompt}, in pixel art"
    assert request.text_in(model.world) == f"{prompt}, pixel art"


def test_shots_of_a_model_of_no_world_may_all_show_one_scene():
    texts = ("a red ball on the grass", "a blue cube on the sand", "a red ball on the grass")
    cards = tuple(Card(start=i, end=i + 1, prompt=text) for i, text in enumerate(texts))
    board = Storyboard(cards=cards)
    spec = CanvasSpec()
    assert storyboard(board, spec=spec).related_shots == ((), (), (0,))
    open_spec = dataclasses.replace(spec, world=registry.NONE)
    assert storyboard(board, spec=open_spec).related_shots == ((), (0,), (1, 0))


def limits(trained_on: SceneConfig | None = CROWD_WORLD) -> Limits:
    record = None if trained_on is None else to_json(trained_on)
    return Limits(world=registry.DEFAULT, trained_on=record)


def test_all_prompts_of_a_request_are_read():
    cards = (
        Card(start=0, end=1, prompt="a crimson orb plummets"),
        Card(start=1, end=2, prompt="the red ball rolls"),
        Card(start=2, end=3, picture="ball.png"),
    )
    board = Storyboard(cards=cards, prompt="after dark", style="cyberpunk")
    read = read_request(board, limits())
    assert read.request.texts == (
        "a red ball drops, at night, neon style",
        "the red ball rolls, at night, neon style",
        "at night, neon style",
    )
    assert read.notes == ("Read as: at night", "Read as: a red ball drops")
    assert read.request.cards[0].prompt == "a crimson orb plummets"
    joined = ConnectRequest(prompt_a="a scarlet cube", prompt_b="a navy cube")
    assert read_request(joined, limits()).request.texts == ("a red cube", "a blue cube")
    cast = CastRequest(prompt="Ruby plummets", names=("Ruby",))
    assert read_request(cast, limits()).request.text == "ruby drops"


def test_reading_again_changes_nothing_and_a_new_prompt_or_seed_is_read_anew():
    request = GenerateRequest(prompt="a crimson orb rolls", seed=3)
    read = read_request(request, limits()).request
    assert "red ball" in read.read
    assert read_request(read, limits()).request == read
    assert read.reworded("a navy cube slides").read == ""
    other = read_request(dataclasses.replace(read, seed=4), limits()).request
    assert other.read != read.read
    still = dataclasses.replace(request, vary=False)
    assert read_request(still, limits()).request.read == "a red ball rolls"
    raw = dataclasses.replace(request, rewrite=False)
    assert read_request(raw, limits()).request.text == request.prompt


def test_only_requests_from_text_alone_are_varied_and_need_words():
    given = AnimateRequest(prompt="a crimson orb rolls", seed=3)
    assert read_request(given, limits()).request.read == "a red ball rolls"
    for prompt in ("", "!!!", "\u200b"):
        empty = dataclasses.replace(given, prompt=prompt)
        assert read_request(empty, limits()).request.read == ""
    with pytest.raises(PromptNotUnderstoodError, match="These prompts work"):
        read_request(dataclasses.replace(given, prompt="a cat looks around"), limits())
    with pytest.raises(PromptNotUnderstoodError):
        read_request(GenerateRequest(prompt="!!!"), limits())
    night = dataclasses.replace(given, prompt="after dark")
    assert read_request(night, limits()).request.read == "at night"


def test_an_unknown_style_is_named():
    request = GenerateRequest(prompt="a red ball", style="watercolour")
    read = read_request(request, limits())
    assert read.notes == ("Ignored (unknown style): watercolour",)
    assert read.request.text == "a red ball"
    card = Card(start=0, end=1, prompt="a red ball")
    cards = (card, dataclasses.replace(card, style="watercolour"))
    board = Storyboard(cards=cards, style="neon")
    assert read_request(board, limits()).notes == read.notes


def test_a_model_of_no_world_is_given_all_prompts():
    request = GenerateRequest(prompt="a cat in Paris looks around", seed=3)
    read = read_request(request, Limits(world=registry.NONE))
    assert (read.request, read.notes) == (request, ())


def test_a_prompt_of_which_nothing_is_left_is_not_understood():
    limits = Limits(world="tabletop", trained_on={"colors": ["red"], "shapes": ["sphere"]})
    with pytest.raises(PromptNotUnderstoodError):
        read_request(GenerateRequest(prompt="a white cone"), limits)
