"""A few tiny clips, codec and model runs, in a cache folder of their own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sorairo.data.rendered_shards import Shard
from sorairo.packages import assets_folder
from sorairo.training import run
from training_recipes import CLIPS, CODEC_RECIPE, MODEL_RECIPE, Prepared, rendered

ASSETS = assets_folder()  # the user's own, which are fetched once


@pytest.fixture(scope="package", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The cache folder of all tests here: never the user's own."""
    with pytest.MonkeyPatch.context() as patch:
        folder = tmp_path_factory.mktemp("cache")
        patch.setenv("XDG_CACHE_HOME", str(folder))
        ASSETS.mkdir(parents=True, exist_ok=True)
        (folder / "sorairo").mkdir()
        (folder / "sorairo" / "assets").symlink_to(ASSETS)
        yield folder / "sorairo"


@pytest.fixture(scope="package")
def clips(cache: Path) -> list[Shard]:
    shards = rendered(CLIPS)
    assert cache in shards[0].path.parents
    return shards


@pytest.fixture(scope="package")
def codec_run(clips: list[Shard]) -> Path:
    """The folder of a codec trained for four steps in one go."""
    return run.run(CODEC_RECIPE)


@pytest.fixture(scope="package")
def model_run(codec_run: Path) -> Path:
    """The folder of a model trained for four steps in one go."""
    for config, _ in MODEL_RECIPE.rendered():
        rendered(config)
    return run.run(MODEL_RECIPE).parent


@pytest.fixture(scope="package")
def prepared(model_run: Path) -> Prepared:
    """Codec, latents and tokenizer of the recipe."""
    task = MODEL_RECIPE.prepare(run.run_folder(MODEL_RECIPE.run_name()))
    return task.encoding.codec, task.clips, task.tokenizer
