"""Style, light and floor are classified correctly on renders outside the fitted ones."""

from __future__ import annotations

import numpy as np
import pytest

from sorairo.world.tabletop.fitting.fit_style_light_floor import confusion, degrade, report
from sorairo.world.tabletop.perception.style_light_floor import (
    floor_of,
    light_of,
    shipped_frame_classifiers,
    style_of,
)
from sorairo.world.tabletop.rendering.clip_generator import make_clips
from sorairo.world.tabletop.rendering.styles import apply_style
from sorairo.world.tabletop.scene import FLOORS, LIGHTS, STYLE_NAMES

SEED = 9_000_000


@pytest.fixture(scope="module")
def samples():
    return list(make_clips(seeds=range(SEED, SEED + 24), seconds=2, fps=1, width=96, height=96))


def test_styles_are_recognised_in_degraded_clips(samples):
    rng = np.random.default_rng(SEED)
    judged = [
        (style, style_of(degrade(apply_style(style, sample.frames), rng)))
        for sample in samples
        for style in STYLE_NAMES
    ]
    right = np.mean([style == answer for style, answer in judged])
    assert right >= 0.98, [pair for pair in judged if pair[0] != pair[1]]


def test_light_and_floor_are_recognised_in_all_pairs(samples):
    lights = [(s.scene.light, light_of(s.frames)) for s in samples]
    floors = [(s.scene.floor, floor_of(s.frames)) for s in samples]
    assert {light for light, _ in lights} == set(LIGHTS)
    assert {floor for floor, _ in floors} == set(FLOORS)
    assert np.mean([a == b for a, b in lights]) >= 0.95, lights
    assert np.mean([a == b for a, b in floors]) >= 0.9, floors


@pytest.mark.parametrize(("width", "height"), [(64, 64), (160, 100), (256, 256)])
def test_any_size_and_length_can_be_classified(width: int, height: int):
    sample = next(
        iter(make_clips(seeds=[SEED + 50], seconds=1, fps=12, width=width, height=height))
    )
    for style in STYLE_NAMES:
        styled = apply_style(style, sample.frames)
        assert style_of(styled) == style_of(styled[:1]) == style
    assert light_of(sample.frames) == sample.scene.light


def test_the_report_counts_every_clip():
    counts = confusion(shipped_frame_classifiers(), scenes=3, seed=SEED + 100)
    assert {name: sum(t.sum() for t in tables.values()) for name, tables in counts.items()} == {
        "style": 3 * len(STYLE_NAMES),
        "light": 3 * len(STYLE_NAMES),
        "floor": 3 * len(STYLE_NAMES),
    }
    assert report(counts).count("film_noir") == 2
