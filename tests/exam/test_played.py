"""M10: what the judge of played games notices, and that true games pass."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sorairo.exam.perception.actions_seen import effect_between, same_effect, shift_between
from sorairo.exam.played_question import PlayQuestion, PlayTruth, frozen_picture
from sorairo.exam.suites.played import crafter, games
from sorairo.exam.suites.played.determined import _undetermined, determined
from sorairo.video import Clip
from sorairo.world.crafter.events import event_at, is_gain, items_made, place_ahead
from sorairo.world.crafter.names import ACTIONS, GROUND, ITEMS, THINGS
from sorairo.world.crafter.perception import Reading
from sorairo.world.crafter.start import Start
from sorairo.world.crafter.state import GameState

ASKED = 22  # steps, fewer than the suite's for the sake of speed


@pytest.fixture(scope="module")
def questions() -> list[PlayQuestion]:
    return crafter.questions(2)


@pytest.fixture(scope="module")
def played(questions: list[PlayQuestion]) -> PlayTruth:
    question = questions[0]
    cut = replace(question, actions=question.actions[: question.given + ASKED])
    return PlayTruth(cut)


def judged(truth: PlayTruth, frames: np.ndarray) -> dict[str, float]:
    answer = [Clip(frames=frames, fps=8.0)]
    return dict(crafter.judge(truth.question, answer, truth))


def test_questions_are_the_same_every_time_and_of_every_kind(
    questions: list[PlayQuestion],
) -> None:
    assert [each.about for each in questions] == ["play", "return"]
    games._question.cache_clear()
    assert crafter.questions(2) == questions
    assert questions[0].key == "M10-0000"


def test_a_true_game_is_right_everywhere(played: PlayTruth) -> None:
    verdict = judged(played, played.asked.frames)
    for horizon in (1, 5, 10, 20):
        for name in ("tiles", "inventory"):
            value = verdict[f"{name} at {horizon}"]
            assert np.isnan(value) or value == 1.0
    assert verdict["tiles at 1"] == 1.0
    assert verdict["psnr at 1"] > 60
    assert verdict["effect"] == 1.0


def test_a_frozen_picture_has_no_changed_tiles_and_no_effects(played: PlayTruth) -> None:
    (clip,) = frozen_picture(played.question, played)
    verdict = judged(played, clip.frames)
    assert verdict["effect"] < 0.7
    changed = [verdict[f"changed at {h}"] for h in (1, 5, 10)]
    assert min(value for value in changed if not np.isnan(value)) < 0.7
    assert verdict["tiles at 1"] > verdict["changed at 1"] or np.isnan(verdict["changed at 1"])


def test_rates_count_new_places_and_their_neighbours() -> None:
    """Two columns of new land, one grass and one water, beside known sand."""
    ground = np.full((7, 9), GROUND.index("sand"))
    ground[:, 7], ground[:, 8] = GROUND.index("grass"), GROUND.index("water")
    new = np.zeros((7, 9), bool)
    new[:, 7:] = True
    rates = crafter._rates(ground, new)
    assert (rates["new grass"], rates["new water"], rates["new sand"]) == (0.5, 0.5, 0.0)
    # six pairs down each new column, which are alike, and seven across each of two borders, not
    assert rates["new neighbours alike"] == pytest.approx(12 / 26)


def test_a_change_must_show_its_amounts_and_its_tile() -> None:
    question = crafter.questions(7)[6]
    truth = PlayTruth(question)
    kind = event_at(truth.game.truth(), len(truth.game) - 1)
    assert question.about == "change"
    assert is_gain(kind)
    assert judged(truth, truth.asked.frames)["change drawn"] == 1
    (still,) = frozen_picture(question, truth)
    assert judged(truth, still.frames)["change drawn"] == 0
    frames = truth.asked.frames.copy()
    item = ITEMS.index(items_made(kind)[0])
    row, column = divmod(item, 9)
    spot = np.s_[56 + 8 * row : 64 + 8 * row, 8 * column : 8 * column + 8]
    frames[-1][spot] = frames[-2][spot]
    verdict = judged(truth, frames)
    assert verdict["amounts of a change"] == verdict["change drawn"] == 0
    grass = truth.asked.frames.copy()
    row, column = place_ahead(truth.game.truth(), len(truth.game) - 1)
    grass[-1][8 * row : 8 * row + 8, 8 * column : 8 * column + 8] = 0
    verdict = judged(truth, grass)
    assert (verdict["amounts of a change"], verdict["change drawn"]) == (1, 0)


def test_noise_a_wrong_tile_and_a_wrong_amount_are_noticed(played: PlayTruth) -> None:
    frames = played.asked.frames.copy()
    frames[1:, 8:24, 16:40] = 0
    frames[1:, 56:64, 8:16] = frames[1:, 56:64, 0:8]
    verdict = judged(played, frames)
    assert verdict["tiles at 1"] < 1.0
    assert verdict["psnr at 1"] < 25
    assert verdict["inventory at 1"] == 15 / 16
    grain = np.random.default_rng(0).integers(0, 255, frames.shape).astype(np.uint8)
    noise = judged(played, grain)
    assert noise["tiles at 1"] < 0.2


def test_a_place_that_is_forgotten_is_not_found_again(questions: list[PlayQuestion]) -> None:
    truth = PlayTruth(questions[1])
    names = [name for name in crafter._measures() if name.startswith("found")]
    true = judged(truth, truth.asked.frames)
    found = [name for name in names if not np.isnan(true[name])]
    assert found
    assert all(true[name] == 1.0 for name in found)
    other = truth.asked.frames.copy()
    other[1:, :56] = other[1:, :56, ::-1]
    assert all(judged(truth, other)[name] < 1.0 for name in found)


def reading(**changes: object) -> Reading:
    rng = np.random.default_rng(0)
    values: dict[str, object] = {
        "ground": rng.integers(1, 6, (7, 9)).astype(np.uint8),
        "things": np.zeros((7, 9), np.uint8),
        "inventory": np.full(16, 3, np.uint8),
        "daylight": 1.0,
        "sleeping": False,
    }
    values["things"][3, 4] = 4  # type: ignore[index]
    return Reading(**(values | changes))  # type: ignore[arg-type]


def test_the_judge_of_actions_sees_moves_gains_and_places() -> None:
    before = reading()
    things = before.things.copy()
    things[3, 4] = 2  # looks to the right
    ground = np.roll(before.ground, -1, axis=1)
    moved = reading(ground=ground, things=things)
    assert shift_between(before, moved) == (1, 0)
    effect = effect_between(before, moved)
    assert (effect.facing, effect.shift) == ("right", (1, 0))
    assert same_effect("right", effect, effect)
    assert same_effect("right", effect_between(before, before), effect) is False
    wood = before.inventory.copy()
    wood[ITEMS.index("wood")] += 1
    cut = effect_between(before, reading(inventory=wood))
    assert cut.action == "do"
    placed = before.inventory.copy()
    placed[ITEMS.index("stone")] -= 1
    land = before.ground.copy()
    land[4, 4] = GROUND.index("stone")
    assert effect_between(before, reading(inventory=placed, ground=land)).action == "place_stone"
    nothing = effect_between(before, before)
    assert same_effect("noop", nothing, nothing) is None
    assert all(action in ACTIONS for action in ("do", "place_stone"))


def test_a_walk_is_judged_by_places_that_are_known() -> None:
    """On a meadow whose edge is new, no picture can show how far the player went."""
    grass = np.full((7, 9), GROUND.index("grass"), np.uint8)
    edge = grass.copy()
    edge[0, 1:7] = GROUND.index("water")
    before, after = reading(ground=grass), reading(ground=edge)
    farther = edge.copy()
    farther[1] = edge[0]
    new = np.ones((7, 9), bool)
    new[:2] = False
    assert shift_between(after, reading(ground=farther)) == (0, -1)
    assert shift_between(after, reading(ground=farther), (new, new)) == (0, 0)
    assert effect_between(before, after).shift == (0, -1)
    assert effect_between(before, after, (new, new)).shift == (0, 0)


@pytest.fixture(scope="module")
def walk() -> PlayTruth:
    """One given picture on a meadow, then thirteen steps to the left."""
    start = Start(place="meadow")
    question = PlayQuestion(
        key="a", prompt="", seed=0, about="play", world=11, start=start, actions=(1,) * 13, given=0
    )
    return PlayTruth(question)


def test_only_what_the_given_pictures_show_is_determined(walk: PlayTruth) -> None:
    known = determined(walk)
    walked = [state.position[0] for state in walk.game.states]
    assert walked[0] - walked[4] == 4  # nothing stands in the way
    for step in range(5):
        assert not known.places[step][:, :step].any()
        assert known.places[step][:, step:].all()
    # the fifth step leads to a place that the picture does not show
    assert known.until == 5


def test_what_chance_decides_is_not_determined() -> None:
    start = Start(place="meadow", inventory={"sapling": 0})
    actions = tuple(ACTIONS.index(name) for name in ("do", "do", "noop"))
    question = PlayQuestion(
        key="a", prompt="", seed=0, about="play", world=11, start=start, actions=actions, given=0
    )
    truth = PlayTruth(question)
    assert determined(truth).chances.tolist() == [False, True, True, False]
    state = truth.game.states[0]
    cow = state.things.copy()
    cow[4, 4] = THINGS.index("cow")  # below the player, who looks down
    kept = {"sapling": 1, "health": 9}
    near = replace(state, things=cow, facing="down", inventory=state.inventory | kept)
    everywhere = np.ones((7, 9), bool)

    def depends(before: GameState, after: GameState, name: str, **changes: object) -> bool:
        given = {"known": everywhere, "moved": True, "saplings": 1} | changes
        return _undetermined(before, after, name, **given)  # type: ignore[arg-type]

    assert depends(near, near, "do")
    assert not depends(near, near, "do", moved=False)  # the given picture shows the cow
    assert not depends(near, near, "make_wood_pickaxe")
    clear = replace(near, things=state.things)
    assert not depends(clear, clear, "place_plant")
    assert depends(clear, clear, "place_plant", saplings=0)
    asleep = replace(clear, sleeping=True)
    hurt = replace(clear, inventory=clear.inventory | {"health": 7})
    assert depends(asleep, hurt, "noop")
    assert not depends(asleep, clear, "noop")


def test_what_a_game_says_with_yes_or_no_is_a_share() -> None:
    shares = [goal.measure for goal in crafter.SUITE.goals if goal.share]
    assert shares == ["change drawn", "amounts of a change"]
