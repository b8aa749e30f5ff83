"""The observer sees objects under every light and on every floor."""

from __future__ import annotations

import numpy as np
import pytest

from sorairo.world.tabletop.fitting.fit_lit_observer import PLACES, accuracy, renders
from sorairo.world.tabletop.fitting.fit_observer import Degradation
from sorairo.world.tabletop.perception.lit_observer import centers, observe_lit
from sorairo.world.tabletop.scene import CANVAS_WORLD

SEED = 9_100_000


@pytest.mark.slow
def test_degraded_renders_are_observed_correctly():
    found = accuracy(1, seed=SEED, degradation=Degradation(blur=0.8, noise=2.0))
    assert set(found) == set(CANVAS_WORLD.lights)
    for light, rates in found.items():
        for name in ("one_object", "color", "shape"):
            assert rates[name] >= 0.833, (light, rates)  # five of the six floors
        assert rates["track"] < 0.01, (light, rates)


def test_a_plain_sky_has_no_objects():
    (sample,) = renders(PLACES[-1], SEED, 1, 2, "classic")
    sky = np.broadcast_to(sample.frames[0, 0, 0], sample.frames.shape)
    assert observe_lit(np.ascontiguousarray(sky)).count == 0


def test_centers_are_nan_for_empty_masks():
    masks = np.zeros((2, 4, 8), np.uint8)
    masks[1, 2:, 4:] = 1
    found = centers(masks)
    assert np.isnan(found[0]).all()
    assert found[1].tolist() == [0.75, 0.75]
