"""Windows: everything is generated once, nothing is seen before it is generated, shots see earlier
shots."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sorairo.generation.sampling.temporal_windows import SHOTS, windows
from sorairo.generation.tasks.layout import CanvasLayout, CanvasSpec

SPEC = CanvasSpec()


def layout_of(*lengths: int, related_shots: tuple[tuple[int, ...], ...] = ()) -> CanvasLayout:
    """A layout of shots with these numbers of frames, each with its own text."""
    total = sum(lengths)
    return CanvasLayout(
        spec=SPEC,
        num_frames=total,
        width=96,
        height=96,
        prompts=tuple(map(str, lengths)),
        prompt_weights=np.repeat(np.eye(len(lengths), dtype=np.float32), lengths, axis=0),
        segments=(),
        shots=(0, *np.cumsum(lengths)[:-1].tolist()),
        related_shots=related_shots,
    )


def shown(layout: CanvasLayout) -> list[list[int]]:
    """The shots that each window sees, in its order."""
    shots = [each.shot for each in layout.latent_frames()]
    return [
        list(dict.fromkeys(shots[i] for i in window.latent_frames)) for window in windows(layout)
    ]


@given(st.lists(st.integers(1, 200), min_size=1, max_size=5))
def test_every_group_is_made_once_after_what_it_sees(lengths: list[int]):
    layout, made = layout_of(*lengths), set()
    for window in windows(layout):
        assert len(window.latent_frames) <= SPEC.window
        assert set(window.latent_frames[: window.known]) <= made
        new = window.latent_frames[window.known :]
        assert new
        assert not set(new) & made
        made |= set(new)
        assert list(window.times) == sorted(set(window.times)), "no two at one time"
    assert made == set(range(len(layout.latent_frames())))


@pytest.mark.parametrize("frames", [1, 48, 49, 50, 120, 720])
def test_one_shot_continues_from_its_own_past(frames: int):
    layout = layout_of(frames)
    parts = windows(layout)
    assert (len(parts) == 1) == (len(layout.latent_frames()) <= 13)
    for part in parts:
        first, last = part.latent_frames[0], part.latent_frames[-1]
        assert list(part.latent_frames) == list(range(first, last + 1))
        own = [layout.times()[i] for i in part.latent_frames]
        assert part.times == pytest.approx([time - own[0] for time in own]), "as in training"
    sizes = [len(part.latent_frames) - part.known for part in parts[1:]]
    assert max(sizes, default=0) - min(sizes, default=0) <= 1


def test_a_story_that_fits_is_seen_whole():
    layout = layout_of(13, 17, 12)
    (whole,) = windows(layout)
    assert whole.latent_frames == tuple(range(4 + 5 + 4))
    assert whole.times == layout.times()


def test_a_shot_begins_a_frame_after_the_shot_before_it():
    """As in training, also where the last latent frame of a shot is not shown to its end."""
    # 14 = 1 + 4 * 3 + 1: three frames of the last latent frame are not shown
    layout = layout_of(14, 21)
    latent_frames, times = layout.latent_frames(), np.array(layout.times()) * 12
    first = [each.shot for each in latent_frames].index(1)
    assert times[first] - times[first - 1] == pytest.approx(1)
    assert np.diff(times[:first]) == pytest.approx(4)
    assert np.diff(times[first:]) == pytest.approx(4)


def test_each_shot_of_a_long_story_sees_the_one_before_and_the_first():
    layout = layout_of(25, 25, 25, 25)
    assert shown(layout) == [[0], [0, 1], [0, 1, 2], [0, 2, 3]]
    third = windows(layout)[2]
    shots = [layout.latent_frames()[i].shot for i in third.latent_frames]
    assert shots == [0] * 3 + [1] * 3 + [2] * 7
    frames = np.round(np.array(third.times) * 12)
    assert frames.tolist() == [0, 4, 8, 9, 13, 17, *range(18, 18 + 7 * 4, 4)]


def test_a_shot_sees_its_related_shots():
    layout = layout_of(*[25] * 5, related_shots=((), (0,), (0,), (1, 2, 0), (2, 0)))
    assert shown(layout) == [[0], [0, 1], [0, 2], [1, 2, 3], [0, 2, 4]]


def test_shots_of_different_scenes_are_not_seen_together():
    assert shown(layout_of(17, 17, related_shots=((), ()))) == [[0], [1]]
    assert shown(layout_of(17, 17, related_shots=((), (0,)))) == [[0, 1]]
    (_, alone) = windows(layout_of(25, 49, related_shots=((), ())))
    assert (len(alone.latent_frames), alone.known) == (13, 0)


def test_no_more_shots_at_once_than_a_story_has():
    layout = layout_of(*[4] * 5)
    assert len(layout.latent_frames()) <= SPEC.window
    assert max(map(len, shown(layout))) == SHOTS


def test_keyframes_of_another_shot_are_not_near():
    layout = layout_of(40, 40, 40)
    times = layout.times()
    for window in windows(layout):
        shot = layout.latent_frames()[window.latent_frames[-1]].shot
        mine = [
            t for t, each in zip(times, layout.latent_frames(), strict=True) if each.shot == shot
        ]
        assert mine[0] <= window.near[0] <= window.near[1] <= mine[-1]
