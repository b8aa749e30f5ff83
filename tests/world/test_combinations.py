"""Combinations that are shown: nested, covering, and the only ones in scenes."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from sorairo.world.tabletop.dynamics.combinations import shown_templates, templates
from sorairo.world.tabletop.dynamics.sampling import sample_scene, sample_shots
from sorairo.world.tabletop.scene import CANVAS_WORLD, FIRST_LIGHT


def with_share(share: float):
    return dataclasses.replace(FIRST_LIGHT, templates=share)


def test_every_combination_is_listed_once():
    every = templates(FIRST_LIGHT)
    assert len(set(every)) == len(every) == 8 * (3 + 2 + 2 + 3)  # only two shapes roll, two slide
    assert ("red", "box", "roll") not in every


def test_a_larger_fraction_contains_a_smaller_one():
    few, some, most = (shown_templates(with_share(share)) for share in (0.1, 0.5, 0.9))
    assert few < some < most
    assert (len(few), len(some), len(most)) == (8, 40, 72)


def test_the_first_tenth_has_each_colour_shape_and_event():
    few = shown_templates(with_share(0.1))
    for index, names in enumerate((FIRST_LIGHT.colors, FIRST_LIGHT.shapes, FIRST_LIGHT.events)):
        assert {template[index] for template in few} == set(names)


def test_scenes_and_stories_have_shown_combinations_only():
    config = with_share(0.1)
    rng = np.random.default_rng(0)
    for _ in range(60):
        scene = sample_scene(rng, config)
        assert (scene.bodies[0].color, scene.bodies[0].shape, scene.event) in shown_templates(
            config
        )
    half = dataclasses.replace(CANVAS_WORLD, templates=0.5)
    for _ in range(20):
        for scene in sample_shots(rng, half, 3):
            assert (scene.bodies[0].color, scene.bodies[0].shape, scene.event) in shown_templates(
                half
            )


def test_if_all_is_shown_scenes_are_unchanged():
    one, other = (
        sample_scene(np.random.default_rng(5), config) for config in (FIRST_LIGHT, with_share(1.0))
    )
    assert one == other


def test_an_empty_selection_is_refused():
    with pytest.raises(ValueError, match="nothing that could be drawn"):
        sample_scene(np.random.default_rng(0), with_share(0.0))
