"""The upscaler and delivery: properties that hold for any weights."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from random_weights import randomise
from sorairo.errors import ModelError
from sorairo.models.upscaling.upscale import enlarge, upscale
from sorairo.models.upscaling.upscaler import Upscaler, UpscalerConfig, highest
from sorairo.models.upscaling.upscaler_files import load_upscaler, save_upscaler
from sorairo.nn.lanczos import lanczos, lanczos_matrix
from sorairo.nn.pixels import to_frames, to_video

CONFIG = UpscalerConfig(width=8, blocks=(1, 1, 1))


@pytest.fixture(scope="module")
def wild() -> Upscaler:
    """An upscaler with random weights: its properties hold by construction."""
    return randomise(Upscaler(CONFIG), scale=0.7).requires_grad_(False)


def moving(frames: int, height: int = 16, width: int = 20, seed: int = 0) -> np.ndarray:
    """Smooth random pictures of changing content, uint8 [F, H, W, 3]."""
    noise = np.random.default_rng(seed).integers(0, 256, (frames, 5, 5, 3), dtype=np.uint8)
    pictures = [Image.fromarray(each).resize((width, height), 2) for each in noise]
    return np.stack([np.asarray(each) for each in pictures])


def lanczos_of(frames: np.ndarray) -> np.ndarray:
    size = (4 * frames.shape[2], 4 * frames.shape[1])
    large = [Image.fromarray(each).resize(size, Image.Resampling.LANCZOS) for each in frames]
    return np.stack([np.asarray(each) for each in large])


def together(upscaler: Upscaler, frames: np.ndarray, *, doubled: bool, piece: int) -> np.ndarray:
    return np.concatenate(list(enlarge(upscaler, frames, doubled=doubled, piece=piece)))


def test_the_filter_is_pillows():
    picture = np.random.default_rng(0).random((13, 9)).astype(np.float32)
    pillows = Image.fromarray(picture).resize((36, 52), Image.Resampling.LANCZOS)
    ours = lanczos(torch.from_numpy(picture)[None, None], 4)[0, 0]
    np.testing.assert_allclose(ours, np.asarray(pillows), atol=1e-5)
    for side in (1, 2, 7):
        assert torch.allclose(lanczos_matrix(side, 4).sum(1), torch.ones(4 * side))


def test_an_untrained_network_is_the_filter_and_the_mean_of_neighbours():
    frames = moving(5)
    made = to_frames(Upscaler(CONFIG)(to_video(frames)).detach())[0]
    assert made.shape == (9, 64, 80, 3)
    true = lanczos_of(frames).astype(int)
    assert np.abs(made[::2] - true).max() <= 1
    assert np.abs(made[1::2] - (true[:-1] + true[1:]) / 2).max() <= 2  # Pillow rounds twice


@pytest.mark.parametrize("size", [5, 9])
@pytest.mark.parametrize("sides", [(1, 1), (3, 20), (31, 16)])
def test_the_highest_around_is_that_of_max_pooling(size: int, sides: tuple[int, int]):
    x = torch.randn(2, 3, *sides, generator=torch.Generator().manual_seed(0))
    assert torch.equal(highest(x, size), F.max_pool2d(x, size, 1, size // 2))


@pytest.mark.parametrize("frames", [1, 2, 3, 7])
@pytest.mark.parametrize("size", [(16, 20), (15, 13), (1, 1), (2, 9)])
def test_shapes(wild: Upscaler, frames: int, size: tuple[int, int]):
    height, width = size
    video = torch.rand(2, 3, frames, height, width) * 2 - 1
    assert wild(video).shape == (2, 3, 2 * frames - 1, 4 * height, 4 * width)


@pytest.mark.parametrize("doubled", [False, True])
@pytest.mark.parametrize("piece", [1, 2, 3, 5])
def test_pieces_make_the_whole(wild: Upscaler, doubled: bool, piece: int):
    frames = moving(7)
    whole = together(wild, frames, doubled=doubled, piece=100)
    pieces = together(wild, frames, doubled=doubled, piece=piece)
    assert pieces.shape == whole.shape
    assert np.abs(pieces.astype(int) - whole).max() <= 1
    assert np.array_equal(whole, to_frames(wild(to_video(frames)))[0][:: 1 if doubled else 2])


def test_a_plain_picture_stays_plain(wild: Upscaler):
    color = np.array([10, 128, 250], np.uint8)
    frames = np.broadcast_to(color, (3, 12, 12, 3))
    made = together(wild, frames, doubled=True, piece=8)
    assert np.array_equal(made, np.broadcast_to(color, made.shape))


def test_what_is_plain_is_the_filters_also_beside_what_is_not(wild: Upscaler):
    frames = np.full((1, 12, 24, 3), 200, np.uint8)
    frames[:, :, :6] = moving(1, 12, 6)
    made = together(wild, frames, doubled=False, piece=8)
    assert np.abs(made - lanczos_of(frames).astype(int)).max() > 10
    assert np.all(made[:, :, 4 * 9 :] == 200)


def test_still_content_does_not_flicker(wild: Upscaler):
    frames = np.repeat(moving(1), 5, axis=0)
    made = together(wild, frames, doubled=True, piece=2).astype(int)
    assert np.abs(made - made[:1]).max() <= 1
    alone = together(wild, frames[:1], doubled=False, piece=1)
    assert np.abs(made[0] - alone[0]).max() <= 1


def test_still_content_beside_motion_does_not_flicker(wild: Upscaler):
    frames = np.repeat(moving(1, 12, 32), 4, axis=0)
    frames[:, :, :6] = moving(4, 12, 6, seed=1)
    made = together(wild, frames, doubled=True, piece=8)[2:5, :, 4 * 28 :].astype(int)
    assert np.abs(made[1] - (made[0] + made[2]) / 2).max() <= 1


@settings(max_examples=25)
@given(
    frames=st.integers(1, 6),
    width=st.sampled_from((2, 20, 33, 80, 130)),
    height=st.sampled_from((2, 16, 47, 64, 100)),
    fps_out=st.sampled_from((1.0, 7.5, 12.0, 18.0, 24.0, 30.0, 60.0)),
)
def test_any_size_and_rate(frames: int, width: int, height: int, fps_out: float):
    native = moving(frames)
    made = upscale(Upscaler(CONFIG), native, fps=12, width=width, height=height, fps_out=fps_out)
    assert made.shape == (max(1, round(frames / 12 * fps_out)), height, width, 3)
    assert made.dtype == np.uint8


def test_each_frame_is_the_one_that_has_begun():
    native = np.stack([np.full((8, 8, 3), 40 * i, np.uint8) for i in range(5)])

    def sigmas(fps_out: float, **more: int) -> list[int]:
        made = upscale(
            Upscaler(CONFIG), native, fps=12, width=32, height=32, fps_out=fps_out, **more
        )
        assert np.all(made == made[:, :1, :1, :1])
        return made[:, 0, 0, 0].tolist()

    assert sigmas(12) == [0, 40, 80, 120, 160]
    assert sigmas(24) == [0, 20, 40, 60, 80, 100, 120, 140, 160, 160]
    assert sigmas(48)[:6] == [0, 0, 20, 20, 40, 40]
    assert sigmas(18)[:5] == [0, 20, 40, 80, 100]
    assert sigmas(6) == [0, 80]  # 2.5 frames: a half rounds to even
    assert sigmas(24, num_frames=3) == [0, 20, 40]
    assert sigmas(12, num_frames=7) == [0, 40, 80, 120, 160, 160, 160]


def test_small_and_slow_enough_is_only_resized(wild: Upscaler):
    native = moving(4)
    made = upscale(wild, native, fps=12, width=20, height=16, fps_out=12)
    assert np.array_equal(made, native)


def test_other_aspect_ratios_are_cut_in_the_middle(wild: Upscaler):
    native = moving(1)
    whole = upscale(wild, native, fps=12, width=80, height=64, fps_out=12)
    square = upscale(wild, native, fps=12, width=64, height=64, fps_out=12)
    assert np.array_equal(square, whole[:, :, 8:72])


def test_progress_is_reported(wild: Upscaler):
    reported: list[int] = []
    native = moving(3, 96, 96).repeat(7, axis=0)
    upscale(
        wild, native, fps=12, width=64, height=64, fps_out=24, num_frames=1,
        on_frames=reported.append,
    )  # fmt: skip
    assert reported[-1] == 21
    assert reported == sorted(reported)
    assert len(reported) > 1


def test_what_is_saved_is_what_is_loaded(wild: Upscaler, tmp_path: Path):
    for _ in range(2):
        save_upscaler(wild, tmp_path / "mine", {"steps": 3})
    assert [each.name for each in tmp_path.iterdir()] == ["mine"]
    loaded = load_upscaler(tmp_path / "mine")
    assert loaded.config == CONFIG
    for name, value in wild.state_dict().items():
        assert torch.equal(loaded.state_dict()[name].bfloat16(), value.bfloat16())


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda path: (path / "upscaler.json").unlink(), "upscaler.json"),
        (lambda path: (path / "upscaler.safetensors").write_bytes(b"no"), "cannot be loaded"),
        (lambda path: (path / "upscaler.json").write_text('{"format": 9}'), "another format"),
        (
            lambda path: (path / "upscaler.json").write_text(
                '{"format": 1, "config": {"width": 16}}'
            ),
            "cannot be loaded",
        ),
    ],
)
def test_a_broken_one_is_refused_in_a_sentence(wild: Upscaler, tmp_path: Path, damage, words: str):
    save_upscaler(wild, tmp_path / "mine")
    damage(tmp_path / "mine")
    with pytest.raises(ModelError, match=words) as caught:
        load_upscaler(tmp_path / "mine")
    assert "\n" not in str(caught.value)
    assert str(tmp_path / "mine") in str(caught.value)
