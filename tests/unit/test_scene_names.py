"""What a set of clips may name of its world."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from sorairo.config import from_json
from sorairo.data.clips_config import ClipsConfig
from sorairo.data.rendered_shards import folder_of, render
from sorairo.errors import ConfigError, SorairoError, UnknownNameError
from sorairo.training.recipes.registry import RECIPES
from sorairo.world import registry


@pytest.mark.parametrize(
    ("world", "scene", "sentence"),
    [
        ("tabletop", {"events": ["jump"]}, "There is no tabletop event 'jump'. Choose from: drop,"),
        ("tabletop", {"colors": ["red", "redd"]}, "color 'redd'. Did you mean 'red'"),
        ("tabletop", {"styles": ["oil", "ink"]}, "no tabletop style 'ink'"),
        ("lifelike", {"hours": ["", "noon"]}, "hour 'noon'. Choose from: morning, dusk, night"),
        ("lifelike", {"places": ["the moon"]}, "no lifelike place 'the moon'"),
        ("menagerie", {"kinds": ["wolf", "wulf"]}, "kind 'wulf'. Did you mean 'wolf'"),
        ("menagerie", {"events": ["jump"]}, "no menagerie event 'jump'"),
        ("crafter", {"activities": ["hunter"]}, "There is no crafter activity 'hunter'"),
        ("crafter", {"times": ["noon"]}, "There is no crafter time 'noon'"),
        ("crafter", {"times": []}, "'times' of 'scene' is empty"),
    ],
)
def test_a_name_that_a_world_does_not_have_is_said_before_anything_is_rendered(
    world: str, scene: dict[str, Any], sentence: str
):
    config = from_json(ClipsConfig, {"world": world, "scene": scene, "count": 40})
    with pytest.raises(SorairoError, match=sentence) as raised:
        render(config)
    assert isinstance(raised.value, UnknownNameError | ConfigError)
    assert not folder_of(config).exists()


@pytest.mark.parametrize("world", registry.WORLDS)
def test_all_of_a_world_has_names(world: str):
    part = registry.part_type(world)
    ClipsConfig(world=world, scene=part()).check()
    texts = {each.name for each in dataclasses.fields(part) if each.type == "tuple[str, ...]"}
    assert texts == set(part.NAMES)


# that of own-clips are in a folder of its user
@pytest.mark.parametrize("name", [name for name in RECIPES if name != "own-clips"])
def test_the_clips_of_recipes_have_names_of_their_worlds(name: str):
    for config, _ in RECIPES[name]().rendered():
        config.check()
