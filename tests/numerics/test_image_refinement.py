"""Large pictures: windows that cover, one field of noise, one scene, exact sizes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from random_weights import randomise
from sorairo.errors import RequestError
from sorairo.flow.schedules import sampling_sigmas
from sorairo.generation.canvas.canvas import Canvas, blank
from sorairo.generation.engine import Engine, load
from sorairo.generation.image_refinement import Refiner, sizes
from sorairo.generation.sampling.sampler import sample
from sorairo.generation.sampling.tiled import crop, tiled_velocity, window_weights
from sorairo.generation.settings import RefineConfig, Windows
from sorairo.models.tabletop import POSITIONS
from sorairo.video import Clip

PROMPT = "a red ball drops"
sides = st.integers(1, 70)


def large_canvas(rows: int = 20, columns: int = 29) -> Canvas:
    canvas = blank(
        latent_channels=4, patch=2, grid=(1, rows, columns), frame_seconds=1 / 3, law=POSITIONS
    )
    generator = torch.Generator().manual_seed(0)
    return replace(canvas, latents=torch.randn(canvas.latents.shape, generator=generator))


def by_position(canvas: Canvas):
    """A velocity that depends on a token, its position and its noise level, but not on other
    tokens."""
    places = canvas.token_positions()[0]

    def velocity(x: Tensor, sigma: Tensor) -> Tensor:
        return torch.sin(3 * x + places.sum(1, keepdim=True)) * (1 + sigma[:, None])

    return velocity


def filled(canvas: Canvas, velocity, seed: int = 0) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    noise = torch.randn(canvas.tokens().shape, generator=generator)
    *_, (_, result) = sample(velocity, canvas, sampling_sigmas(4), noise)
    return result.latents


@given(sides, sides, st.integers(6, 14), st.integers(0, 12))
def test_windows_cover_everything_and_overlap(rows: int, columns: int, side: int, overlap: int):
    overlap = min(overlap, side - 1)
    windows = Windows(side=side, overlap=overlap)
    boxes = windows.boxes(rows, columns)
    seen = np.zeros((rows, columns), int)
    for top, left, bottom, right in boxes:
        assert (bottom - top, right - left) == (min(side, rows), min(side, columns))
        assert 0 <= top < bottom <= rows
        assert 0 <= left < right <= columns
        seen[top:bottom, left:right] += 1
    assert seen.min() >= 1
    assert float(window_weights(boxes[0], overlap).min()) > 0
    for first, length in ((0, rows), (1, columns)):
        starts = sorted({box[first] for box in boxes})
        gaps = np.diff(starts)
        assert all(gaps <= side - overlap), (starts, length)
        assert len(gaps) == 0 or gaps.max() - gaps.min() <= 1, "spread evenly"


@given(sides, sides)
def test_a_window_has_the_positions_of_the_whole_picture(rows: int, columns: int):
    places = POSITIONS.crop((rows, columns), (0, 0, rows, columns))
    canvas = replace(large_canvas(rows, columns), positions=places[None])
    for box in Windows().boxes(rows, columns)[-3:]:
        part = crop(canvas, box)
        assert torch.equal(part.positions[0], POSITIONS.crop((rows, columns), box))
        assert part.grid == part.positions.shape[1:4]
        assert part.latents.shape[2:] == (2 * part.grid[1], 2 * part.grid[2])


@pytest.mark.parametrize("windows", [Windows(), Windows(side=5, overlap=0), Windows(side=7)])
def test_what_windows_agree_on_is_what_the_whole_would_do(windows: Windows):
    """If tokens do not attend to each other, windows must change nothing: one field of noise, and
    tokens, levels and positions in the right order."""
    canvas = large_canvas()
    canvas = replace(canvas, sigma_start=torch.linspace(0.1, 1, 20 * 29).reshape(1, 20, 29))
    whole = filled(canvas, by_position(canvas))
    torch.testing.assert_close(filled(canvas, tiled_velocity(canvas, by_position, windows)), whole)


def test_the_order_of_windows_means_nothing():
    class Backwards(Windows):
        def boxes(self, rows: int, columns: int):
            return super().boxes(rows, columns)[::-1]

    def looking_around(canvas: Canvas):
        def velocity(x: Tensor, sigma: Tensor) -> Tensor:
            return torch.tanh(x + 3 * x.mean(0)) * (1 + sigma[:, None])

        return velocity

    canvas = large_canvas()
    results = [
        filled(canvas, tiled_velocity(canvas, looking_around, w())) for w in (Windows, Backwards)
    ]
    torch.testing.assert_close(*results, atol=1e-4, rtol=1e-4)
    alone = filled(canvas, looking_around(canvas))
    assert not torch.allclose(results[0], alone, atol=1e-2)


def test_what_is_held_stays_also_where_windows_overlap():
    canvas = large_canvas()
    start = torch.ones(1, 20, 29)
    start[:, :, 9:18] = 0.0
    canvas = replace(canvas, sigma_start=start)
    asked = []

    def velocity_of(part: Canvas):
        asked.append(part)
        return by_position(part)

    result = filled(canvas, tiled_velocity(canvas, velocity_of, Windows(side=6, overlap=2)))
    assert torch.equal(result[..., 18:36], canvas.latents[..., 18:36])
    assert not torch.isclose(result[..., :18], canvas.latents[..., :18]).all()
    assert len(asked) < len(Windows(side=6, overlap=2).boxes(20, 29)), "held windows are skipped"


@given(st.sampled_from([(96, 96), (128, 80), (80, 128), (192, 48)]), *[st.integers(64, 2048)] * 2)
def test_levels_double_up_to_the_requested_size(native, width: int, height: int):
    found = sizes(native, (width, height), multiple=16, least=1.5)
    scale = max(width / native[0], height / native[1])
    assert bool(found) == (scale >= 1.5)
    for level in found:
        assert all(side % 16 == 0 for side in level)
    if found:
        assert found[-1][0] >= width
        assert found[-1][1] >= height
        assert 1.5 <= found[0][0] / native[0] <= 3 + 16 / native[0]
    for small, large in zip(found, found[1:], strict=False):
        for less, more in zip(small, large, strict=True):
            assert 0 <= 2 * less - more <= 32


@pytest.fixture(scope="module")
def engine(tiny_model: Path) -> Engine:
    engine = load(tiny_model, device="cpu")
    randomise(engine.model.network)
    return engine


QUICK = RefineConfig(steps=1, strength=0.3)


@pytest.mark.parametrize(
    "size", [(64, 64), (66, 64), (96, 64), (256, 256), (500, 202), (130, 360), (2048, 512)]
)
def test_sizes_come_out_exactly(engine: Engine, size):
    clip = engine.image(PROMPT, width=size[0], height=size[1], refining=QUICK)
    assert clip.frames.shape == (1, size[1], size[0], 3)


def test_a_seed_is_a_picture(engine: Engine):
    first, again, other = (
        engine.image(PROMPT, width=200, height=200, seed=seed, refining=QUICK) for seed in (1, 1, 2)
    )
    assert np.array_equal(first.frames, again.frames)
    assert not np.array_equal(first.frames, other.frames)


def test_at_strength_0_the_upscaler_does_all(engine: Engine):
    """The result depends on the native picture only: neither the model nor the codec is called."""
    native = engine.image(PROMPT, width=64, height=64)
    nothing = RefineConfig(strength=0)
    large, again = (
        Refiner(engine, (64, 64), (200, 200), nothing)(native.frames[0], prompt, seed=seed)
        for prompt, seed in ((PROMPT, 0), ("", 1))
    )
    assert np.array_equal(large, again)
    made = engine.image(PROMPT, width=200, height=200, refining=nothing)
    assert np.array_equal(made.frames[0], large)


def test_the_upscaler_keeps_the_picture(engine: Engine):
    ramp = np.linspace(20, 230, 64).round().astype(np.uint8)
    picture = np.stack(np.broadcast_arrays(ramp, ramp[:, None], np.uint8(90)), axis=-1)
    large = Refiner(engine, (64, 64), (256, 256), RefineConfig(strength=0))(picture, PROMPT)
    small = Clip(frames=large[None], fps=1).resize(64, 64).frames[0]
    assert np.abs(small.astype(int) - picture).max() <= 4


def test_a_refined_picture_depends_on_the_native_one(engine: Engine):
    """At a low strength what is made stays near to what the codec makes of the enlarged picture."""
    rng = np.random.default_rng(0)
    pictures = [np.full((64, 64, 3), v, np.uint8) for v in rng.integers(0, 256, 2)]
    refiner = Refiner(engine, (64, 64), (128, 128), replace(QUICK, strength=0.01))
    made = [refiner(picture, PROMPT).astype(int) for picture in pictures]
    assert np.abs(made[0] - made[1]).mean() > 1


def test_progress_counts_every_window_and_an_exception_stops(engine: Engine):
    seen, previews = [], []

    def on_progress(now):
        seen.append((now.done, now.total))
        if now.done in (1, now.total):
            previews.append(now.preview())

    engine.image(PROMPT, width=512, height=256, steps=2, refining=QUICK, on_progress=on_progress)
    total = seen[0][1]
    assert seen == [(done + 1, total) for done in range(total)]
    assert total == 2 + 4 * 2 + 2  # steps, windows of 32 x 16 tokens, of 16 x 8
    assert [preview.shape for preview in previews] == [(1, 24, 48, 3), (1, 128, 256, 3)]

    def stop(now):
        if now.done == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        engine.image(PROMPT, width=512, height=256, steps=2, refining=QUICK, on_progress=stop)
    assert not torch.is_inference_mode_enabled()


@pytest.mark.parametrize(
    ("changes", "words"),
    [({"width": 4096}, "2048"), ({"fps": 12}, "leave fps out"), ({"prompt": ""}, "empty")],
)
def test_invalid_requests_are_refused(engine: Engine, changes: dict, words: str):
    with pytest.raises(RequestError, match=words):
        engine.image(**{"prompt": PROMPT, **changes})
