"""Words for Crafter: scenes are named, games are told."""

from __future__ import annotations

import numpy as np
import pytest

from sorairo.world.crafter.language.captions import caption, narrate
from sorairo.world.crafter.language.lexicon import PLACES, place_of, time_of
from sorairo.world.crafter.language.service import LANGUAGE
from sorairo.world.crafter.names import ACTIONS, GROUND, ITEMS
from sorairo.world.crafter.scene import Scene

SCENE = Scene(seed=1, time="night", place="desert", activity="gatherer")
RNG = np.random.default_rng(0)


def test_captions_say_who_does_what_where_and_when() -> None:
    english = caption(SCENE, RNG, language="en", detail="full")
    assert english == "the player gathers wood and water in the desert, at night"
    assert caption(SCENE, RNG, language="zh", detail="full") == "夜晚，玩家在沙漠里采集木头和水"
    facts = {("time", "night"), ("place", "desert"), ("activity", "gatherer")}
    for language in ("en", "zh"):
        text = caption(SCENE, RNG, language=language, detail="full")
        assert LANGUAGE.parse(text).facts == facts


def game(*steps: dict[str, object]) -> dict[str, np.ndarray]:
    """A game of these steps: an action, the player's x and items that change what is usual."""
    frames = [{"action": "noop"}, *steps]
    truth = {
        "actions": np.array([ACTIONS.index(str(each["action"])) for each in frames], np.uint8),
        "position": np.array([[each.get("x", 0), 0] for each in frames]),
        "ground": np.full((len(frames), 7, 9), GROUND.index("grass"), np.uint8),
        "sleeping": np.array([each.get("sleeping", False) for each in frames]),
        "inventory": np.zeros((len(frames), len(ITEMS)), np.uint8),
    }
    for frame, each in enumerate(frames):
        for name, amount in each.get("items", {}).items():  # type: ignore[attr-defined]
            truth["inventory"][frame, ITEMS.index(name)] = amount
    return truth


def test_games_are_told_in_both_languages() -> None:
    truth = game(
        {"action": "left", "x": -1},
        {"action": "left", "x": -2},
        {"action": "up", "x": -2},
        {"action": "do", "x": -2, "items": {"wood": 2}},
        {"action": "place_table", "x": -2, "items": {"wood": 1}},
        {"action": "make_wood_pickaxe", "x": -2, "items": {"wood_pickaxe": 1}},
        {"action": "sleep", "x": -2, "sleeping": True, "items": {"wood_pickaxe": 1}},
    )
    assert narrate(truth, "en") == (
        "walks left through the grass, cuts a tree, two wood, places a table, "
        "makes a wooden pickaxe, sleeps"
    )
    assert narrate(truth, "zh") == "在草地上向左走，砍树，两份木头，放下桌子，做出木镐，睡觉"


def test_nothing_is_placed_by_a_player_who_only_becomes_hungry() -> None:
    full = {"food": 5, "stone": 1}
    truth = game(
        {"action": "noop", "items": full},
        {"action": "place_table", "items": {**full, "food": 4}},
        {"action": "place_stone", "items": {"food": 4, "stone": 0}},
    )
    assert narrate(truth, "en") == "places a stone"


@pytest.mark.parametrize("place", PLACES)
def test_every_place_is_recognised_where_it_is_clear(place: str) -> None:
    grounds = {
        "meadow": "grass",
        "forest": "tree",
        "desert": "sand",
        "lake": "water",
        "mountain": "stone",
        "cave": "path",
        "lava": "lava",
    }
    assert place_of(np.full((7, 9), GROUND.index(grounds[place]), np.uint8)) == place


def test_times_go_by_the_daylight() -> None:
    assert [time_of(light) for light in (1.0, 0.5, 0.0)] == ["day", "evening", "night"]
