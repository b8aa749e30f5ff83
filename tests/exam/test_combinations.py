"""M9 asks for combinations that were not shown in training, in a fixed order."""

from __future__ import annotations

import dataclasses

from sorairo.exam.registry import SUITES
from sorairo.exam.suites.world.combinations import PARTS
from sorairo.training.networks.denoiser import ModelRecipe
from sorairo.training.networks.model_record import trained_scenes
from sorairo.training.recipes.registry import RECIPES
from sorairo.training.recipes.scaling import SHOWN
from sorairo.world.tabletop.dynamics.combinations import shown_templates
from sorairo.world.tabletop.scene import FIRST_LIGHT


def test_the_small_models_never_see_the_last_tenth():
    asked = SUITES["M9"].questions(24)
    triples = {
        part: {
            (q.scene.bodies[0].color, q.scene.bodies[0].shape, q.scene.event)
            for q in asked
            if q.about == part
        }
        for part in PARTS
    }
    for percent in SHOWN:
        recipe = RECIPES[f"unseen-{percent}"]()
        assert isinstance(recipe, ModelRecipe)
        known = trained_scenes(recipe.sources)
        assert known is not None
        assert known.templates == percent / 100
        seen = shown_templates(dataclasses.replace(FIRST_LIGHT, templates=known.templates))
        assert triples["first tenth"] <= seen
        assert not triples["last tenth"] & seen


def test_the_order_of_combinations_does_not_depend_on_other_data():
    recipe = RECIPES["unseen-50"]()
    assert isinstance(recipe, ModelRecipe)
    scenes = {source.clips.scene for source in recipe.sources.values()}
    assert scenes == {dataclasses.replace(FIRST_LIGHT, templates=0.5)}
