"""Values are moved with the object that they belong to."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from sorairo.generation.output.seams.block_matching import displacement, follow_motion
from sorairo.generation.output.seams.difference import Seam, correction


def scene(x: int, y: int = 40) -> np.ndarray:
    """A textured square on a plain ground, [96, 96, 3]."""
    picture = np.full((96, 96, 3), 90, np.uint8)
    texture = np.random.default_rng(0).integers(120, 255, (20, 20, 3), dtype=np.uint8)
    picture[y : y + 20, x : x + 20] = texture
    return picture


def test_a_still_picture_has_not_moved():
    picture = torch.from_numpy(scene(30)).permute(2, 0, 1).float()
    assert float(displacement(picture, picture, 5).abs().max()) == 0


@pytest.mark.parametrize(("dx", "dy"), [(3, 0), (-4, 2), (0, 5)])
def test_a_thing_is_found_again(dx: int, dy: int):
    before, after = (
        torch.from_numpy(scene(30 + x, 40 + y)).permute(2, 0, 1).float()
        for x, y in ((0, 0), (dx, dy))
    )
    inside = displacement(before, after, 6)[:, 44 + dy : 56 + dy, 34 + dx : 46 + dx]
    assert (inside[0] == -dy).all()
    assert (inside[1] == -dx).all()


@pytest.mark.parametrize("factor", [1, 3])
def test_values_go_with_it_at_any_size(factor: int):
    before, after = (p.repeat(factor, 0).repeat(factor, 1) for p in (scene(30), scene(33)))
    out = follow_motion(before.astype(np.float32), before, after, reach=6)
    assert np.abs(out - after)[42 * factor : 58 * factor, 35 * factor : 51 * factor].mean() < 12


def test_detail_lost_at_a_joint_is_restored_where_something_moved():
    given, later = scene(30), scene(33)
    blurred, later_blurred = (
        (p.astype(float) * 0.5 + 0.5 * p.mean((0, 1))).astype(np.uint8) for p in (given, later)
    )
    joint = Seam(at=-1, given=given, rebuilt=blurred)
    out = later_blurred + correction(later_blurred, joint, seconds=0.0)
    square = (slice(42, 58), slice(35, 51))
    lost = np.abs(later_blurred.astype(float) - later)[square].mean()
    assert np.abs(out - later)[square].mean() < 0.25 * lost
