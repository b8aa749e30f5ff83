"""Games of Crafter: policies play, pictures are read back, scenes are named."""

from __future__ import annotations

import numpy as np
import pytest

from sorairo.world.crafter.drawing import draw
from sorairo.world.crafter.names import ITEMS
from sorairo.world.crafter.perception import read_picture
from sorairo.world.crafter.policies import POLICIES
from sorairo.world.crafter.rollouts import Game, play, play_policy, random_start, state_at
from sorairo.world.crafter.simulator import Simulator
from sorairo.world.crafter.start import Start

SEED = 3


@pytest.fixture(scope="module")
def simulator() -> Simulator:
    return Simulator()


@pytest.fixture(scope="module")
def games(simulator: Simulator) -> dict[str, Game]:
    start = Start(place="forest", inventory={"wood": 5, "stone": 5, "wood_pickaxe": 1})
    return {
        name: play_policy(simulator, SEED, start, name, np.random.default_rng(1), 60)
        for name in POLICIES
    }


def test_policies_do_what_they_are_for(games: dict[str, Game]) -> None:
    def best(name: str, *achievements: str) -> int:
        return sum(games[name].states[-1].achievements[each] for each in achievements)

    assert best("gatherer", "collect_wood", "collect_drink", "collect_sapling") > 0
    assert best("builder", "place_table", "place_stone", "place_furnace") > 0
    truth = games["explorer"].truth()
    places = [tuple(place) for place in truth["position"]]
    assert len(set(places)) > 5
    assert any(places[i] in places[: i - 8] for i in range(10, len(places)))  # it comes back


def test_a_game_is_played_again_from_its_actions(
    simulator: Simulator, games: dict[str, Game]
) -> None:
    game = games["wanderer"]
    start = Start(place="forest", inventory={"wood": 5, "stone": 5, "wood_pickaxe": 1})
    again = play(simulator, SEED, start, game.actions[1:])
    np.testing.assert_array_equal(again.frames(), game.frames())


def test_pictures_are_read_exactly(games: dict[str, Game]) -> None:
    for game in games.values():
        truth = game.truth()
        for index in range(0, len(game), 11):
            state = state_at(truth, index)
            reading = read_picture(draw(state))
            np.testing.assert_array_equal(reading.ground, state.ground)
            np.testing.assert_array_equal(reading.things, state.things)
            np.testing.assert_array_equal(reading.inventory, [state.inventory[i] for i in ITEMS])
            assert reading.sleeping == state.sleeping
            assert abs(reading.daylight - state.daylight) < 0.05


def test_what_is_no_tile_is_not_read(games: dict[str, Game]) -> None:
    picture = games["wanderer"].frames()[0].copy()
    picture[8:16, 8:16] = (255, 0, 255)
    picture[64:72, 0:8] = (255, 0, 255)
    reading = read_picture(picture)
    assert reading.ground[1, 1] == 255
    assert (reading.ground == 255).sum() == 1
    assert reading.inventory[9] == 255


def test_random_starts_are_valid(simulator: Simulator) -> None:
    for seed in range(8):
        simulator.reset(SEED, random_start(np.random.default_rng(seed)))
        assert simulator.state.alive
