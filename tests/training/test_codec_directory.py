"""A codec by its name: of a directory, of a run that trains a codec, or of a model."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from sorairo.data.rendered_shards import render
from sorairo.errors import ModelError, TrainingError
from sorairo.models import hub
from sorairo.models.network_files import load_networks
from sorairo.training import run
from sorairo.training.loop.run_folder import run_folder
from sorairo.training.loop.state import FILE as STATE
from sorairo.training.loop.state import read_record, read_state
from sorairo.training.networks.codec_directory import (
    codec_licence,
    codec_mark,
    stored_codec,
    write_codec,
)
from sorairo.training.networks.encoding_codec import codec_of_model, fit_scale, trained_config
from sorairo.training.recipes.both_worlds import both_worlds
from training_recipes import CLIPS, CODEC_RECIPE, MODEL_RECIPE, change, with_tokenizer


@pytest.mark.needs_weights
def test_a_run_of_a_denoiser_does_not_hide_the_model_of_its_name(
    model_run: Path, codec_run: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
):
    """After `sorairo train tabletop`, `sorairo train tabletop-finish` still takes the codec of the
    shipped model."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    run_folder("tabletop").parent.mkdir(parents=True)
    run_folder("tabletop").symlink_to(model_run)
    assert "codec" not in json.loads(read_record(run_folder("tabletop") / STATE)["recipe"])
    shipped = load_networks(hub.find("tabletop")).codec.float().state_dict()
    found = stored_codec("tabletop").state_dict()
    assert found.keys() == shipped.keys()
    assert all(torch.equal(found[name], shipped[name]) for name in found)
    assert codec_licence("tabletop") == {"the model 'tabletop'": "Apache-2.0"}

    run_folder("tabletop").unlink()
    run_folder("tabletop").symlink_to(codec_run)
    assert stored_codec("tabletop").config == CODEC_RECIPE.codec, "the codec of a run goes first"


def test_a_codec_may_have_the_weights_of_the_model_beside_it(codec_run: Path, tmp_path: Path):
    """So a package that ships both has them once, and what was encoded with one fits the other."""
    codec, alone, joint = stored_codec(codec_run.name), tmp_path / "alone", tmp_path / "joint"
    write_codec(alone, codec, {"licence": "MIT"})
    write_codec(tmp_path / "model", codec, {})
    (tmp_path / "model" / "codec.json").unlink()
    joint.mkdir()
    record = json.loads((alone / "codec.json").read_text()) | {"model": "model"}
    (joint / "codec.json").write_text(json.dumps(record))
    mine, theirs = stored_codec(str(joint)).state_dict(), stored_codec(str(alone)).state_dict()
    assert all(torch.equal(mine[name], theirs[name]) for name in theirs)
    assert codec_mark(str(joint)) == codec_mark(str(alone))
    assert codec_of_model(str(joint)).mark == codec_of_model(str(alone)).mark
    assert codec_licence(str(joint)) == {f"the codec of '{joint}'": "MIT"}
    (tmp_path / "model" / "codec.safetensors").unlink()
    with pytest.raises(ModelError, match="cannot be loaded"):
        stored_codec(str(joint))


def test_pairs_for_an_upscaler_are_those_of_the_codec_as_it_is(codec_run: Path, tmp_path: Path):
    """A run that goes on, or a directory written again, has another mark under the same name."""
    codec, folder = stored_codec(codec_run.name), tmp_path / "codec"
    write_codec(folder, codec, {})
    marks = [codec_mark(codec_run.name), codec_mark(str(folder))]
    assert marks == [codec_mark(codec_run.name), codec_mark(str(folder))]
    assert all(marks)
    with torch.no_grad():
        codec.encoder.head.weight.mul_(2)
    write_codec(folder, codec, {})
    assert codec_mark(str(folder)) != marks[1]
    (tmp_path / "run").mkdir()
    tensors, record = read_state(codec_run / STATE)
    save_file(
        {name: 2 * value for name, value in tensors.items()}, tmp_path / "run" / STATE, record
    )
    assert codec_mark(str(tmp_path / "run")) not in ("", marks[0])


def test_a_run_of_a_denoiser_is_no_codec(model_run: Path):
    assert (model_run / STATE).exists()
    with pytest.raises(ModelError):
        stored_codec(str(model_run))
    with pytest.raises(TrainingError, match="trains no codec"):
        trained_config(MODEL_RECIPE.run_name())
    assert stored_codec(str(model_run / "model")).config == CODEC_RECIPE.codec
    assert codec_mark(str(model_run / "model")) == "", "it is not written again under its name"


def test_the_codec_of_a_run_that_is_not_there_says_how_to_train_it(codec_run: Path):
    assert trained_config(codec_run.name) == CODEC_RECIPE.codec
    with pytest.raises(TrainingError, match="sorairo train no-such-run"):
        trained_config("no-such-run")


def test_a_model_is_trained_with_the_codec_of_a_directory(
    codec_run: Path, model_run: Path, tmp_path: Path
):
    """And has its weights, as they are stored."""
    codec = stored_codec(str(codec_run))
    fit_scale(codec, render(CLIPS))
    write_codec(tmp_path / "codec", codec, {})
    recipe = change(MODEL_RECIPE, name="tiny-model-of-a-codec", steps=1)
    recipe = dataclasses.replace(recipe, codec_run="", codec_of=str(tmp_path / "codec"))
    model = run.run(with_tokenizer(recipe, model_run))
    made, stored = load_networks(model).codec, stored_codec(str(tmp_path / "codec"))
    for name, tensor in stored.state_dict().items():
        assert torch.equal(made.state_dict()[name].float(), tensor.float()), name


def test_the_codec_that_ships_is_that_of_the_next_model():
    recipe = both_worlds()
    assert codec_of_model(recipe.codec_of, recipe.model.codec).codec.config == recipe.model.codec
    assert codec_licence(recipe.codec_of) == {"the codec of 'codec2'": recipe.licence}
