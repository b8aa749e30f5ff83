"""What the shipped model `crafter` can do in a dream: gain, build, invent land, obey the light."""

from __future__ import annotations

from itertools import chain

import numpy as np
import pytest
import torch

from sorairo.models.crafter.dream import Dream
from sorairo.models.crafter.files import load_play_model
from sorairo.world.crafter.drawing import draw
from sorairo.world.crafter.language.lexicon import TIMES
from sorairo.world.crafter.names import GROUND, ITEMS
from sorairo.world.crafter.perception import Reading, read_picture
from sorairo.world.crafter.simulator import Simulator
from sorairo.world.crafter.start import Start
from sorairo.world.crafter.state import GameState

AHEAD = {"left": (3, 3), "right": (3, 5), "up": (2, 4), "down": (4, 4)}


@pytest.fixture(scope="module")
def dream() -> Dream:
    return Dream(load_play_model("crafter"))


@pytest.fixture(scope="module")
def simulator() -> Simulator:
    return Simulator()


def amount(seen: Reading, item: str) -> int:
    return int(seen.inventory[ITEMS.index(item)])


def dreamt(dream: Dream, begin: GameState, actions: list[str], seed: int = 0) -> list[Reading]:
    noise = torch.Generator().manual_seed(seed)
    dream.start(draw(begin))
    return [read_picture(dream.step(each, generator=noise)) for each in actions]


def test_a_table_is_placed_and_costs_wood(dream: Dream, simulator: Simulator) -> None:
    right = 0
    for seed in range(700, 706):
        simulator.reset(seed, Start(place="meadow", inventory={"wood": 5}))
        begin = simulator.state
        seen = dreamt(dream, begin, ["noop", "place_table"])[-1]
        table = seen.ground[AHEAD[begin.facing]] == GROUND.index("table")
        simulator.step("noop")
        truth = simulator.step("place_table")[1]
        right += table and amount(seen, "wood") == truth.inventory["wood"]
    assert right >= 5


LIGHT = {"day": (0.7, 1), "evening": (0.3, 0.7), "night": (0, 0.4)}  # least and most
IGNORED = {"傍晚"}  # of the phrases; see the model card


def light_after(dream: Dream, begin: GameState, words: str) -> float:
    noise = torch.Generator().manual_seed(0)
    shown = dream.start(draw(begin))
    for _ in range(20):
        shown = dream.step("noop", prompt=words, generator=noise)
    return read_picture(shown).daylight


def wrong_lights(
    dream: Dream, simulator: Simulator, part: slice = slice(None)
) -> tuple[dict[str, float], set[str]]:
    """The light after each phrase of which it is not what the phrase says, and all phrases that
    were tried: `part` of those of each language."""
    simulator.reset(900, Start(place="meadow", clock=100))
    day = simulator.state
    assert light_after(dream, day, "") > 0.8
    simulator.reset(900, Start(place="meadow", clock=290))
    dusk = simulator.state
    wrong, tried = {}, set()
    for time, (darkest, brightest) in LIGHT.items():
        for phrase in chain(*(phrases[part] for phrases in TIMES[time].values())):
            light = light_after(dream, dusk if time == "day" else day, phrase)
            tried.add(phrase)
            if not darkest <= light <= brightest:
                wrong[phrase] = light
    return wrong, tried


def test_light_obeys_phrases_and_stays_without_one(dream: Dream, simulator: Simulator) -> None:
    """One of each language and time; `make studio` tries all."""
    wrong, tried = wrong_lights(dream, simulator, slice(-1, None))
    assert len(tried) == 2 * len(LIGHT)
    assert set(wrong) == IGNORED & tried, wrong


def test_land_that_nobody_has_seen_is_land_of_the_game_and_differs_with_the_noise(
    dream: Dream, simulator: Simulator
) -> None:
    simulator.reset(904, Start(place="meadow"))
    walks = [dreamt(dream, simulator.state, ["up"] * 7 + ["right"] * 9, seed) for seed in range(4)]
    ends = [walk[-1].tiles() for walk in walks]
    readable = [(walk[-1].ground != 255).mean() for walk in walks]
    assert np.mean(readable) > 0.95
    assert len({end.tobytes() for end in ends}) > 1
    assert any(len(np.unique(end)) > 2 for end in ends), "more than grass and the player"


def test_a_tired_player_sleeps_and_wakes_with_more_energy(
    dream: Dream, simulator: Simulator
) -> None:
    right = []
    for seed in range(710, 716):
        simulator.reset(seed, Start(place="meadow", inventory={"energy": 7}))
        begin, actions = simulator.state, [*["noop"] * 3, "sleep", *["noop"] * 28]
        true = [simulator.step(action)[1] for action in actions]
        if any(state.inventory["health"] < 9 for state in true):
            continue  # something wakes the player
        seen = dreamt(dream, begin, actions, seed)
        right.append(seen[4].sleeping and not seen[-1].sleeping and amount(seen[-1], "energy") > 7)
    assert len(right) >= 3
    assert np.mean(right) > 0.6
