"""Warnings about prompts, and prompts of models that were trained on no simulated world."""

import dataclasses
from pathlib import Path

from sorairo.cli.prompt_warnings import prompt_warnings
from sorairo.config import to_json
from sorairo.generation.prompts.expansion import expanded
from sorairo.generation.requests.generate import GenerateRequest
from sorairo.generation.requests.storyboard.request import Card, Storyboard
from sorairo.generation.tasks.layout import CanvasSpec
from sorairo.generation.tasks.storyboard import storyboard
from sorairo.models import hub
from sorairo.world import registry
from sorairo.world.tabletop.scene import CROWD_WORLD


def test_a_prompt_without_an_event_is_warned_of(tiny_model: Path):
    plain = hub.info(tiny_model)
    record = plain.record | {"training": {"scene": to_json(CROWD_WORLD)}}
    several = dataclasses.replace(plain, record=record)
    for prompt in ("a red ball on the sand", "一个红色的球在沙地上"):
        (warning,) = prompt_warnings(prompt, several)
        assert "No action" in warning
        assert prompt_warnings(prompt, plain) == []
    assert prompt_warnings("a red ball rolls to the left on the sand", several) == []


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
