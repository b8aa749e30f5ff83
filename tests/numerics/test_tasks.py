"""Tasks and their layouts: what is given fills whole latent frames, and all segments make up the
result."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from sorairo.errors import RequestError
from sorairo.generation.canvas.encode import (
    encode_layout,
    latent_frame_prompt_weights,
)
from sorairo.generation.output.delivery import segment_frames
from sorairo.generation.requests.edit import EditRequest
from sorairo.generation.requests.extend import ExtendRequest
from sorairo.generation.tasks.animate import animate
from sorairo.generation.tasks.bridge import connect, loop
from sorairo.generation.tasks.edit import edit
from sorairo.generation.tasks.extend import extend_backward, extend_forward
from sorairo.generation.tasks.layout import (
    CanvasLayout,
    CanvasSpec,
    GeneratedSegment,
    GivenSegment,
    crossfade_weights,
)
from sorairo.generation.tasks.registry import layout_of
from sorairo.generation.tasks.text import text_to_video
from sorairo.models.tabletop import POSITIONS
from sorairo.video import Clip

SPEC = CanvasSpec(area=64 * 64)


def clip_of(
    frames: int, fps: float = 12.0, size: tuple[int, int] = (64, 64), seed: int = 0
) -> Clip:
    rng = np.random.default_rng(seed)
    pictures = rng.integers(0, 256, (frames, size[1], size[0], 3), dtype=np.uint8)
    return Clip(frames=pictures, fps=fps)


def encode(frames: np.ndarray) -> torch.Tensor:
    """A stand-in with the codec's law: the mean colour of four frames at each 8x8 place."""
    assert len(frames) % 4 == 0
    video = torch.from_numpy(frames).float().permute(3, 0, 1, 2)
    return torch.nn.functional.avg_pool3d(video, (4, 8, 8))


def canvas_of(layout: CanvasLayout):
    return encode_layout(layout, encode, latent_channels=3, patch=2, positions=POSITIONS)


def layouts() -> dict[str, CanvasLayout]:
    """One of each task."""
    a, b = clip_of(30), clip_of(26, seed=1)
    picture = clip_of(1, seed=2)
    region = np.zeros((64, 64))
    region[16:32, 16:48] = 1
    how = {"spec": SPEC}
    return {
        "text": text_to_video("a", size=(64, 64), num_frames=48, **how),
        "picture": text_to_video("a", size=(64, 64), num_frames=1, **how),
        "cycle": text_to_video("a", size=(64, 64), num_frames=48, cyclic=True, **how),
        "animate": animate([(0.0, picture)], "a", num_frames=24, **how),
        "keyframes": animate([(0.0, picture), (1.5, picture)], "a", num_frames=24, **how),
        "forward": extend_forward(a, "a", num_frames=22, **how),
        "backward": extend_backward(a, "a", num_frames=22, **how),
        "of a picture": extend_forward(picture, "a", num_frames=20, **how),
        "loop": loop(a, "a", num_frames=16, **how),
        "connect": connect(a, b, ("a", "b"), num_frames=16, **how),
        "edit": edit(a, "a", strength=0.6, **how),
        "region": edit(a, "a", strength=0.6, region=region, **how),
        "retake": edit(a, "a", strength=1.0, span=(10, 17), **how),
    }


@pytest.mark.parametrize("name", layouts())
def test_every_layout_can_be_encoded(name: str):
    layout = layouts()[name]
    canvas = canvas_of(layout)
    assert canvas.grid == (len(layout.latent_frames()), 4, 4)
    torch.testing.assert_close(canvas.prompt_weights.sum(1), torch.ones(canvas.grid[0]))
    torch.testing.assert_close(canvas.view_weights.sum(0), torch.ones(canvas.grid[0]))
    assert bool((canvas.sigma_end == 0).all())
    n = len(canvas.tokens())
    assert canvas.token_positions().shape[1:] == (n, 3)
    assert canvas.token_prompt_weights().shape == (n, len(layout.prompts))
    assert canvas.sigma(1.0).shape == (n,)


@pytest.mark.parametrize("name", layouts())
def test_what_is_made_was_not_given(name: str):
    """Frames of the result that are generated lie on latent frames that are open, and the rest of
    the canvas, which shows given frames, is held, up to the latent frame at the joint."""
    layout = layouts()[name]
    canvas, latent_frames = canvas_of(layout), layout.latent_frames()
    opened = (canvas.sigma_start > 0).flatten(1).any(1)
    for segment in layout.segments:
        if isinstance(segment, GeneratedSegment):
            inside = [
                i
                for i, each in enumerate(latent_frames)
                if each.first >= segment.first and each.first + 4 <= segment.last
            ]
            assert opened[inside].all()
    for given in layout.given:
        if given.strength == 0:
            inside = [
                i
                for i, each in enumerate(latent_frames)
                if each.first >= given.first and each.first + 4 <= given.first + len(given.frames)
            ]
            assert not opened[inside].any()


def test_latents_of_given_frames_are_those_of_the_frames_at_the_joint():
    clip = clip_of(30)
    canvas = canvas_of(extend_forward(clip, "a", spec=SPEC, num_frames=12))
    torch.testing.assert_close(canvas.latents[:, :6], encode(clip.frames[-24:]))
    assert float(canvas.latents[:, 6:].abs().sum()) == 0
    canvas = canvas_of(extend_backward(clip, "a", spec=SPEC, num_frames=10))
    torch.testing.assert_close(canvas.latents[:, 3:], encode(clip.frames[:24]))


def test_a_clip_of_another_rate_is_seen_at_the_canvas_rate():
    clip = clip_of(60, fps=24.0)
    canvas = canvas_of(extend_forward(clip, "a", spec=SPEC, num_frames=12))
    torch.testing.assert_close(canvas.latents[:, :6], encode(clip.frames[::2][-24:]))


def test_a_picture_is_a_latent_frame_of_its_own():
    picture = clip_of(1)
    layout = animate([(0.0, picture)], "a", spec=SPEC, num_frames=24)
    canvas = canvas_of(layout)
    torch.testing.assert_close(canvas.latents[:, :1], encode(picture.frames.repeat(4, 0)))
    assert float(canvas.sigma_start[0].max()) == 0
    assert float(canvas.sigma_start[1:].min()) == 1
    assert [type(p) for p in layout.segments] == [GivenSegment, GeneratedSegment]


def test_a_keyframe_is_at_its_time():
    layout = layouts()["keyframes"]
    canvas = canvas_of(layout)
    (reference_tokens,) = canvas.reference_tokens
    assert float(reference_tokens.positions[0, 0, 0, 0]) == pytest.approx(1.5 * 3)
    assert [(p.first, p.last) for p in layout.segments if isinstance(p, GeneratedSegment)] == [
        (1, 18),
        (19, 24),
    ]


def test_a_picture_that_is_a_hint_is_not_shown_itself():
    a, b = (0.0, clip_of(1)), (1.5, clip_of(1, seed=1))
    layout = animate([b, a], "a", num_frames=24, spec=SPEC, strength=(1.0, 0.4))
    canvas = canvas_of(layout)
    assert [float(each.positions[0, 0, 0, 0]) for each in canvas.reference_tokens] == [0.0, 1.5 * 3]
    assert [each.sigma for each in canvas.reference_tokens] == pytest.approx([0.6, 0.0])
    assert float(canvas.sigma_start.min()) == 1
    assert [(p.first, p.last) for p in layout.segments if isinstance(p, GeneratedSegment)] == [
        (0, 18),
        (19, 24),
    ]


@pytest.mark.parametrize("at", [-0.5, 2.0, 9.0])
def test_a_picture_outside_the_clip_is_refused(at: float):
    with pytest.raises(RequestError, match="outside"):
        animate([(at, clip_of(1))], "a", spec=SPEC, num_frames=24)


def test_two_pictures_on_one_frame_are_refused():
    with pytest.raises(RequestError, match="Two pictures"):
        animate([(1, clip_of(1)), (1.02, clip_of(1))], "a", spec=SPEC, num_frames=24)


def test_latent_frames_follow_one_another_in_time():
    for layout in layouts().values():
        np.testing.assert_allclose(np.diff(layout.times()), 1 / 3)


def test_texts_fade_over_the_bridge():
    layout = layouts()["connect"]
    prompt_weights = latent_frame_prompt_weights(layout.latent_frames(), layout)
    assert prompt_weights[0].tolist() == [1, 0]
    assert prompt_weights[-1].tolist() == [0, 1]
    assert bool((prompt_weights[:, 1].diff() >= 0).all())
    assert crossfade_weights(("a", "b"), 4, 4, 8).tolist() == [[1, 0]] * 4


def test_a_curve_decides_how_texts_fade():
    """It holds over the bridge, at equal distances; before and after it there is one text."""
    weights = crossfade_weights(("a", "b"), 8, 2, 5, (0.5, 1.0, 0.0))[:, 1]
    np.testing.assert_allclose(weights, [0, 0, 0.75, 1, 0.5, 1, 1, 1])


def test_a_part_of_a_clip_is_extended():
    """From 1 s to 2 s of three, by a second: what is left out is not shown."""
    film = clip_of(36)
    request = ExtendRequest(prompt="a", forward=1.0, start=1.0, end=2.0)
    layout = layout_of(request, [film], SPEC)
    (shown,) = [each for each in layout.segments if isinstance(each, GivenSegment)]
    assert layout.seconds == 2
    np.testing.assert_array_equal(shown.clip.frames, film.frames[12:24])
    first, second = replace(request, backward=1.0).stages()
    assert (first.start, first.end, second.start, second.end) == (1, 2, 0, None)


@pytest.mark.parametrize(
    "task",
    [
        lambda clip: extend_forward(clip, "a", spec=SPEC, num_frames=24),
        lambda clip: extend_backward(clip, "a", spec=SPEC, num_frames=24),
        lambda clip: connect(clip, clip, ("a", "b"), spec=SPEC, num_frames=24),
        lambda clip: edit(clip, "a", spec=SPEC, strength=0.5, span=(12, 36)),
    ],
)
def test_memory_does_not_grow_with_the_length_of_the_clip(task):
    """A clip of few frames that lasts a month, and one of many large frames."""
    long = Clip(frames=np.zeros((12, 64, 64, 3), np.uint8), fps=12 / (30 * 86_400))
    many = Clip(frames=np.broadcast_to(np.zeros(3, np.uint8), (40_000, 64, 64, 3)), fps=120.0)
    for clip in (long, many):
        layout = task(clip)
        assert sum(len(each.frames) for each in layout.given) <= 120


@pytest.mark.parametrize("fps", [1.0, 5.0, 8.0, 10.0, 12.0, 15.0, 25.0, 30.0])
def test_an_edited_span_begins_with_the_frame_that_the_canvas_shows_there(fps: float):
    """At every rate each frame of the clip is in the result once, before, in or after the change,
    and the seams compare frames that the canvas shows."""
    film = clip_of(24, fps)
    total = round(film.duration * SPEC.fps)
    for start in (*range(1, 12), total - 3):
        start = min(start, total - 1)
        layout = edit(film, "a", spec=SPEC, strength=0.5, span=(start, start + 5))
        clips = [e.under if isinstance(e, GeneratedSegment) else e.clip for e in layout.segments]
        joined = np.concatenate([each.frames for each in clips if each is not None])
        np.testing.assert_array_equal(joined, film.frames)
        assert sum(segment_frames(layout, fps)) == 24
        canvas = np.concatenate([each.frames for each in layout.given])
        for each in layout.segments:
            if isinstance(each, GivenSegment) and each.edges[0] is not None:
                shown = canvas[each.edges[0]]
                np.testing.assert_array_equal(shown, each.clip.frames[0])
            elif isinstance(each, GivenSegment):
                if (
                    each.edges[1] is not None and fps > 3
                ):  # a frame is no longer than a latent frame
                    assert each.last_shown is not None
                    shown = canvas[each.edges[1]]
                    np.testing.assert_array_equal(shown, each.clip.frames[each.last_shown])
            elif each.under is not None:
                np.testing.assert_array_equal(canvas[each.first], each.under.frames[0])


@pytest.mark.parametrize(
    ("start", "end", "changed"),
    [
        (1.0, 1.02, (12, 16)),  # less than a frame of the canvas
        (2.49, None, (29, 30)),
        (2.49, 2.55, (29, 30)),
        (0.02, 0.5, (0, 9)),  # a latent frame, after the first one of one frame
        (1.0, 9.0, (12, 30)),
    ],
)
def test_a_span_of_an_edit_has_frames_of_the_clip(
    start: float, end: float | None, changed: tuple[int, int]
):
    """As many frames as before, and at least one that is changed."""
    film = clip_of(30)
    request = EditRequest(prompt="a", start=start, end=end)
    layout = layout_of(request, [film], SPEC)
    before = 0
    for each in layout.segments:
        if isinstance(each, GeneratedSegment):
            found = (before, before + each.last - each.first)
            before = found[1]
        else:
            before += each.clip.num_frames
    assert (found, before) == (changed, 30)
