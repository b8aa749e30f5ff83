"""Results: given frames are unchanged, and nothing jumps where they meet generated ones."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
import torch
from PIL import Image, ImageFilter

from sorairo.generation.canvas.canvas import Canvas
from sorairo.generation.canvas.encode import encode_layout
from sorairo.generation.output.assembly import assemble, blend_region
from sorairo.generation.output.decode import start_where_still
from sorairo.generation.output.delivery import Delivery, deliver
from sorairo.generation.output.latent_cache import end_latents
from sorairo.generation.output.seams.difference import Seam, carry_difference, correction
from sorairo.generation.tasks.bridge import loop
from sorairo.generation.tasks.edit import edit
from sorairo.generation.tasks.extend import extend_forward
from sorairo.generation.tasks.layout import (
    CanvasLayout,
    CanvasSpec,
    GeneratedSegment,
    GivenSegment,
    single_prompt,
)
from sorairo.generation.tasks.text import text_to_video
from sorairo.models.tabletop import POSITIONS
from sorairo.models.upscaling.upscale import upscale
from sorairo.models.upscaling.upscaler_files import shipped_upscaler
from sorairo.video import Clip, Sound
from sorairo.video.resampling import onto

NATIVE = CanvasSpec(area=64 * 64)


def pictures(frames: int, seed: int = 0, size: int = 64) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.integers(0, 256, (frames, size, size, 3), dtype=np.uint8)


def unfinished(frames: np.ndarray, rate: float, width: int, height: int, fps: float) -> np.ndarray:
    """Delivery at the canvas's own size and rate."""
    assert (width, height, fps) == (64, 64, rate)
    return frames


def layout_of(segments: tuple[GivenSegment | GeneratedSegment, ...], frames: int) -> CanvasLayout:
    prompts, prompt_weights = single_prompt("a", frames)
    return CanvasLayout(
        spec=NATIVE,
        num_frames=frames,
        width=64,
        height=64,
        prompts=prompts,
        prompt_weights=prompt_weights,
        segments=segments,
    )


def put_together(layout: CanvasLayout, frames: np.ndarray) -> Clip:
    return assemble(layout, frames, width=64, height=64, fps=12.0, deliver=unfinished)


def test_given_frames_come_back_bit_for_bit():
    clip = Clip(frames=pictures(20), fps=12.0)
    layout = layout_of(
        (GivenSegment(clip=clip, edges=(None, 7)), GeneratedSegment(first=8, last=20)), 20
    )
    result = put_together(layout, pictures(20, seed=1))
    assert result.num_frames == 32
    assert np.array_equal(result.frames[:20], clip.frames)


def test_detail_lost_at_the_joint_is_restored():
    """Where a generated frame equals the decoded given one, the given one is shown."""
    given, rebuilt = pictures(1)[0], pictures(1, seed=1)[0]
    made = np.stack([rebuilt] * 3)
    out = carry_difference(made, [Seam(at=-1, given=given, rebuilt=rebuilt)], fps=12.0)
    assert np.abs(out.astype(int) - given).max() <= 1


def test_between_two_joints_the_nearer_counts_more():
    rebuilt = np.full((32, 32, 3), 100, np.uint8)
    darker, lighter = rebuilt - 20, rebuilt + 20
    made = np.stack([rebuilt] * 9)
    joints = [
        Seam(at=-1, given=darker, rebuilt=rebuilt),
        Seam(at=9, given=lighter, rebuilt=rebuilt),
    ]
    means = carry_difference(made, joints, fps=12.0).mean((1, 2, 3))
    assert (np.diff(means) > 0).all()
    assert means[4] == pytest.approx(100)
    assert means[0] < 85


def test_detail_is_not_carried_to_where_something_moved():
    rng = np.random.default_rng(0)
    rebuilt = np.full((64, 64, 3), 90, np.uint8)
    given = (rebuilt + rng.integers(-20, 21, rebuilt.shape)).astype(np.uint8)
    moved = rebuilt.copy()
    moved[:, 32:] = 200
    added = correction(moved, Seam(at=-1, given=given, rebuilt=rebuilt), seconds=0.0)
    assert np.abs(added[:, :28]).mean() > 8
    assert np.abs(added[:, 38:]).mean() < 2


def test_outside_a_region_nothing_changes_and_inside_everything():
    under, made = pictures(3), pictures(3, seed=1)
    region = np.zeros((64, 64))
    region[16:48, 16:48] = 1
    out = blend_region(made, under, region)
    inside = region > 0
    assert np.array_equal(out[:, ~inside], under[:, ~inside])
    assert np.array_equal(out[:, 24:40, 24:40], made[:, 24:40, 24:40])


@pytest.mark.parametrize(("height", "width"), [(96, 144), (480, 160)])
def test_the_border_of_a_region_is_that_of_the_filters(height: int, width: int):
    rng = np.random.default_rng(0)
    made, under = rng.integers(0, 256, (2, 3, height, width, 3), dtype=np.uint8)
    region = (rng.random((height, width)) > 0.001).astype(np.float32)
    radius = max(1, round(min(height, width) / 48))
    mask = Image.fromarray((region * 255).astype(np.uint8))
    inner = mask.filter(ImageFilter.MinFilter(2 * radius + 1)).filter(ImageFilter.BoxBlur(radius))
    weight = np.where(region > 0, np.asarray(inner, np.float32) / 255, 0)[..., None]
    mixed = (weight * made + (1 - weight) * under).round()
    expected = np.where(weight > 0, mixed, under).astype(np.uint8)
    np.testing.assert_array_equal(blend_region(made, under[:2], region)[:2], expected[:2])


def test_the_memory_of_a_region_does_not_grow_with_the_clip():
    """A picture in float is four times as large as one of bytes, so frames are mixed one by one."""
    made = np.zeros((40, 128, 128, 3), np.uint8)
    tracemalloc.start()
    blend_region(made, made, np.ones((128, 128)))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2 * made.nbytes


def test_sound_stays_with_its_pictures():
    tone = np.sin(np.arange(48000) / 20).astype(np.float32)[:, None] * 0.5
    clip = Clip(frames=pictures(12), fps=12.0, sound=Sound(samples=tone))
    layout = layout_of(
        (GeneratedSegment(first=0, last=12), GivenSegment(clip=clip, edges=(12, None))), 24
    )
    sound = put_together(layout, pictures(24, seed=1)).sound
    assert sound is not None
    assert len(sound.samples) == 2 * 48000
    assert float(np.abs(sound.samples[:48000]).max()) == 0
    np.testing.assert_allclose(sound.samples[50000:90000], tone[2000:42000], atol=1e-6)


def test_a_cycle_has_no_beginning():
    """A cycle begun half a cycle later has its two views swapped, and is otherwise the same."""
    layout = text_to_video("a", spec=NATIVE, size=(64, 64), num_frames=32, cyclic=True)
    canvas = encode_layout(
        layout, lambda frames: torch.zeros(1), latent_channels=3, patch=2, positions=POSITIONS
    )
    assert canvas.grid[0] == 8

    def turned(values: torch.Tensor, axis: int) -> torch.Tensor:
        return values.roll(4, dims=axis)

    positions = turned(canvas.positions, 1).flip(0)
    counts = turned(canvas.view_weights, 1).flip(0)
    assert torch.equal(positions, canvas.positions)
    torch.testing.assert_close(counts, canvas.view_weights)
    weakest = canvas.view_weights[0].argmin()
    assert int(weakest) in (0, 7), "a view counts least where it is cut"


def test_a_cycle_begins_where_least_changes():
    sigmas = np.repeat(np.array([0, 0, 40, 40, 80, 80, 81, 81, 90, 90, 95, 95], np.uint8), 4)
    frames = sigmas.reshape(12, 2, 2, 1).repeat(3, -1)
    latents = torch.arange(3.0).view(1, 3, 1, 1)
    turned, moved = start_where_still(frames, latents, length=4)
    assert np.array_equal(turned, np.roll(frames, -4, axis=0)), "80 to 81 is the least"
    assert moved.flatten().tolist() == [1, 2, 0]


def test_a_cycle_is_shown_from_within_a_latent_frame():
    """So that its last frame and its first are of one latent frame; what is kept of its end fits
    them."""
    layout = text_to_video("a", spec=NATIVE, size=(64, 64), num_frames=32, cyclic=True)
    frames = pictures(32)
    shown = put_together(layout, frames).frames
    assert np.array_equal(shown, np.concatenate([frames[2:], frames[:2]]))
    kept = end_latents(layout, torch.arange(8.0).view(1, 8, 1, 1), "a model", 12.0)
    assert kept.head is None
    assert kept.tail is not None
    assert kept.tail[0, -3:, 0, 0].tolist() == [6, 7, 0]
    assert kept.spare == 2


def doubled(frames: np.ndarray, rate: float, width: int, height: int, fps: float) -> np.ndarray:
    """Delivery at twice the rate: new frames are means of their neighbours, the last one is
    repeated."""
    if fps == rate:
        return frames
    mean = (frames.astype(int) + np.concatenate([frames[1:], frames[-1:]])) // 2
    return np.stack([frames, mean.astype(np.uint8)], axis=1).reshape(-1, *frames.shape[1:])


def test_at_a_higher_rate_what_is_made_leads_to_what_follows_it():
    """To the next given clip, and in a cycle to its beginning, but not across a cut."""
    greys = np.arange(0, 240, 10, dtype=np.uint8)[:, None, None, None]
    frames = greys + np.zeros((1, 64, 64, 3), np.uint8)

    def last_made(layout: CanvasLayout) -> float:
        clip = assemble(layout, frames, width=64, height=64, fps=24.0, deliver=doubled)
        return float(clip.frames[2 * (layout.segments[0].last) - 1].mean())  # type: ignore[union-attr]

    given = Clip(frames=frames[8:], fps=12.0)
    bridge = layout_of(
        (GeneratedSegment(first=0, last=8), GivenSegment(clip=given, edges=(None, None))), 24
    )
    assert last_made(bridge) == 75
    assert last_made(replace(bridge, shots=(0, 8))) == 70
    turning = text_to_video("a", spec=NATIVE, size=(64, 64), num_frames=24, cyclic=True)
    assert last_made(turning) == 15, "begun within a latent frame: the last is 10, the first 20"
    assert last_made(layout_of((GeneratedSegment(first=0, last=24),), 24)) == 230


def test_what_a_picture_leads_to_is_not_led_back_to_it():
    frames = np.full((36, 64, 64, 3), 80, np.uint8)
    frames[12:] = 200
    picture = Clip(frames=frames[:1] + 20, fps=12.0)
    layout = layout_of(
        (GivenSegment(clip=picture, edges=(0, 0)), GeneratedSegment(first=1, last=36)), 36
    )
    shown = put_together(layout, frames).frames.astype(int)
    assert shown[1].mean() == pytest.approx(100, abs=1)
    assert abs(shown[-1] - 200).max() < 4


def test_reference_tokens_are_not_part_of_the_grid():
    layout = text_to_video("a", spec=NATIVE, size=(64, 64), num_frames=32, cyclic=True)
    canvas: Canvas = encode_layout(
        layout, lambda frames: torch.zeros(1), latent_channels=3, patch=2, positions=POSITIONS
    )
    x = torch.randn(canvas.tokens().shape)
    assert torch.equal(canvas.with_tokens(x).tokens(), x)


@pytest.mark.parametrize("size", [(128, 72), (90, 120), (451, 300), (64, 64), (120, 112)])
def test_what_is_made_is_framed_as_what_is_given(size: tuple[int, int]):
    """A clip of any shape, squeezed onto a canvas and delivered, has everything at the same
    position as in its own frames."""
    width, height = size
    y, x = np.mgrid[:height, :width]
    picture = np.zeros((height, width, 3), np.uint8)
    picture[(x // (width / 4) + y // (height / 4)).astype(int) % 2 == 0] = 200
    clip = Clip(frames=picture[None].repeat(8, 0), fps=12.0)
    layout = extend_forward(clip, "a", spec=NATIVE, num_frames=4)
    canvas = onto(clip, layout.width, layout.height).frames
    frames = np.concatenate([canvas, canvas[:4]])
    delivered = partial(
        deliver,
        upscale=partial(upscale, shipped_upscaler(torch.device("cpu"))),
        aspect=layout.aspect,
    )
    result = assemble(layout, frames, width=width, height=height, fps=12.0, deliver=delivered)
    assert result.frames.shape == (12, height, width, 3)
    assert np.array_equal(result.frames[:8], clip.frames)
    assert np.abs(result.frames[8].astype(int) - picture).mean() < 4


@pytest.mark.parametrize(("given", "result"), [(1 / 3, 12), (1, 12), (8, 8), (24, 24), (120, 120)])
def test_motion_after_a_slide_show_is_fast_enough_to_be_seen(given: float, result: float):
    spec = CanvasSpec(area=64 * 64)
    clip = Clip(frames=np.zeros((20, 64, 64, 3), np.uint8), fps=given)
    for layout in (
        extend_forward(clip, "a", spec=spec, num_frames=24),
        loop(clip, "a", spec=spec, num_frames=24),
    ):
        assert Delivery.of(layout, None, None, None).fps == result
        assert Delivery.of(layout, None, None, 30.0).fps == 30
    if given >= 1:  # an edit moves nothing that did not move
        layout = edit(clip, "a", spec=spec, strength=0.5)
        assert Delivery.of(layout, None, None, None).fps == given
