"""What is trained on a share-alike world is marked so, or is not trained."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from click.testing import CliRunner

from sorairo.cli.main import app as command_line
from sorairo.config import override
from sorairo.data.clips_config import ClipsConfig
from sorairo.errors import ConfigError
from sorairo.models.network_files import load_networks, save_networks
from sorairo.training.recipe import Recipe
from sorairo.training.recipes.registry import RECIPES
from sorairo.training.run import run
from sorairo.training.share_alike import check_licences
from sorairo.world import registry
from sorairo.world.menagerie.scene import SceneConfig
from training_recipes import CODEC_RECIPE

SHARED = "CC-BY-SA-3.0"
ANIMALS = ClipsConfig(world="menagerie", scene=SceneConfig(), count=1)


def with_animals(recipe: Recipe) -> Recipe:
    """A recipe that trains on animals as well."""
    if hasattr(recipe, "sources"):
        source = dataclasses.replace(next(iter(recipe.sources.values())), clips=ANIMALS)
        return dataclasses.replace(recipe, sources={**recipe.sources, "animals": source})
    if isinstance(recipe.clips, tuple):
        return dataclasses.replace(recipe, clips=(*recipe.clips, ANIMALS))
    return dataclasses.replace(recipe, clips=ANIMALS)


@pytest.mark.parametrize("name", RECIPES)
def test_no_recipe_takes_clips_that_are_shared_alike(name: str):
    recipe = RECIPES[name]()
    assert recipe.licence == "Apache-2.0"
    assert {registry.entry(clips.world).licence for clips, _ in recipe.rendered()} <= {""}
    with pytest.raises(ConfigError, match=f"world 'menagerie': {SHARED}"):
        check_licences(with_animals(recipe))


def test_a_run_is_refused_before_anything_is_rendered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    with pytest.raises(ConfigError, match=f"Set licence={SHARED}"):
        run(with_animals(CODEC_RECIPE))
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


@pytest.mark.parametrize(("name", "field"), [("canvas", "model.licence"), ("codec2", "licence")])
def test_a_recipe_may_say_that_its_result_is_shared_alike(name: str, field: str):
    check_licences(override(with_animals(RECIPES[name]()), [f"{field}={SHARED}"]))


def test_the_record_of_a_model_says_its_licence_and_what_is_built_on_it_has_it_too(
    tiny_model: Path, tmp_path: Path
):
    model = load_networks(tiny_model)
    model.config = dataclasses.replace(model.config, licence=SHARED)
    save_networks(model, tmp_path / "animals")
    said = CliRunner().invoke(command_line, ["models", "info", str(tmp_path / "animals")])
    assert f"licence:        {SHARED}\n" in said.output
    from_it = dataclasses.replace(CODEC_RECIPE, start=str(tmp_path / "animals"))
    with pytest.raises(ConfigError, match="animals'"):
        check_licences(from_it)
    check_licences(dataclasses.replace(from_it, licence=SHARED))
