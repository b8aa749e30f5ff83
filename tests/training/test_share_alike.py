"""What is trained on a share-alike world is marked so, or is not trained."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest
import torch
from click.testing import CliRunner
from safetensors.torch import save_file

from sorairo.cli.main import app as command_line
from sorairo.config import override, to_json
from sorairo.data.clips_config import ClipsConfig
from sorairo.data.rendered_shards import Shard
from sorairo.errors import ConfigError, UnknownNameError
from sorairo.models.network_files import load_networks, save_networks
from sorairo.training.data.pairs import PairsConfig
from sorairo.training.loop.run_folder import run_folder
from sorairo.training.networks.codec_directory import codec_licence, stored_codec, write_codec
from sorairo.training.networks.text_encoder import TextEncoderRecipe
from sorairo.training.networks.upscaler import UpscalerRecipe
from sorairo.training.recipe import Recipe
from sorairo.training.recipes.registry import RECIPES
from sorairo.training.run import run
from sorairo.training.share_alike import check_licences
from sorairo.world import registry
from sorairo.world.menagerie.scene import SceneConfig
from training_recipes import CODEC_RECIPE, MODEL_RECIPE

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


@pytest.mark.parametrize("name", [name for name in RECIPES if RECIPES[name]().rendered()])
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


@pytest.fixture
def animal_codec(tmp_path: Path, codec_run: Path) -> str:
    """The directory of a codec that is shared alike."""
    write_codec(tmp_path / "wolves", stored_codec(str(codec_run)), {"licence": SHARED})
    return str(tmp_path / "wolves")


def test_the_licence_of_a_codec_is_found_wherever_it_is_kept(
    animal_codec: str, codec_run: Path, tiny_model: Path
):
    assert codec_licence(animal_codec) == {f"the codec of '{animal_codec}'": SHARED}
    for run_name in ("tiny-codec", str(codec_run)):
        assert codec_licence(run_name) == {f"the codec of '{run_name}'": "Apache-2.0"}
    assert list(codec_licence(str(tiny_model)).values()) == ["Apache-2.0"]
    assert codec_licence("") == codec_licence("no-such-run") == {}
    record = Path(animal_codec) / "codec.json"
    record.write_text(record.read_text().replace("licence", "formerly"))
    assert codec_licence(animal_codec) == {}


@pytest.mark.parametrize(
    "recipe",
    [
        dataclasses.replace(CODEC_RECIPE, start="CODEC"),
        UpscalerRecipe(name="up", pairs=PairsConfig(model="CODEC")),
        dataclasses.replace(MODEL_RECIPE, codec_run="", codec_of="CODEC"),
        dataclasses.replace(MODEL_RECIPE, codec_run="CODEC"),
    ],
    ids=["codec", "upscaler", "model", "model by a run"],
)
def test_what_builds_on_a_codec_asks_for_its_licence(
    recipe: Recipe, animal_codec: str, codec_run: Path
):
    def on(codec: str) -> Recipe:
        if isinstance(recipe, UpscalerRecipe):
            return override(recipe, [f"pairs.model={codec}"])
        names = ("start", "codec_of", "codec_run")
        named = {name: codec for name in names if getattr(recipe, name, "") == "CODEC"}
        return dataclasses.replace(recipe, **named)

    with pytest.raises(ConfigError, match=f"wolves': {SHARED}"):
        check_licences(on(animal_codec))
    for free in ("tiny-codec", str(codec_run)):
        check_licences(on(free))


def test_a_model_asks_for_the_licence_of_its_text_encoder(
    tmp_path: Path, codec_run: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    recipe = dataclasses.replace(
        MODEL_RECIPE, codec_run="", codec_of=str(codec_run), text_run="wolf-words"
    )
    check_licences(recipe)  # there is no such run yet: preparing the run says so
    for licence in ("Apache-2.0", SHARED):
        encoder = TextEncoderRecipe(name="wolf-words", licence=licence)
        run_folder("wolf-words").mkdir(parents=True, exist_ok=True)
        record = {"recipe": json.dumps(to_json(encoder))}
        save_file({"x": torch.zeros(1)}, run_folder("wolf-words") / "state.safetensors", record)
        assert recipe.bases()["the text encoder of 'wolf-words'"] == licence
        if licence == "Apache-2.0":
            check_licences(recipe)
    with pytest.raises(ConfigError, match=f"text encoder of 'wolf-words': {SHARED}"):
        check_licences(recipe)
    check_licences(override(recipe, [f"model.licence={SHARED}"]))


@pytest.mark.parametrize("settings", [["start=tiny-codec"], ["start=RUN"]])
def test_a_codec_continues_a_run(settings: list[str], codec_run: Path, clips: list[Shard]):
    """By the name of the run and by its folder."""
    named = [each.replace("RUN", str(codec_run)) for each in settings]
    run(override(dataclasses.replace(CODEC_RECIPE, name="continued"), [*named, "loop.steps=1"]))


def test_a_codec_that_is_not_there_is_said_before_anything_is_rendered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    upscaler = override(RECIPES["upscaler2"](), ["pairs.model=codec4"])
    for recipe in (dataclasses.replace(CODEC_RECIPE, start="codec3"), upscaler):
        with pytest.raises(UnknownNameError, match="no model 'codec"):
            run(recipe)
    assert not list(tmp_path.rglob("*.npy"))
