"""Characters in storyboards: each card shows those that it names, as a cast does."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from sorairo.errors import RequestError, SorairoError
from sorairo.exam.held_out_scenes import film
from sorairo.generation.requests.limits import Limits
from sorairo.generation.requests.metadata import read_comment
from sorairo.generation.requests.reading import read_request
from sorairo.generation.requests.storyboard.request import Card, Storyboard
from sorairo.generation.requests.storyboard.toml import load_footage, read_storyboard
from sorairo.generation.tasks.characters import cast
from sorairo.generation.tasks.layout import CanvasSpec, GeneratedSegment, GivenSegment
from sorairo.generation.tasks.registry import layout_of
from sorairo.video import Clip
from sorairo.world.tabletop.dynamics.sampling import sample_scene
from sorairo.world.tabletop.scene import STILL_LIFES, SceneConfig

SPEC = CanvasSpec()
PROMPTS = ("Ruby rolls on the grass", "a green cone stands on the sand", "Ruby meets Sky", "Sky")
CUTS = (True, True, True, False)


def clip_of(color: str, shape: str) -> Clip:
    one = {"colors": (color,), "shapes": (shape,), "lights": ("day",), "max_bodies": 1}
    config = SceneConfig(**{**vars(STILL_LIFES), **one})
    return film(sample_scene(np.random.default_rng(3), config), 2.0)


@pytest.fixture(scope="module")
def clips() -> list[Clip]:
    """A red ball and a blue cylinder."""
    return [clip_of("red", "sphere"), clip_of("blue", "cylinder")]


def board_of(*prompts: str, cuts: tuple[bool, ...] = CUTS, **also: object) -> Storyboard:
    cards = (
        Card(start=i, end=i + 1, prompt=prompt, cut=cut)
        for i, (prompt, cut) in enumerate(zip(prompts, cuts, strict=False))
    )
    return Storyboard(**{"cards": tuple(cards), "names": ("Ruby", "Sky"), **also})  # type: ignore[arg-type]


def test_each_card_shows_the_characters_that_it_names(clips: list[Clip]):
    made = layout_of(board_of(*PROMPTS), clips, SPEC)
    shot = round(1.5 * SPEC.fps)
    assert [(each.first, len(each.frames)) for each in made.given] == [(0, shot), (shot, shot)]
    begin = 2 * shot
    fps = round(SPEC.fps)
    assert made.shots == (0, shot, begin, begin + fps, begin + 2 * fps)
    assert made.num_frames == begin + 4 * fps
    said = [
        made.prompts[int(np.argmax(made.prompt_weights[begin + i * fps + fps // 2]))]
        for i in range(4)
    ]
    assert said == [
        "the red ball rolls on the grass",
        "a green cone stands on the sand",
        "the red ball meets the blue cylinder",
        "the blue cylinder",
    ]
    first, second, third = made.related_shots[2:]
    assert first == (0,), "the blue cylinder is no part of it"
    assert not {0, 1} & set(second), "it names nobody"
    assert set(third[:2]) == {0, 1}, "before other shots"
    assert all(isinstance(each, GeneratedSegment) for each in made.segments), (
        "they are not delivered"
    )
    spans = [
        (each.first, each.last) for each in made.segments if isinstance(each, GeneratedSegment)
    ]
    assert spans == [
        (begin, begin + fps),
        (begin + fps, begin + 2 * fps),
        (begin + 2 * fps, begin + 4 * fps),
    ]


def test_one_card_is_a_cast(clips: list[Clip]):
    board = layout_of(board_of("Ruby meets Sky"), clips, SPEC)
    alone = cast(
        clips,
        "the red ball meets the blue cylinder",
        spec=SPEC,
        size=SPEC.size,
        num_frames=round(SPEC.fps),
    )
    one, two = (
        [each.shots, str(each.segments), each.related_shots, each.prompts, each.num_frames]
        for each in (board, alone)
    )
    assert one == two
    assert alone.related_shots[-1] == (1, 0)


def test_cards_with_footage_beside_characters(clips: list[Clip]):
    """The files of the cards come first; style and the words of every card are no part of the shots
    that show the characters."""
    cards = (
        Card(start=0, end=1, clip="in.mp4"),
        Card(start=1, end=2, prompt="Ruby rolls", picture="end.png", at=0.5),
    )
    footage = [Clip(frames=clips[1].frames[:12], fps=12), Clip(frames=clips[1].frames[:1], fps=12)]
    board = Storyboard(cards=cards, names=("Ruby",), prompt="at night", style="oil")
    made = layout_of(board, [*footage, clips[0]], SPEC)
    begin = round(1.5 * SPEC.fps)
    assert made.given[0].first == 0
    assert [type(each) for each in made.segments[:2]] == [GivenSegment, GeneratedSegment]
    assert made.keyframes[0].at == begin + round(1.5 * SPEC.fps)
    assert made.prompts[0] == ""
    assert "the red ball rolls" in made.prompts[-1]
    assert "night" in made.prompts[-1]


def test_names_are_kept_when_prompts_are_read(clips: list[Clip]):
    board = board_of("Ruby, crimson, rolls at nighttime", cuts=(True,), names=("Ruby",))
    read = read_request(board, Limits(world="tabletop")).request
    assert "the red ball" in layout_of(read, clips[:1], SPEC).prompts[-1]


def test_a_file_with_characters(tmp_path: Path, clips: list[Clip]):
    clips[0].save(tmp_path / "ruby.mp4")
    Clip(frames=clips[1].frames[:1], fps=12).save(tmp_path / "end.png")
    text = (
        '[[card]]\nprompt = "Ruby rolls"\nseconds = 1\n[[card]]\npicture = "end.png"\nseconds = 1\n'
        '[[character]]\nname = "Ruby"\nclip = "ruby.mp4"\n'
    )
    path = tmp_path / "story.toml"
    path.write_text(text)
    board, files = read_storyboard(path)
    assert (board.names, [each.name for each in files]) == (("Ruby",), ["end.png", "ruby.mp4"])
    shown = load_footage(board, files)
    assert [clip.num_frames for clip in shown] == [1, clips[0].num_frames]
    assert board.footage(shown) == shown[:1], "a character sets no size"
    assert read_comment(board.to_comment()) == board
    for wrong, message in (
        ('name = "Ruby"', "clip"),
        ('name = " "\nclip = "ruby.mp4"', "empty name"),
        ('name = "Ruby"\nclip = "none.mp4"', "no such file"),
        ('name = "Ruby"\nclip = "ruby.mp4"\nage = 3', "age"),
    ):
        path.write_text(text.partition("[[character]]")[0] + "[[character]]\n" + wrong)
        with pytest.raises(SorairoError, match=message):
            read_storyboard(path)


def test_characters_must_be_named(clips: list[Clip]):
    with pytest.raises(RequestError, match="No card names the character 'Sky'"):
        board_of("Ruby rolls", "Skyline", cuts=(True, True)).validate()
    board_of("Ruby rolls", cuts=(True,), prompt="beside Sky").validate()
    with pytest.raises(RequestError, match="name 2 files, but 1 are given"):
        layout_of(replace(board_of(*PROMPTS)), clips[:1], SPEC)
