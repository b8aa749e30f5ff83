"""Storyboards: files are read correctly, cuts fall on their frames, mistakes give clear errors."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sorairo.errors import MediaError, RequestError, SorairoError
from sorairo.generation.requests.storyboard.request import Card, Storyboard
from sorairo.generation.requests.storyboard.toml import load_footage, read_storyboard
from sorairo.generation.tasks.layout import CanvasSpec, GeneratedSegment, GivenSegment
from sorairo.generation.tasks.storyboard import storyboard
from sorairo.video import Clip

SPEC = CanvasSpec()
RED, BLUE = "a red ball rolls to the left on the grass", "a blue cube slides right on the sand"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """With a picture, and a clip of 25 frames at 12 a second, each frame of its own grey."""
    Clip(frames=np.full((1, 64, 64, 3), 77, np.uint8), fps=12).save(tmp_path / "ball.png")
    greys = np.arange(25, dtype=np.uint8)[:, None, None, None] * 8
    Clip(frames=greys + np.zeros((1, 64, 64, 3), np.uint8), fps=12).save(tmp_path / "in.gif")
    return tmp_path


def read(folder: Path, text: str) -> Storyboard:
    path = folder / "story.toml"
    path.write_text(text, encoding="utf-8")
    return read_storyboard(path)[0]


def clip_of(folder: Path, name: str) -> Clip:
    return Clip.load(folder / name)


def times(board: Storyboard) -> list[tuple[float, float]]:
    return [(round(card.start, 6), round(card.end, 6)) for card in board.cards]


def test_a_storyboard_is_read(folder: Path):
    board = read(
        folder,
        f"""
        size = "512x256"
        fps = 24
        seed = 7
        style = "oil"
        [[card]]
        prompt = "{RED}"
        seconds = 3
        [[card]]
        prompt = "一个蓝色的方块滑过沙地"
        end = 5
        cut = false
        style = "neon"
        [[card]]
        picture = "ball.png"
        seconds = 2
        at = 1.5
        [[card]]
        clip = "in.gif"
        """,
    )
    assert (board.width, board.height, board.fps, board.seed) == (512, 256, 24, 7)
    assert times(board)[:3] == [(0, 3), (3, 5), (5, 7)]
    assert times(board)[3] == pytest.approx((7, 7 + 25 / 12), abs=0.01)
    assert [card.cut for card in board.cards] == [True, False, True, True]
    assert (board.cards[2].picture, board.cards[3].clip) == ("ball.png", "in.gif")
    assert Storyboard.from_comment(board.to_comment()) == board
    _, files = read_storyboard(folder / "story.toml")
    assert files == (folder / "ball.png", folder / "in.gif")
    assert [clip.num_frames for clip in load_footage(board, files)] == [1, 25]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("seconds=9\n" + "[[card]]\nprompt='a'\n" * 3, [(0, 3), (3, 6), (6, 9)]),
        ("seconds=9\n[[card]]\nprompt='a'\n[[card]]\nprompt='b'\nseconds=5", [(0, 4), (4, 9)]),
        ("[[card]]\nprompt='a'\n[[card]]\nprompt='b'\nstart=2\nend=3", [(0, 2), (2, 3)]),
        ("[[card]]\nprompt='a'\nend=2\n[[card]]\nprompt='b'\nend=3", [(0, 2), (2, 3)]),
        # time that nobody claims: the card before goes on; the first one is led up to
        ("[[card]]\nprompt='a'\nend=2\n[[card]]\nprompt='b'\nstart=4\nend=5", [(0, 4), (4, 5)]),
        ("seconds=6\n[[card]]\nprompt='a'\nstart=1\nseconds=2", [(0, 6)]),
    ],
)
def test_times_are_shared_and_gaps_are_filled(folder: Path, text: str, expected: list):
    assert times(read(folder, text)) == expected


CARD = "[[card]]\nprompt='a'\nseconds=2\n"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no cards"),
        ("card = []", "no cards"),
        ("[[card]", "as a storyboard in TOML"),
        (CARD + "[[card]]\npromt='a'", "card 2, 'promt'. Did you mean 'prompt'?"),
        ("secnds=3\n" + CARD, "the storyboard, 'secnds'. Did you mean 'seconds'?"),
        (CARD + "[[card]]\nprompt=5", "In card 2, 'prompt' takes a text, not 5"),
        (CARD + "[[card]]\nseconds=1", "Card 2 is empty"),
        ("[[card]]\ncut=false\nseconds=1", "Card 1 is empty"),
        ("[[card]]\nprompt='a'", "Card 1 has no length"),
        (CARD + "[[card]]\nprompt='b'\nstart=1\nend=3", "Card 2 begins at 1 s, before card 1 ends"),
        ("[[card]]\nprompt='a'\nend=2\n[[card]]\nprompt='b'\nstart=1\nend=3", "before card 1 ends"),
        ("seconds=1\n" + CARD, "Card 1 ends at 2 s, but the storyboard lasts 1 s"),
        ("seconds=2\n" + CARD + "[[card]]\nprompt='b'", "no time left for card 2"),
        ("seconds=nan\n" + CARD, "cannot last nan"),
        ("[[card]]\nprompt='a'\nseconds=0", "Card 1 cannot last 0 s"),
        ("[[card]]\nprompt='a'\nseconds=inf", "Card 1 cannot last inf s"),
        ("[[card]]\nprompt='a'\nseconds=1\nend=1", "Card 1 has both seconds and end"),
        ("[[card]]\nprompt='a'\nstart=3\nend=1", "Card 1 ends at 1 s, but begins at 3 s"),
        ("[[card]]\nprompt='a'\nstart=-3\nend=1", "Card 1 has start = -3"),
        (CARD + "picture='ball.png'\nat=2", "Card 1 has at = 2, but lasts 2 s"),
        (CARD + "picture='bell.png'", "Card 1 names .*bell.png, but there is no such file"),
        (CARD + "picture=''", "Card 1 names"),
        (CARD + "picture='ball.png'\nclip='in.gif'", "Card 1 has a picture and a clip"),
        ("size='big'\n" + CARD, "'big' is not a size"),
    ],
)
def test_mistakes_are_named_in_one_sentence(folder: Path, text: str, words: str):
    with pytest.raises(SorairoError, match=words) as caught:
        read(folder, text)
    assert "\n" not in str(caught.value)


def test_files_that_are_not_text_or_not_there(folder: Path):
    (folder / "bad.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(RequestError, match="in TOML"):
        read_storyboard(folder / "bad.toml")
    with pytest.raises(RequestError, match="There is no file"):
        read_storyboard(folder / "none.toml")
    (folder / "empty.png").write_bytes(b"")
    read(folder, CARD + "picture='empty.png'")
    with pytest.raises(MediaError, match="Card 1"):
        load_footage(*read_storyboard(folder / "story.toml"))


# --- layouts


def board_of(*lengths: float, cuts: tuple[bool, ...] = (), **also) -> Storyboard:
    ends = np.cumsum(lengths).tolist()
    cards = tuple(
        Card(start=end - length, end=end, prompt=f"text {i}", cut=not cuts or cuts[i])
        for i, (length, end) in enumerate(zip(lengths, ends, strict=True))
    )
    return Storyboard(cards=cards, **also)


@given(st.lists(st.integers(1, 60), min_size=1, max_size=5), st.data())
def test_cuts_fall_on_the_requested_frames(frames: list[int], data: st.DataObject):
    cuts = tuple(data.draw(st.booleans()) for _ in frames)
    made = storyboard(board_of(*(n / 12 for n in frames), cuts=cuts), spec=SPEC)
    starts = [0, *np.cumsum(frames).tolist()]
    assert made.num_frames == starts[-1]
    expected = [s for i, s in enumerate(starts[:-1]) if i == 0 or cuts[i]]
    assert list(made.shots) == expected
    assert made.prompt_weights.sum(1) == pytest.approx(1)
    assert made.prompt_weights.min() >= 0
    for start in expected:
        card = starts.index(start)
        assert made.prompt_weights[start, card] == 1, "a shot begins with its own text alone"
    spans = [
        (segment.first, segment.last)
        for segment in made.segments
        if isinstance(segment, GeneratedSegment)
    ]
    assert spans == list(zip(expected, [*expected[1:], starts[-1]], strict=True))


def test_texts_fade_within_half_a_second_where_there_is_no_cut():
    made = storyboard(board_of(2, 2, cuts=(True, False)), spec=SPEC)
    second = made.prompt_weights[:, 1]
    assert np.all(np.diff(second) >= 0)
    fading = np.flatnonzero((second > 0) & (second < 1))
    assert (fading[0], fading[-1]) == (21, 26)
    assert second[23] + second[24] == pytest.approx(1)


def test_equal_texts_are_merged_and_a_card_without_a_prompt_continues():
    cards = (
        Card(start=0, end=1, prompt=RED),
        Card(start=1, end=2, prompt=BLUE),
        Card(start=2, end=3, prompt=RED),
        Card(start=3, end=4, cut=False),
    )
    made = storyboard(Storyboard(cards=cards), spec=SPEC)
    assert made.prompts == (RED, BLUE)
    assert made.prompt_weights[24:, 0].min() == 1
    assert made.related_shots == ((), (), (0,)), "a cube on the sand is another scene"


@pytest.mark.parametrize(
    ("texts", "related_shots"),
    [
        (["a red ball", "it rolls to the left", "the red ball falls"], ((), (0,), (0, 1))),
        (["a red ball", "a red ball on the sand", "a ball on the snow"], ((), (0,), (0,))),
        (["a red ball by day", "the red ball at night", "a cat"], ((), (), (1, 0))),
        (["a red ball", "a red ball, in pixel art", "a red cube"], ((), (), ())),
        (["一个红色的球", "a red ball", "一只猫"], ((), (0,), (1, 0))),
    ],
)
def test_shots_see_shots_of_the_same_scene(texts: list[str], related_shots: tuple):
    cards = tuple(Card(start=i, end=i + 1, prompt=text) for i, text in enumerate(texts))
    assert storyboard(Storyboard(cards=cards), spec=SPEC).related_shots == related_shots


def test_styles_are_worded_in_the_language_of_the_card():
    cards = (
        Card(start=0, end=1, prompt="a red ball falls."),
        Card(start=1, end=2, prompt="一个红色的球落下。", style="oil"),
    )
    made = storyboard(Storyboard(cards=cards, style="pixel_art"), spec=SPEC)
    assert made.prompts == ("a red ball falls, in pixel art", "一个红色的球落下，油画风格")


def test_a_style_alone_changes_the_style_of_a_shot_that_goes_on():
    cards = (
        Card(start=0, end=1, prompt="a red ball rolls"),
        Card(start=1, end=2, cut=False, style="oil"),
        Card(start=2, end=3, cut=False),
        Card(start=3, end=4, prompt="a blue box"),
    )
    assert Storyboard(cards=cards, style="pixel_art").texts == (
        "a red ball rolls, in pixel art",
        "a red ball rolls, as an oil painting",
        "a red ball rolls, as an oil painting",
        "a blue box, in pixel art",
    )


def test_pictures_are_at_their_times(folder: Path):
    cards = (
        Card(start=0, end=2, prompt=RED),
        Card(start=2, end=4, prompt=BLUE, picture="ball.png"),
        Card(start=4, end=6, prompt=BLUE, picture="ball.png", at=1.5),
    )
    made = storyboard(Storyboard(cards=cards), [clip_of(folder, "ball.png")] * 2, spec=SPEC)
    assert [each.first for each in made.given] == [24]
    assert [each.at for each in made.keyframes] == [48 + 18]
    kept = [segment for segment in made.segments if isinstance(segment, GivenSegment)]
    assert [segment.edges for segment in kept] == [(None, 24), (66, 66)]
    spans = [
        (segment.first, segment.last)
        for segment in made.segments
        if isinstance(segment, GeneratedSegment)
    ]
    assert spans == [(0, 24), (25, 48), (48, 66), (67, 72)]


def test_a_clip_is_kept_and_goes_on(folder: Path):
    cards = (
        Card(start=0, end=1, prompt=RED),
        Card(start=1, end=4, prompt=RED, clip="in.gif", at=0.5, cut=False),
        Card(start=4, end=5, clip="in.gif"),
    )
    made = storyboard(Storyboard(cards=cards), [clip_of(folder, "in.gif")] * 2, spec=SPEC)
    first, whole = (segment for segment in made.segments if isinstance(segment, GivenSegment))
    assert first.edges == (18, 18 + 24)
    assert whole.edges == (None, None)
    assert (first.clip.num_frames, whole.clip.num_frames) == (25, 12)
    assert [(each.first, len(each.frames)) for each in made.given] == [(18, 25), (48, 12)]
    assert sorted(each.at for each in made.keyframes) == [18, 42]


def test_a_card_shorter_than_a_frame_is_refused():
    with pytest.raises(RequestError, match=r"Card 2 lasts 0\.01 s, less than a frame"):
        storyboard(board_of(1, 0.01, 1), spec=SPEC)


def test_footage_that_is_missing_is_refused():
    board = Storyboard(cards=(Card(start=0, end=1, picture="ball.png"),))
    with pytest.raises(RequestError, match="name 1 files, but 0 are given"):
        storyboard(board, spec=SPEC)
