"""A session of play as a library: rules, reading of frames, drift, recordings."""

from __future__ import annotations

import json
import random
from dataclasses import replace
from pathlib import Path

import gymnasium
import numpy as np
import pytest
import torch
from gymnasium.utils.env_checker import check_env
from PIL import Image

import sorairo
from sorairo.errors import SorairoError
from sorairo.models.crafter.dream import Dream
from sorairo.play import recording
from sorairo.play.crafter_game import start_of
from sorairo.play.drift import measure_drift
from sorairo.play.environment import PlayEnv
from sorairo.play.networks import NOISE_SEED, model_of
from sorairo.play.prompts import trained_phrases
from sorairo.play.session import PlaySession
from sorairo.play.tile_reader import CrafterReader, tile_names
from sorairo.video import Clip
from sorairo.world.crafter.names import ACTIONS, TILE
from tiny_crafter import tiny_crafter


@pytest.fixture(scope="module")
def world() -> PlaySession:
    return sorairo.load("crafter").play(seed=3, mode="simulator")


def test_frames_are_read_exactly_by_day_night_and_asleep(world: PlaySession):
    rng, seen = random.Random(0), set()
    for prompt in ("", "a forest at night", "a lake in the evening", "caves", "desert at night"):
        shown = world.start(3, prompt=prompt)
        for _ in range(25):
            action = rng.choice([*ACTIONS[:7], "sleep"])
            shown = world.step(action)
            assert shown.drift is not None
            assert shown.drift.agreement == shown.drift.inventory == 1, shown.drift
            assert shown.state is not None
            seen |= {*tile_names(shown.state).flat, f"asleep {shown.state.sleeping}"}
            if not shown.state.alive:
                break
    assert {"water", "sand", "stone", "tree", "path", "asleep False"} <= seen


def test_the_meter_counts_what_is_wrong(world: PlaySession):
    shown = world.start(3)
    assert shown.state is not None
    frame = shown.frame.copy()
    water = world.start(3, prompt="lake").frame
    rows, columns = np.nonzero(tile_names(world.turn.state) == "water")
    top, left = TILE * rows[0], TILE * columns[0]
    frame[:TILE, TILE : 2 * TILE] = water[top : top + TILE, left : left + TILE]
    drift = measure_drift(CrafterReader().read(frame), shown.state)
    assert drift.wrong == ((0, 1),)
    assert drift.agreement == pytest.approx(62 / 63)


def test_a_session_is_made_again_from_its_recipe(world: PlaySession):
    world.start(3, prompt="a forest")
    for action in ("left", "up", "do", "noop", "right"):
        world.step(action)
    clip = world.clip()
    assert (clip.num_frames, clip.width, clip.height) == (6, 576, 576)
    recipe = json.loads(clip.metadata["comment"])["recipe"]
    world.start(recipe["seed"], prompt=recipe["prompt"])
    for action in recipe["actions"]:
        world.step(action)
    assert np.array_equal(world.clip().frames, clip.frames)


def test_a_session_is_saved_piece_by_piece(
    world: PlaySession, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    """As its clip is, but for what coding in pieces rounds otherwise."""
    world.start(3, prompt="a forest")
    for action in ("left", "up", "do", "noop", "right", "sleep"):
        world.step(action)
    whole = Clip.load(world.clip().save(tmp_path / "whole.mp4"))
    for frames in (3, 4, 7, 8):
        monkeypatch.setattr(recording, "PIECE", frames)
        saved = Clip.load(world.save(tmp_path / "saved.mp4"))
        assert (saved.num_frames, saved.fps, saved.metadata) == (7, whole.fps, whole.metadata)
        assert np.abs(saved.frames.astype(int) - whole.frames).mean() < 1
    assert sorted(each.name for each in tmp_path.iterdir()) == ["saved.mp4", "whole.mp4"]


@pytest.mark.parametrize(
    ("prompt", "place", "time"),
    [
        ("a forest at night", "forest", "night"),
        ("夜晚的森林", "forest", "night"),
        ("in the mountains", "mountain", ""),
        ("sunset", "", "evening"),
        ("in the twilight, by the water", "lake", "evening"),
        ("傍晚", "", "evening"),
        ("Midnight in the mountains, not day", "mountain", "night"),
        ("天黑了，沙滩", "desert", "night"),
        ("黎明", "", "dawn"),
    ],
)
def test_prompts_name_places_and_times(prompt: str, place: str, time: str):
    start = start_of(prompt)
    assert start is not None
    assert (start.place, start.time) == (place, time)
    assert start_of("a nice game of sandpits") is None


@pytest.mark.parametrize(
    ("prompt", "given"),
    [
        ("傍晚", "in the evening"),
        ("sunset", "in the evening"),
        ("a lake at MIDNIGHT", "at night, by a lake"),
        ("dawn", "by day"),
        ("沙漠", "in the desert"),
        ("", ""),
        ("a nice game", "a nice game"),
    ],
)
def test_networks_are_given_phrases_that_they_were_trained_on(prompt: str, given: str):
    assert trained_phrases(prompt) == given


def test_what_cannot_be_done_is_said(world: PlaySession):
    world.start(3)
    with pytest.raises(SorairoError, match=r"no action 'lef'.*Did you mean 'left'"):
        world.step("lef")
    with pytest.raises(SorairoError, match="whole number from 0"):
        world.start(-1)
    with pytest.raises(SorairoError, match="not from both"):
        world.start(3, picture=world.start(3).frame)
    with pytest.raises(SorairoError, match="take a step first"):
        world.clip()
    with pytest.raises(SorairoError, match="no mode of play 'dreams'"):
        world.set_mode("dreams")


def test_gymnasium_accepts_the_environment():
    env = gymnasium.make("sorairo/Crafter-v0", lands=1, render_mode="rgb_array")
    check_env(env.unwrapped)
    first, _ = env.reset(seed=4, options={"prompt": "a lake"})
    assert np.array_equal(env.reset(seed=4, options={"prompt": "a lake"})[0], first)
    assert np.array_equal(env.render(), first)


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> PlaySession:
    """A session drawn by a network with random weights."""
    return sorairo.load(tiny_crafter(tmp_path_factory.mktemp("model"))).play(seed=3)


def test_networks_draw_and_modes_change_while_playing(drawn: PlaySession):
    assert drawn.mode == "dream"
    dreamed = drawn.step("left")
    assert dreamed.drift is not None
    assert dreamed.drift.agreement < 0.5, "random weights know nothing"
    assert drawn.set_mode("simulator").drift == replace(
        dreamed.drift, agreement=1, inventory=1, wrong=()
    )
    for mode in ("anchored", "dream"):
        drawn.set_mode(mode)
        drawn.prompt("night falls")
        shown = drawn.step("up")
        assert shown.frame.shape == (72, 72, 3)
    assert shown.step == 3
    assert drawn.recording.recipe()["actions"] == ["left", "up", "up"]


def test_a_recipe_has_the_changes_of_prompt_and_mode(drawn: PlaySession):
    drawn.set_mode("dream")
    drawn.start(3)
    drawn.prompt("dusk")
    drawn.prompt("night falls")
    drawn.step("left")
    for mode in ("simulator", "anchored"):
        drawn.set_mode(mode)
    drawn.prompt("")
    drawn.step("up")
    clip, recipe = drawn.clip(), drawn.recording.recipe()
    assert recipe["changes"] == [
        {"step": 0, "prompt": "night falls"},
        {"step": 1, "mode": "anchored"},
        {"step": 1, "prompt": ""},
    ]
    drawn.set_mode(recipe["mode"])
    drawn.start(recipe["seed"])
    for step, action in enumerate(recipe["actions"]):
        for change in (each for each in recipe["changes"] if each["step"] == step):
            if "mode" in change:
                drawn.set_mode(change["mode"])
            else:
                drawn.prompt(change["prompt"])
        drawn.step(action)
    assert np.array_equal(drawn.clip().frames, clip.frames)
    drawn.start(3)
    assert "changes" not in drawn.recording.recipe()


def test_a_picture_is_dreamed_on_and_has_no_rules(drawn: PlaySession, tmp_path: Path):
    drawn.set_mode("dream")
    shown = drawn.start(picture=np.full((100, 90, 3), 60, np.uint8))
    assert (shown.state, shown.drift) == (None, None)
    first = drawn.step("right").frame
    drawn.start(picture=np.full((100, 90, 3), 60, np.uint8))
    assert np.array_equal(drawn.step("right").frame, first), "the same noise each time"
    with pytest.raises(SorairoError, match="needs a start from a seed"):
        drawn.set_mode("anchored")
    glass = Image.new("RGBA", (100, 90), (60, 60, 60, 0))
    white = drawn.start(picture=np.full((100, 90, 3), 255, np.uint8), prompt="a cave").frame
    assert np.array_equal(drawn.start(picture=glass, prompt="a cave").frame, white)
    for wrong in (np.full((100, 90, 3), 0.5), tmp_path / "missing.png"):
        with pytest.raises(SorairoError, match=r"uint8|no file"):
            drawn.start(picture=wrong, prompt="at night")
        assert drawn.words == "a cave", "the session goes on as it was"
    drawn.start(3)
    drawn.set_mode("anchored")
    with pytest.raises(SorairoError, match="choose dream"):
        drawn.start(picture=first)
    drawn.set_mode("dream")


INTO_LAVA = ("left", "left")  # from the start of land 0 with the prompt "lava"


def test_a_dream_goes_on_after_the_death_of_the_simulators_player(drawn: PlaySession):
    drawn.set_mode("dream")
    assert drawn.start(0, prompt="lava").died_at is None
    assert drawn.turn is not None
    dream, noise = Dream(model_of(drawn.facts.model)), torch.Generator().manual_seed(NOISE_SEED)
    dream.start(drawn.turn.frame, prompt="by the lava")
    actions = (*INTO_LAVA, "up", "noop", "do")
    shown = [drawn.step(action) for action in actions]
    for each, action in zip(shown, actions, strict=True):
        alone = dream.step(action, prompt="by the lava", generator=noise)
        assert np.array_equal(each.frame, alone), "the dream of the network alone"
    assert [each.died_at for each in shown] == [None, 2, 2, 2, 2]
    assert [each.state and each.state.alive for each in shown] == [True, False, None, None, None]
    assert [each.drift is None for each in shown] == [False, False, True, True, True]
    assert not any(each.over for each in shown)
    for mode in ("anchored", "simulator"):
        with pytest.raises(SorairoError, match=f"died at step 2, and the mode {mode} follows it"):
            drawn.set_mode(mode)
    assert drawn.mode == "dream"
    clip, recipe = drawn.clip(), drawn.recording.recipe()
    assert recipe["actions"] == list(actions)
    drawn.start(recipe["seed"], prompt=recipe["prompt"])
    again = [drawn.step(action) for action in recipe["actions"]]
    assert again[-1].died_at == 2
    assert np.array_equal(drawn.clip().frames, clip.frames)
    assert drawn.start(3).died_at is None


def test_death_is_the_end_where_the_rules_are_followed(drawn: PlaySession):
    drawn.set_mode("anchored")
    drawn.start(0, prompt="lava")
    shown = [drawn.step(action) for action in INTO_LAVA]
    assert [each.over for each in shown] == [False, True]
    with pytest.raises(SorairoError, match="has died: start again"):
        drawn.step("up")
    with pytest.raises(SorairoError, match="start again"):
        drawn.set_mode("simulator")
    assert not drawn.set_mode("dream").over, "a dream goes on from the last frame"
    after = drawn.step("up")
    assert (after.step, after.died_at, after.state, after.drift) == (3, 2, None, None)


def test_an_episode_in_a_dream_ends_with_the_player_of_the_rules(drawn: PlaySession):
    env = PlayEnv(drawn.facts.model, mode="dream", lands=1)
    with pytest.raises(gymnasium.error.ResetNeeded):
        env.step(0)
    _, facts = env.reset(seed=1, options={"prompt": "lava"})
    assert (facts["inventory"]["health"], facts["agreement"]) == (9, 1)
    steps = [env.step(ACTIONS.index(action)) for action in INTO_LAVA]
    assert [(died, time_up) for _, _, died, time_up, _ in steps] == [(False, False), (True, False)]
    assert [reward for _, reward, *_ in steps] == [0, -0.9]
    assert steps[-1][-1]["inventory"]["health"] == 0
    assert steps[0][-1]["agreement"] < 0.5, "the frames are those of the dream"
    with pytest.raises(gymnasium.error.ResetNeeded):
        env.step(0)
    env.reset(options={"prompt": "lava"})
    assert not env.step(0)[2]
