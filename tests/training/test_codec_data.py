"""Data for codecs: changes of the whole picture, collages and fast motion."""

from __future__ import annotations

import io
import sys
import tarfile
import zipfile
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from sorairo.errors import ConfigError, MissingExtraError, TrainingError
from sorairo.training.data.crops import Crops, CropsConfig, tiled
from sorairo.training.data.fast_motion import FastMoments, changed_share
from sorairo.training.data.photographs.collages import collage
from sorairo.training.data.photographs.gather import gather, tone_mapped
from sorairo.training.data.photographs.pictures import Pictures, load_pictures
from sorairo.training.data.transitions import change_light, cut
from training_recipes import CODEC

seeds = st.integers(0, 2**32 - 1)


def noise(seed: int, *shape: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)


@given(seed=seeds)
def test_a_cut_shows_one_clip_then_the_other(seed: int):
    one = np.zeros((9, 4, 4, 3), np.uint8), np.zeros((9, 4, 4), bool)
    other = np.ones((9, 4, 4, 3), np.uint8), np.ones((9, 4, 4), bool)
    frames, mask = cut(np.random.default_rng(seed), one, other)
    shown = frames[:, 0, 0, 0]
    assert 0 < shown.sum() < 9
    assert (np.diff(shown.astype(int)) >= 0).all()
    assert np.array_equal(mask[:, 0, 0], shown == 1)


@given(seed=seeds)
def test_light_changes_the_whole_picture(seed: int):
    """Each frame is a monotonic function of the old values of its pixels."""
    frames = noise(1, 1, 6, 6, 3).repeat(12, 0)
    changed = change_light(np.random.default_rng(seed), frames)
    assert changed.shape == frames.shape
    for before, after in zip(frames, changed, strict=True):
        for channel in range(3):
            order = np.argsort(before[..., channel], axis=None)
            assert (np.diff(after[..., channel].ravel()[order].astype(int)) >= 0).all()


def test_light_does_change():
    rng = np.random.default_rng(0)
    frames = np.full((12, 4, 4, 3), 100, np.uint8)
    steps = [
        np.abs(np.diff(change_light(rng, frames).astype(int), axis=0)).max() for _ in range(40)
    ]
    assert min(steps) >= 1
    assert max(steps) > 30


def textures() -> Pictures:
    """Two photographs, and a red disc as the only cut-out."""
    y, x = np.mgrid[:96, :96] - 47.5
    disc = np.zeros((1, 96, 96, 4), np.uint8)
    disc[0, np.hypot(x, y) < 46] = (255, 0, 0, 255)
    return Pictures(photographs=[noise(0, 150, 200, 3), noise(1, 110, 90, 3)], cutouts=disc)


@given(seed=seeds)
def test_a_collage_is_the_same_for_the_same_seed(seed: int):
    frames, mask = collage(np.random.default_rng(seed), textures(), 8, 48, 64)
    assert frames.shape == (8, 48, 64, 3)
    assert mask.shape == (8, 48, 64)
    again, _ = collage(np.random.default_rng(seed), textures(), 8, 48, 64)
    assert np.array_equal(frames, again)


def test_collages_show_objects_small_and_large_and_pictures_at_rest():
    shown = [collage(np.random.default_rng(seed), textures(), 8, 64, 64) for seed in range(40)]
    covered = [mask.mean() for _, mask in shown]
    assert sum(share == 0 for share in covered) >= 4
    assert min(share for share in covered if share) < 0.02
    assert max(covered) > 0.08
    still = [np.array_equal(frames[0], frames[-1]) for frames, _ in shown]
    assert 2 <= sum(still) <= 30


def test_fast_moments_are_drawn_where_outlines_move():
    """Of three clips one stands still, one moves slowly, one by its own width each frame."""
    masks = np.zeros((3, 12, 32, 96), np.uint8)
    for frame in range(12):
        masks[0, frame, 8:24, 8:40] = 1
        masks[1, frame, 8:24, 8 + frame : 40 + frame] = 1
        masks[2, frame, 8:16, 8 * frame : 8 * frame + 8] = 1
    assert changed_share(masks[0]).max() == 0
    assert changed_share(masks[2]) == pytest.approx(1)
    empty = np.zeros((1, 5, 32, 32), np.uint8)
    moments = FastMoments([empty, masks])
    rng = np.random.default_rng(0)
    drawn = [moments.draw(rng) for _ in range(400)]
    assert {which for which, _, _ in drawn} == {1}
    assert {frame for _, _, frame in drawn} == set(range(1, 12))
    clips = [clip for _, clip, _ in drawn]
    assert clips.count(0) == 0
    assert clips.count(2) > 10 * clips.count(1) > 0


def encoded(picture: np.ndarray, kind: str) -> bytes:
    file = io.BytesIO()
    Image.fromarray(picture).save(file, kind, **({"lossless": True} if kind == "webp" else {}))
    return file.getvalue()


def test_tiles_are_crops_side_by_side():
    samples = torch.arange(2 * 4 * 3).view(8, 1, 3, 1, 1).expand(8, 1, 3, 2, 2)
    squares = tiled(samples, 2)
    assert squares.shape == (2, 1, 3, 4, 4)
    for i, sample in enumerate(samples):
        top, left = 2 * (i % 4 // 2), 2 * (i % 2)
        assert torch.equal(squares[i // 4][..., top : top + 2, left : left + 2], sample)


def test_a_batch_that_makes_no_squares_is_refused():
    with pytest.raises(ConfigError, match="multiple of 4"):
        Crops(CropsConfig(batch=6, tiles=2), [], CODEC)


def test_pictures_are_gathered_from_archives_of_packages(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    with pytest.raises(TrainingError, match="gather them first"):
        load_pictures()
    brick = noise(0, 20, 30, 3)
    with zipfile.ZipFile(tmp_path / "some.whl", "w") as wheel:
        wheel.writestr("skimage/data/brick.png", encoded(brick, "png"))
        wheel.writestr("skimage/data/astronaut.png", encoded(brick, "png"))
    thing = np.concatenate([noise(1, 96, 96, 3), np.full((96, 96, 1), 255, np.uint8)], axis=2)
    with tarfile.open(tmp_path / "some.tgz", "w:gz") as tarball:
        for name in ("1f40b", "1f44b-1f3fb"):
            content = encoded(thing, "webp")
            member = tarfile.TarInfo(f"package/assets/{name}.webp")
            member.size = len(content)
            tarball.addfile(member, io.BytesIO(content))
    gather([tmp_path / "some.whl", tmp_path / "some.tgz"])
    found = load_pictures()
    assert len(found.photographs) == 1
    assert np.array_equal(found.photographs[0], brick)
    assert np.array_equal(found.cutouts, thing[None])


def test_a_panorama_is_tone_mapped():
    """Twice the light is brighter, the sun is white, and negative values are black."""
    radiance = np.full((80, 10, 3), 0.5)
    radiance[20], radiance[30], radiance[40] = 1.0, 1e4, -1.0
    rows = tone_mapped(radiance)[:, 0, 0]
    assert rows.shape == (60,)
    assert rows[0] < rows[10] < rows[20] == 255
    assert rows[30] == 0


def test_panoramas_name_the_package_that_they_need(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setitem(sys.modules, "OpenEXR", None)  # as where it is not installed
    with zipfile.ZipFile(tmp_path / "some.whl", "w") as wheel:
        wheel.writestr("package/hdri/park.exr.js", "export default 'base64,AAAA'")
    with pytest.raises(MissingExtraError, match="pip install OpenEXR"):
        gather([tmp_path / "some.whl"])
