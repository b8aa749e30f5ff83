"""Windows of games: kinds of events, mirrors, what is remembered of the inventory."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from sorairo.models.crafter.given import MAP_PLACES, PLACES, SLEEP_PLACE
from sorairo.models.crafter.memory import PlaceMemory
from sorairo.training.data.games.events import EventIndex
from sorairo.training.data.games.latents import NEVER, LatentGame, last_changed, last_seen
from sorairo.training.data.games.mirrored import MIRRORS, mirrored
from sorairo.training.data.games.windows import WindowsConfig, WindowSource, window
from sorairo.training.objectives.game_model import pseudo_huber
from sorairo.world.crafter.events import event_at
from sorairo.world.crafter.names import ACTIONS, ITEMS, THINGS
from sorairo.world.crafter.rollouts import play
from sorairo.world.crafter.simulator import Simulator
from sorairo.world.crafter.start import Start

Truth = dict[str, np.ndarray]
START = Start(place="meadow", inventory={"wood": 4, "sapling": 2})


@pytest.fixture(scope="module")
def truth() -> Truth:
    """A walk, then a table, a pickaxe and a plant."""
    actions = [
        "left",
        "left",
        "place_table",
        "make_wood_pickaxe",
        "up",
        "place_plant",
        "do",
        "noop",
    ]
    game = play(Simulator(), 11, START, [*actions, *["noop"] * 24])
    found = game.truth()
    return found | {"wish": np.zeros(len(game), np.uint8)}


def latent_game(truth: Truth) -> LatentGame:
    """A game whose latents are its frame numbers."""
    frames = len(truth["actions"])
    latents = np.arange(frames, dtype=np.float16)[:, None, None].repeat(PLACES, 1)
    return LatentGame(
        latents=latents,
        seen=last_seen(truth["position"]),
        since=last_changed(truth),
        truth=truth,
    )


def test_events_are_named_by_what_was_done_and_what_came_of_it(truth: Truth) -> None:
    kinds = [event_at(truth, frame) for frame in range(1, len(truth["actions"]))]
    assert kinds[2] == "place_table grass -wood"
    assert kinds[3] == "make_wood_pickaxe -wood +wood_pickaxe"
    assert "place_plant grass -sapling" in kinds
    assert "-drink" in kinds
    assert kinds[0] == ""  # a step over grass


def test_rare_events_are_drawn_more_often_than_they_happen(truth: Truth) -> None:
    index = EventIndex([truth, truth])
    rng = np.random.default_rng(0)
    drawn = [index.draw(rng) for _ in range(300)]
    assert {game for game, _ in drawn} == {0, 1}
    tables = sum(frame == 3 for _, frame in drawn) / 300
    assert tables > 3 / len(truth["actions"])
    favoured = EventIndex([truth], gains=1000.0)
    gains = {favoured.draw(rng)[1] for _ in range(50)}
    assert gains == {3, 4, 6}, "the table, the pickaxe and the plant"


def test_the_rules_hold_in_a_mirror(truth: Truth) -> None:
    both = mirrored(truth, True, True)
    assert ACTIONS[both["actions"][1]] == "right"
    assert THINGS[both["things"][1, 3, 4]] == "player-right"
    steps = np.diff(both["position"][:3].astype(int), axis=0)
    np.testing.assert_array_equal(steps, -np.diff(truth["position"][:3].astype(int), axis=0))
    np.testing.assert_array_equal(both["ground"][0], truth["ground"][0, ::-1, ::-1])
    kinds = [event_at(both, frame) for frame in range(1, 9)]
    assert kinds == [event_at(truth, frame) for frame in range(1, 9)]
    for x, y in MIRRORS:
        again = mirrored(mirrored(truth, x, y), x, y)
        assert all((again[name] == truth[name]).all() for name in truth)


@pytest.fixture(scope="module")
def night() -> Truth:
    """A tired player who sleeps until it is rested, and sleeps again."""
    start = Start(place="meadow", inventory={"energy": 7})
    actions = ["noop", "noop", "sleep", *["noop"] * 44, "sleep", *["noop"] * 20]
    found = play(Simulator(), 11, start, actions).truth()
    assert found["sleeping"][3]
    assert not found["sleeping"][-1]
    return found | {"wish": np.zeros(len(found["actions"]), np.uint8)}


def test_training_and_play_agree_how_long_things_have_been_so(truth: Truth, night: Truth) -> None:
    """The memory of a dream, given pictures whose latents are the amounts, has the ages of the
    data."""
    for each in (truth, night):
        _same_ages(each)


def _same_ages(truth: Truth) -> None:
    game, memory = latent_game(truth), PlaceMemory(1)
    for frame in range(len(game)):
        _, ages = memory.read((0, 0), frame)
        since = game.since[frame]
        expected = np.where(since == NEVER, -1, frame - since)
        np.testing.assert_array_equal(ages[MAP_PLACES:].numpy(), expected)
        amounts = np.zeros((PLACES, 1), np.float32)
        amounts[MAP_PLACES : MAP_PLACES + len(ITEMS), 0] = truth["inventory"][frame]
        asleep = bool(truth["sleeping"][frame])
        memory.write(torch.from_numpy(amounts), (0, 0), frame, asleep)


def test_sleep_has_an_age(night: Truth) -> None:
    """It counts from the picture in which the player fell asleep, and so says when the first
    energy comes."""
    game, asleep = latent_game(night), night["sleeping"].astype(bool)
    fell = int(np.flatnonzero(asleep)[0])
    ages = np.arange(len(game)) - game.since[:, SLEEP_PLACE - MAP_PLACES]
    np.testing.assert_array_equal(ages[fell + 1 : fell + 12], np.arange(1, 12))
    energy = night["inventory"][:, ITEMS.index("energy")].astype(int)
    rested = int(np.flatnonzero(np.diff(energy) > 0)[0]) + 1
    assert ages[rested] in (11, 12)
    woke = int(np.flatnonzero(~asleep & (np.arange(len(game)) > fell))[0])
    assert ages[woke + 1] == 1
    config = WindowsConfig(batch=4, frames=4, begun=0.0, blank=0.0, short=0.0)
    plain = WindowSource([game], config, sleep=False).draw(np.random.default_rng(0))
    torch.testing.assert_close(plain.age[..., SLEEP_PLACE], plain.age[..., PLACES - 1])


def test_what_moves_can_be_in_reach_of_where_it_was(truth: Truth) -> None:
    things = np.zeros_like(truth["things"])
    things[:, 2, 6] = THINGS.index("cow")
    moved = np.abs(np.diff(truth["position"].astype(int), axis=0)).sum(1) > 0
    assert moved.any()
    assert not moved.all()
    game = latent_game(truth | {"things": things})
    config = WindowsConfig(frames=len(game))
    lively = window(game, 0, config, np.random.default_rng(0))["lively"]
    assert not lively[:, MAP_PLACES:].any()
    for frame in range(1, len(game)):
        x, y = truth["position"][frame].astype(int) - truth["position"][frame - 1]
        expected = np.zeros((7, 9), bool)
        for row, column in ((2, 6), (1, 6), (3, 6), (2, 5), (2, 7)):
            expected[row - y, column - x] = True
        np.testing.assert_array_equal(lively[frame, :MAP_PLACES].view(7, 9).numpy(), expected)


def test_windows_show_events_and_forget_what_came_before(truth: Truth) -> None:
    config = WindowsConfig(batch=4, frames=4, eventful=1.0, begun=0.0, blank=0.0, short=0.0)
    source = WindowSource([latent_game(truth)], config)
    rng = np.random.default_rng(0)
    for _ in range(5):
        windows = source.draw(rng)
        assert windows.latents.shape == (4, 4, PLACES, 1)
        starts = windows.latents[:, 0, 0, 0].int().tolist()
        for start in starts:
            span = range(max(start, 1), start + 4)
            assert any(event_at(truth, frame) for frame in span)
    plain = WindowSource([latent_game(truth)], config, ages=False).draw(rng)
    assert set(plain.age[:, :, MAP_PLACES:].unique().tolist()) <= {-1.0, 1.0}
    begun = WindowSource([latent_game(truth)], replace(config, begun=1.0)).draw(rng)
    late = begun.latents[:, 0, 0, 0] > 0
    assert (begun.age[late][:, :, MAP_PLACES:] <= 43).all()
    assert (begun.age[late][:, :, MAP_PLACES:] >= 1).all()


def test_one_step_learns_the_likeliest_outcome_and_not_the_mean() -> None:
    """Where 60 of 100 outcomes are one picture and 40 another, the least loss is at the former."""
    outcomes = torch.zeros(100, 8)
    outcomes[60:] = 1.0
    guess = torch.full((8,), 0.4, requires_grad=True)  # the mean
    optimiser = torch.optim.Adam([guess], lr=0.02)
    for _ in range(200):
        optimiser.zero_grad()
        pseudo_huber(outcomes - guess, 0.03).mean().backward()
        optimiser.step()
    assert guess.detach().abs().max() < 0.1


def test_windows_name_the_place_that_an_action_works_on(truth: Truth) -> None:
    config = WindowsConfig(batch=1, frames=len(truth["actions"]), eventful=0.0, first=1.0)
    windows = WindowSource([latent_game(truth)], config).draw(np.random.default_rng(0))
    targets = windows.target[0].tolist()
    assert targets[:3] == [-1, -1, -1]  # the beginning and two moves
    left_of_player, above_player = 3 * 9 + 3, 2 * 9 + 4
    assert targets[3:8] == [left_of_player, -1, -1, above_player, above_player]
