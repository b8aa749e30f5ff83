"""Masks of training examples: some tokens are always left to learn from, and kinds come in their
shares."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sorairo.flow.schedules import TOP
from sorairo.training.data.masking import (
    MASK_KINDS,
    MaskingConfig,
    draw_kind,
    draw_level,
    draw_noise,
)

CONFIG = MaskingConfig()
KINDS = {kind.name: kind for kind in MASK_KINDS}
grids = st.tuples(st.integers(1, 8), st.integers(1, 6), st.integers(1, 6))


@given(kind=st.sampled_from(list(KINDS)), grid=grids, seed=st.integers(0, 2**32))
def test_every_kind_of_mask(kind: str, grid: tuple[int, int, int], seed: int):
    noise = draw_noise(KINDS[kind], grid, np.random.default_rng(seed), CONFIG)
    assert noise.sigma.shape == noise.held.shape == grid
    assert noise.held.dtype == bool
    assert (~noise.held).any(), "there is something to learn"
    assert (noise.sigma >= 0).all()
    assert (noise.sigma <= 1).all()
    held = noise.sigma[noise.held]
    if held.size:  # given clean, or as slightly noised history; all at one level
        assert held.min() == held.max()
        assert held[0] == 0 or CONFIG.history[0] <= held[0] <= CONFIG.history[1]
    assert (noise.sigma[~noise.held] > 0).all()


@given(grid=grids, seed=st.integers(0, 2**32))
def test_plain_and_per_frame(grid: tuple[int, int, int], seed: int):
    plain = draw_noise(KINDS["plain"], grid, np.random.default_rng(seed), CONFIG)
    assert not plain.held.any()
    assert plain.sigma.min() == plain.sigma.max()
    each = draw_noise(KINDS["per_frame"], grid, np.random.default_rng(seed), CONFIG)
    assert not each.held.any()
    assert (each.sigma == each.sigma[:, :1, :1]).all()
    assert len(np.unique(each.sigma)) == grid[0]


@given(
    kind=st.sampled_from(["prefix", "suffix", "both", "middle"]),
    frames=st.integers(2, 9),
    seed=st.integers(0, 2**32),
)
def test_spans(kind: str, frames: int, seed: int):
    """Whole latent frames are given, at least one and never all, at the places the kind names."""
    noise = draw_noise(KINDS[kind], (frames, 3, 2), np.random.default_rng(seed), CONFIG)
    made = ~noise.held[:, 0, 0]
    assert (~noise.held == made[:, None, None]).all()
    assert 0 < made.sum() < frames
    changes = np.flatnonzero(np.diff(made.astype(int)))
    if kind == "prefix":
        assert len(changes) == 1
        assert not made[0]
    elif kind == "suffix":
        assert len(changes) == 1
        assert made[0]
    elif kind == "both":  # what is to be made is one piece
        assert np.ptp(np.flatnonzero(made)) + 1 == made.sum()
    else:  # what is given is one piece
        assert np.ptp(np.flatnonzero(~made)) + 1 == (~made).sum()


@given(frames=st.integers(2, 9), seed=st.integers(0, 2**32))
def test_ends_of_a_single_latent_frame(frames: int, seed: int):
    single = replace(CONFIG, single=1.0)
    for kind, first in (("prefix", True), ("suffix", False)):
        held = draw_noise(KINDS[kind], (frames, 2, 2), np.random.default_rng(seed), single).held[
            :, 0, 0
        ]
        assert held.tolist() == [first] + [False] * (frames - 2) + [not first]


@given(grid=grids, seed=st.integers(0, 2**32))
def test_a_box_is_a_box_of_at_least_half_of_each_side(grid: tuple[int, int, int], seed: int):
    made = ~draw_noise(KINDS["box"], grid, np.random.default_rng(seed), CONFIG).held
    sides = [np.unique(places) for places in np.nonzero(made)]
    assert all(np.ptp(side) + 1 == len(side) for side in sides)
    assert made.sum() == np.prod([len(side) for side in sides])
    assert all(2 * len(side) >= length for side, length in zip(sides, grid, strict=True))


@pytest.mark.parametrize("kind", ["prefix", "suffix", "both", "middle", "per_frame"])
def test_a_single_latent_frame_is_never_given(kind: str):
    noise = draw_noise(KINDS[kind], (1, 4, 4), np.random.default_rng(0), CONFIG)
    assert not noise.held.any()
    assert noise.sigma.min() == noise.sigma.max()


def test_kinds_come_in_their_shares():
    rng = np.random.default_rng(0)
    drawn = [draw_kind(rng, CONFIG).name for _ in range(4000)]
    total = sum(getattr(CONFIG, kind) for kind in KINDS)
    for kind in KINDS:
        share = getattr(CONFIG, kind) / total
        assert abs(drawn.count(kind) / 4000 - share) < 4 * (share / 4000) ** 0.5, kind
    assert CONFIG.plain / total >= 0.5
    only = MaskingConfig(plain=0, per_frame=0, prefix=3, suffix=0, both=0, middle=0, box=0)
    assert {draw_kind(rng, only).name for _ in range(50)} == {"prefix"}


def test_half_of_what_is_given_is_clean():
    rng = np.random.default_rng(0)
    held = [draw_noise(KINDS["prefix"], (4, 1, 1), rng, CONFIG).sigma[0, 0, 0] for _ in range(400)]
    assert 160 < sum(each == 0 for each in held) < 240


def test_levels_are_logit_normal_and_shifted():
    """The odds of the median level are the shift."""
    levels = np.asarray(draw_level(np.random.default_rng(0), CONFIG, 20_000))
    assert np.median(levels / (1 - levels)) == pytest.approx(CONFIG.shift, rel=0.05)
    assert np.log(levels / (1 - levels)).std() == pytest.approx(CONFIG.spread, rel=0.03)


def test_a_share_of_the_levels_is_almost_all_noise():
    """Of the rest, the logit-normal law has its own share up there."""
    config = replace(CONFIG, top=0.3)
    levels = np.asarray(draw_level(np.random.default_rng(0), config, 20_000))
    usual = np.mean(np.asarray(draw_level(np.random.default_rng(1), CONFIG, 20_000)) > TOP)
    assert (levels > TOP).mean() == pytest.approx(0.3 + 0.7 * usual, abs=0.02)
    assert levels.min() > 0
    assert levels.max() <= 1
    assert TOP < np.median(levels[levels > TOP]) < 1
