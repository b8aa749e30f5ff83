"""The simulator of Crafter: the package's game and pictures, and the same game every time."""

from __future__ import annotations

import hashlib
import subprocess
import sys

import numpy as np
import pytest
from crafter import constants, engine

from sorairo.errors import RequestError, UnknownNameError
from sorairo.world.crafter.names import ACTIONS, COLUMNS, GROUND, ITEM_ROWS, ITEMS, ROWS, TILE
from sorairo.world.crafter.simulator import Simulator
from sorairo.world.crafter.start import PLACES, TIMES, Start

SEED = 3
STEPS = 120


@pytest.fixture(scope="module")
def simulator() -> Simulator:
    return Simulator()


def wander(simulator: Simulator, seed: int, steps: int, start: Start | None = None) -> str:
    """The digest of a random walk's pictures."""
    rng, digest = np.random.default_rng(seed), hashlib.sha256()
    digest.update(simulator.reset(SEED, start).tobytes())
    for _ in range(steps):
        frame, _ = simulator.step(int(rng.integers(len(ACTIONS))))
        digest.update(frame.tobytes())
    return digest.hexdigest()


def test_names_are_those_of_the_package() -> None:
    assert tuple(name.removeprefix("move_") for name in constants.actions) == ACTIONS
    assert ("outside", *constants.materials) == GROUND
    assert tuple(constants.items) == ITEMS


def test_pictures_are_those_of_the_package(simulator: Simulator) -> None:
    textures = engine.Textures(constants.root / "assets")
    simulator.reset(SEED, Start(time="evening", place="cave", inventory={"wood": 4, "stone": 9}))
    game = simulator._game
    assert game is not None
    game.player.inventory["energy"] = 5  # so that it falls asleep
    land = engine.LocalView(game.world, textures, [COLUMNS, ROWS])
    land._noise = lambda canvas, *_: canvas
    items = engine.ItemView(textures, [COLUMNS, ITEM_ROWS])
    unit = np.array([TILE, TILE])
    slept = 0
    for action in [*("left", "do", "up", "place_stone", "place_table"), *["sleep"] * 30]:
        frame, state = simulator.step(action)
        theirs = np.concatenate([land(game.player, unit), items(game.player.inventory, unit)], 1)
        np.testing.assert_array_equal(frame, theirs.astype(np.uint8).transpose(1, 0, 2))
        slept += state.sleeping
    assert slept > 10


def test_a_seed_gives_one_game_in_every_process(simulator: Simulator) -> None:
    here = wander(simulator, 1, STEPS)
    assert wander(simulator, 1, STEPS) == here  # from the copy of the world that was kept
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); import test_simulator as t;"
        f"print(t.wander(t.Simulator(), 1, {STEPS}))"
    )
    folder = __file__.rpartition("/")[0]
    run = subprocess.run(
        [sys.executable, "-c", code, folder], capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == here


def test_the_state_is_what_the_rules_say(simulator: Simulator) -> None:
    simulator.reset(SEED, Start(place="forest", choice=2))
    before = simulator.state
    _, after = simulator.step("left")
    moved = after.position[0] - before.position[0]
    free = GROUND[before.ground[3, 3]] in ("grass", "path", "sand") and before.things[3, 3] == 0
    assert moved == (-1 if free else 0)
    assert after.facing == "left"
    assert after.target == (3, 3)
    whole = simulator.ground
    x, y = after.position
    np.testing.assert_array_equal(after.ground, whole[y - 3 : y + 4, x - 4 : x + 5])


def test_cutting_a_tree_gives_wood_and_a_table_needs_it(simulator: Simulator) -> None:
    simulator.reset(SEED, Start(place="forest", inventory={"wood": 1}))
    game = simulator._game
    assert game is not None
    x, y = (int(each) for each in game.player.pos)
    game.world[x - 1, y] = "tree"
    simulator.step("left")
    _, state = simulator.step("do")
    assert state.inventory["wood"] == 2
    assert state.achievements["collect_wood"] == 1
    game.world[x - 1, y] = "grass"
    if game.world[x - 1, y][1] is None:
        _, state = simulator.step("place_table")
        assert state.target_ground == "table"
        assert state.inventory["wood"] == 0


@pytest.mark.parametrize(("place", "grounds"), PLACES.items())
def test_a_game_starts_where_the_word_says(
    simulator: Simulator, place: str, grounds: tuple[str, ...]
) -> None:
    simulator.reset(SEED, Start(place=place))
    seen = np.isin(simulator.state.ground, [GROUND.index(name) for name in grounds])
    assert seen.mean() > (0.02 if place == "lava" else 0.1)


def test_a_game_starts_when_the_word_says(simulator: Simulator) -> None:
    light = {}
    for time in TIMES:
        simulator.reset(SEED, Start(time=time))
        light[time] = simulator.state.daylight
    assert light["day"] > 0.95
    assert light["night"] < 0.2
    assert light["night"] < light["evening"] < light["day"]


def test_night_noise_changes_pictures_and_not_the_game() -> None:
    quiet, noisy = Simulator(), Simulator(night_noise=True)
    start = Start(time="night")
    assert (quiet.reset(SEED, start) != noisy.reset(SEED, start)).any()
    for action in ("left", "up", "do"):
        one, other = quiet.step(action)[1], noisy.step(action)[1]
        np.testing.assert_array_equal(one.things, other.things)


def test_a_dead_player_stays_dead(simulator: Simulator) -> None:
    simulator.reset(SEED)
    game = simulator._game
    assert game is not None
    x, y = (int(each) for each in game.player.pos)
    game.world[x + 1, y] = "lava"
    frame, state = simulator.step("right")
    assert not state.alive
    again, after = simulator.step("left")
    assert after.position == state.position
    np.testing.assert_array_equal(frame, again)


def test_mistakes_are_named(simulator: Simulator) -> None:
    simulator.reset(SEED)
    with pytest.raises(UnknownNameError, match="Did you mean 'left'"):
        simulator.step("lefft")
    with pytest.raises(UnknownNameError, match="no action '17'"):
        simulator.step(17)
    with pytest.raises(UnknownNameError, match="no place 'dessert'"):
        Start(place="dessert")
    with pytest.raises(RequestError, match=r"reset\(seed\)"):
        Simulator().step("left")
    with pytest.raises(RequestError, match="out of range"):
        simulator.reset(-1)
