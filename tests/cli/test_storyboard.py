"""`sorairo storyboard` from a file to a clip, with an untrained model."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from sorairo.generation.requests.metadata import read_comment
from sorairo.generation.requests.storyboard.request import Storyboard
from sorairo.video import Clip

from .conftest import Done, Run

STORY = """
size = "96x64"
seed = 5
[[card]]
prompt = "a red ball rolls to the left"
seconds = 1.5
[[card]]
prompt = "a blue cube slides to the right"
seconds = 1
picture = "ball.png"
[[card]]
clip = "in.gif"
[[card]]
prompt = "一个红色的球落下"
cut = false
seconds = 0.5
"""


@pytest.fixture
def story(tmp_path: Path) -> Path:
    """A storyboard in a folder of its own, with a grey picture and a clip of twelve greys."""
    folder = tmp_path / "cards"
    folder.mkdir()
    Clip(frames=np.full((1, 64, 96, 3), 77, np.uint8), fps=12).save(folder / "ball.png")
    greys = np.arange(12, dtype=np.uint8)[:, None, None, None] * 15 + 20
    Clip(frames=greys + np.zeros((1, 64, 96, 3), np.uint8), fps=12).save(folder / "in.gif")
    path = folder / "story.toml"
    path.write_text(STORY, encoding="utf-8")
    return path


@pytest.fixture
def make(here: Callable[..., Done], tiny_model: Path) -> Callable[..., Done]:
    return lambda *arguments: here(*arguments, "--model", tiny_model, "--steps", 1, "--json")


def test_a_story_is_made(make: Callable[..., Done], story: Path, tmp_path: Path):
    done = make("storyboard", story, "--contact-sheet", "--gif", "--fps", 12, "-o", "story.mp4")
    facts = done.facts
    assert (facts["frames"], facts["size"], facts["seed"]) == (18 + 12 + 12 + 6, "96x64", 5)
    assert facts["inputs"] == ["ball.png", "in.gif"]
    assert (tmp_path / "story.gif").exists()
    assert (tmp_path / "story-sheet.png").exists()
    frames = Clip.load(tmp_path / "story.gif").frames.astype(int)
    assert abs(frames[18].mean() - 77) < 6, "the picture is the first frame of its shot"
    kept = frames[30:42].mean((1, 2, 3))
    assert np.abs(kept - (np.arange(12) * 15 + 20)).max() < 6, "the clip is as it was given"
    board = read_comment(done.clip.metadata["comment"])
    assert isinstance(board, Storyboard)
    assert [card.prompt for card in board.cards][3] == "一个红色的球落下"
    assert str(tmp_path) not in done.clip.metadata["comment"]


def test_the_same_story_is_the_same_clip_and_options_come_first(
    make: Callable[..., Done], story: Path, tmp_path: Path
):
    clips = [
        make("storyboard", story, "-o", f"{i}.gif", *options).clip.frames
        for i, options in enumerate(([], [], ["--seed", 6]))
    ]
    assert np.array_equal(clips[0], clips[1])
    assert not np.array_equal(clips[0], clips[2])


def test_it_can_be_remixed(make: Callable[..., Done], story: Path):
    make("storyboard", story, "-o", "cards/story.mp4")
    done = make("remix", "cards/story.mp4", "at night", "-o", "night.mp4")
    board = read_comment(done.clip.metadata["comment"])
    assert board.texts[0] == "a red ball rolls to the left, at night"
    assert done.clip.num_frames == 48


def test_of_a_long_film_only_what_is_shown_is_read(make: Callable[..., Done], tmp_path: Path):
    """Beyond its second second, the film cannot be decoded."""
    frames = np.full((96, 64, 64, 3), 90, np.uint8)
    frames += np.random.default_rng(0).integers(0, 50, frames.shape, dtype=np.uint8)
    data = bytearray(Clip(frames=frames, fps=12).save(tmp_path / "film.mp4").read_bytes())
    half = len(data) // 2
    data[half:] = bytes(len(data) - half)
    (tmp_path / "film.mp4").write_bytes(data)
    (tmp_path / "story.toml").write_text(
        '[[card]]\nclip = "film.mp4"\nseconds = 0.5\n[[card]]\nprompt = "a ball"\nseconds = 0.5\n'
    )
    monkey = Clip.load(tmp_path / "film.mp4", end=0.5)
    done = make("storyboard", "story.toml", "-o", "story.mp4")
    assert done.clip.num_frames == 12
    assert np.abs(done.clip.frames[:6].astype(int) - monkey.frames).mean() < 5


def test_mistakes_end_with_2_and_write_nothing(sorairo: Run, tmp_path: Path):
    (tmp_path / "story.toml").write_text("[[card]]\npromt = 'a red ball'\n")
    before = set(tmp_path.rglob("*"))
    done = sorairo("storyboard", "story.toml")
    assert (done.returncode, done.stdout) == (2, "")
    assert "card 1, 'promt'. Did you mean 'prompt'?" in done.stderr
    assert "Traceback" not in done.stderr
    assert set(tmp_path.rglob("*")) == before


def test_cards_are_expanded_unless_they_show_footage(make: Callable[..., Done], story: Path):
    text = STORY.replace("a red ball rolls to the left", "a red ball")
    story.write_text(text, encoding="utf-8")
    done = make("storyboard", story, "--expand", "-o", "story.mp4")
    board = read_comment(done.clip.metadata["comment"])
    assert isinstance(board, Storyboard)
    first, second, third, last = board.cards
    assert first.prompt == "a red ball"
    assert "red" in first.expanded
    assert board.texts[0] == first.expanded
    assert (second.expanded, third.expanded) == ("", "")
    assert "红" in last.expanded
    again = make("storyboard", story, "--expand", "-o", "again.mp4")
    assert read_comment(again.clip.metadata["comment"]) == board
