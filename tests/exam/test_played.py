"""M10: what the judge of played games notices, and that true games pass."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sorairo.exam.perception.actions_seen import effect_between, same_effect, shift_between
from sorairo.exam.played_question import PlayQuestion, PlayTruth, frozen_picture
from sorairo.exam.suites.played import crafter, games
from sorairo.video import Clip
from sorairo.world.crafter.names import ACTIONS, GROUND, ITEMS
from sorairo.world.crafter.perception import Reading

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
