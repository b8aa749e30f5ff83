"""Expanding a prompt adds to it and changes nothing that it says; equal seeds add the same."""

from __future__ import annotations

import dataclasses
import time

import numpy as np
import pytest

from sorairo.generation.prompts.expansion import expanded
from sorairo.world.tabletop.dynamics.events import EVENT_MAKERS
from sorairo.world.tabletop.dynamics.sampling import sample_scene
from sorairo.world.tabletop.language.captions import LANGUAGES, Assertions, caption, parse
from sorairo.world.tabletop.language.expansion import expand
from sorairo.world.tabletop.language.vocabulary import language_of
from sorairo.world.tabletop.scene import CANVAS_WORLD, FIRST_LIGHT, STYLE_NAMES, SceneConfig

FIELDS = ("event", "heading", "floor", "light", "camera", "style")
WHOLE = SceneConfig(styles=STYLE_NAMES)
FULL = "A red ball drops onto a wooden floor at night, the camera stays still."


def keeps(before: Assertions, after: Assertions) -> bool:
    """Whether all that was asserted still is, of the same bodies, and nothing became unknown."""
    same = before.count == after.count and before.unknown == after.unknown
    for old, new in zip(before.bodies, after.bodies, strict=False):
        same &= all(o in (None, n) for o, n in zip(old, new, strict=True))
    return same and all(getattr(before, f) in (None, getattr(after, f)) for f in FIELDS)


@pytest.mark.parametrize("config", [WHOLE, CANVAS_WORLD], ids=["whole", "canvas"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_captions_keep_all_that_they_assert(language: str, config: SceneConfig):
    rng, filled = np.random.default_rng(3), []
    for seed in range(250):
        prompt = caption(sample_scene(rng, config), rng, language=language)
        said, text = parse(prompt), expand(prompt, seed)
        new = parse(text)
        assert keeps(said, new), (prompt, text)
        assert expand(text, seed) == text, (prompt, text)
        assert expand(text, seed + 1) == text, "nothing is open any more"
        assert language_of(text) == language
        filled.append(all((new.floor, new.light, new.camera)))
    assert all(filled)


@pytest.mark.parametrize("prompt", ["a ball", "red cube", "a red ball drops", "蓝色的方块", "球"])
def test_open_properties_are_filled_in(prompt: str):
    texts = {expand(prompt, seed) for seed in range(20)}
    assert len(texts) > 5
    for text in texts:
        (body,), said = parse(text).bodies, parse(text)
        assert body[0] in EVENT_MAKERS[str(said.event)].shapes
        assert None not in (body[1], said.floor, said.light, said.camera)
        assert keeps(parse(prompt), said)
    assert expand(prompt, 7) == expand(prompt, 7)


def test_only_values_that_the_model_was_trained_on_are_added():
    for seed in range(60):
        said = parse(expand("a ball", seed, FIRST_LIGHT))
        assert said.event in FIRST_LIGHT.events
        assert (said.floor in FIRST_LIGHT.floors, said.light, said.camera) == (True, "day", "still")


@pytest.mark.parametrize(
    "prompt",
    [
        "a cat looks around",
        "a red cat jumps",
        "一只猫在看",
        "",
        "  ",
        "ocean",
        FULL,
        "falling",
        "?!",
    ],
)
def test_prompts_outside_the_world_and_complete_ones_stay_unchanged(prompt: str):
    assert expand(prompt, 3) == prompt


@pytest.mark.parametrize(
    ("prompt", "silent"),
    [
        ("a shiny red ball drops", ()),
        ("a crimson ball drops onto a table", ("floor",)),
        ("a shiny red ball rolls in moonlight", ("light",)),
        ("a red ball drops while the camera pans", ("camera",)),
        ("a red ball rolls left and back again", ()),
        ("一个发光的红球滚过桌子", ("floor", "light")),
        ("two red balls and a blue cube slide to the left", ()),
        ("a red ball jumps over a fence", ("event", "heading", "floor")),
    ],
)
def test_unknown_words_are_kept_and_what_they_may_mean_is_left_open(prompt: str, silent: tuple):
    for seed in range(10):
        text = expand(prompt, seed)
        assert text.startswith(prompt)
        assert keeps(parse(prompt), parse(text))
        for field in silent:
            assert getattr(parse(text), field) == getattr(parse(prompt), field), text
        assert expand(text, seed) == text


def test_colours_that_would_not_stand_out_are_not_chosen():
    for seed in range(60):
        said = parse(expand("a ball on the grass", seed))
        assert said.bodies[0][1] != "green"
        assert parse(expand("a green ball", seed)).floor != "grass"


def test_expansion_by_rules_is_quick_and_reported():
    prompt = "a red ball drops"
    started = time.perf_counter()
    found = expanded(prompt, 4)
    assert time.perf_counter() - started < 2
    assert found.by == "rules"
    assert (found.raw, found.prompt) == (prompt, expand(prompt, 4))
    assert dataclasses.replace(found, by="") != expanded("a cat looks around")
    assert expanded("a cat looks around").by == ""
