"""The benchmark of repairs after decoding: its cases, and its switches."""

from __future__ import annotations

import numpy as np
import pytest
from benchmarks.codec_repairs import CASES, figures_of, made_of, model_with, repairs, without

pytestmark = pytest.mark.needs_weights


@pytest.fixture(scope="module")
def frames() -> np.ndarray:
    """A square that moves by a pixel a frame, uint8 [49, 32, 32, 3]."""
    found = np.full((49, 32, 32, 3), 90, np.uint8)
    for index, frame in enumerate(found):
        frame[8:20, index % 20 : index % 20 + 10] = (220, 40, 30)
    return found


@pytest.mark.parametrize("name", CASES)
def test_true_frames_stand_for_the_result(name: str, frames: np.ndarray):
    case = CASES[name](frames)
    assert figures_of(case.result, case)["squared error"] == 0
    with without(list(repairs())):
        made = made_of(model_with("tabletop"), case)
    assert made.shape == case.result.shape
    exact = [np.array_equal(*pair) for pair in zip(made, case.result, strict=True)]
    assert sum(exact) >= {"clip": 0, "fade": 0, "connect": 32}.get(name, 24)
    for at in case.joints:
        assert exact[at] != exact[(at + 1) % len(exact)], (
            "given on one side, generated on the other"
        )


def test_each_repair_is_switched_off_and_on_again(frames: np.ndarray):
    model, case = model_with("tabletop"), CASES["connect"](frames)
    whole = made_of(model, case)
    for name in repairs():
        with without([name]):
            made_of(model, case)
    assert np.array_equal(made_of(model, case), whole)
    with without(list(repairs())):
        assert not np.array_equal(made_of(model, case), whole)
