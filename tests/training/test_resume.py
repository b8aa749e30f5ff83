"""A resumed run is the same run, and a failed run keeps its last saved state."""

from __future__ import annotations

import hashlib
import json
import signal
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from sorairo.errors import TrainingError
from sorairo.models import hub
from sorairo.models.network_files import load_networks
from sorairo.training import run
from sorairo.training.loop.changed_settings import changed_settings
from sorairo.training.loop.state import read_record
from sorairo.training.networks import codec, denoiser
from sorairo.training.objectives.codec import CodecObjective
from sorairo.training.objectives.denoiser import DenoiserObjective
from training_recipes import CODEC_RECIPE, MODEL_RECIPE, change


def stops_after_two(objective):
    """The objective, and Ctrl-C in the middle of its second step."""

    class Stopping(objective):
        def draw(self, step: int, rng: np.random.Generator):
            if step == 1:
                signal.raise_signal(signal.SIGINT)
            return super().draw(step, rng)

    return Stopping


def assert_same_state(one: Path, other: Path) -> None:
    a, b = load_file(one / "state.safetensors"), load_file(other / "state.safetensors")
    assert a.keys() == b.keys()
    assert {name.partition("/")[0] for name in a} == {"network", "ema", "optimiser"}
    for name, value in a.items():
        assert torch.equal(value, b[name]), name
    first, second = (read_record(each / "state.safetensors") for each in (one, other))
    assert first["step"] == second["step"] == "4"
    assert first["flop"] == second["flop"]


def test_a_codec_stopped_and_resumed(codec_run: Path, monkeypatch: pytest.MonkeyPatch):
    recipe = change(CODEC_RECIPE, name="tiny-codec-resumed")
    with monkeypatch.context() as patch:
        patch.setattr(codec, "CodecObjective", stops_after_two(CodecObjective))
        with pytest.raises(KeyboardInterrupt):
            run.run(recipe)
    folder = run.run_folder(recipe.name)
    assert read_record(folder / "state.safetensors")["step"] == "2"
    assert run.run(recipe) == folder
    assert_same_state(codec_run, folder)


def test_a_model_stopped_and_resumed(model_run: Path, monkeypatch: pytest.MonkeyPatch):
    recipe = change(MODEL_RECIPE, name="tiny-model-resumed")
    with monkeypatch.context() as patch:
        patch.setattr(denoiser, "DenoiserObjective", stops_after_two(DenoiserObjective))
        with pytest.raises(KeyboardInterrupt):
            run.run(recipe)
    folder = run.run_folder(recipe.name)
    assert read_record(folder / "state.safetensors")["step"] == "2"
    assert hub.info(folder / "model").record["training"]["steps"] == 2
    run.run(recipe)
    assert_same_state(model_run, folder)
    ours, theirs = (load_networks(each / "model").state_dict() for each in (model_run, folder))
    for name, value in ours.items():
        assert torch.equal(value, theirs[name])


def test_a_run_that_goes_on_with_other_settings_says_so(
    codec_run: Path, capsys: pytest.CaptureFixture[str]
):
    del codec_run  # its clips are there
    short = change(CODEC_RECIPE, name="tiny-codec-longer", steps=1)
    folder = run.run(short)
    run.run(short)
    assert "other settings" not in capsys.readouterr().err
    run.run(change(short, steps=2))
    said = f"The run in {folder} goes on with other settings: loop.steps=2 (before 1)."
    assert said in capsys.readouterr().err


def test_fields_of_other_versions_are_no_other_settings():
    before = {"loop": {"steps": 3, "gone": 1}, "name": "a"}
    now = {"loop": {"steps": 4, "new": 2}, "name": "a"}
    assert changed_settings(before, now) == ["loop.steps=4 (before 3)"]


def test_another_seed_is_another_run(codec_run: Path):
    other = run.run(change(CODEC_RECIPE, name="tiny-codec-other", seed=1))
    a, b = load_file(codec_run / "state.safetensors"), load_file(other / "state.safetensors")
    assert not torch.equal(a["network/encoder.stem.weight"], b["network/encoder.stem.weight"])


def test_a_finished_run_is_not_changed(codec_run: Path):
    before = load_file(codec_run / "state.safetensors")
    run.run(CODEC_RECIPE)
    after = load_file(codec_run / "state.safetensors")
    assert all(torch.equal(value, after[name]) for name, value in before.items())


@pytest.mark.parametrize("broken", ["loss", "gradient"])
def test_a_loss_that_is_not_finite_stops_the_run(
    clips, broken: str, monkeypatch: pytest.MonkeyPatch
):
    recipe = change(CODEC_RECIPE, name=f"tiny-codec-{broken}", steps=2)
    folder = run.run(recipe)

    class Broken(CodecObjective):
        def draw(self, step: int, rng: np.random.Generator):
            self.breaks = step >= 3
            return super().draw(step, rng)

        def loss(self, batch, generator: torch.Generator):
            loss, values = super().loss(batch, generator)
            if not self.breaks:
                return loss, values
            if broken == "loss":
                return loss * float("inf"), values
            nothing = (self.network.encoder.stem.weight * 0).sum()
            return loss + nothing.abs().sqrt(), values  # 0, with a slope of 0 / 0

    monkeypatch.setattr(codec, "CodecObjective", Broken)
    before = hashlib.sha256((folder / "state.safetensors").read_bytes()).digest()
    with pytest.raises(TrainingError, match=r"at step 3 .* lower the learning rate"):
        run.run(change(recipe, steps=6))
    assert hashlib.sha256((folder / "state.safetensors").read_bytes()).digest() == before


def test_the_record_of_a_model_adds_the_cost_of_the_one_it_started_from(model_run: Path):
    first = model_run / "model"
    recipe = change(MODEL_RECIPE, name="tiny-model-more", start=str(first))
    more = hub.info(run.run(recipe)).record["training"]
    before = hub.info(first).record["training"]
    assert more["steps"] == before["steps"] + recipe.loop.steps
    assert more["flop"] == pytest.approx(2 * before["flop"])


def test_a_state_of_another_network_is_refused(codec_run: Path):
    import dataclasses

    wider = dataclasses.replace(CODEC_RECIPE.codec, widths=(24, 24))
    with pytest.raises(TrainingError, match="another shape"):
        run.run(change(CODEC_RECIPE, codec=wider))


def test_a_model_needs_its_codec_first(clips):
    with pytest.raises(TrainingError, match="sorairo train no-such-run"):
        run.run(change(MODEL_RECIPE, name="orphan", codec_run="no-such-run"))


def test_a_run_keeps_its_recipe_a_journal_and_a_sheet(codec_run: Path, model_run: Path):
    for folder, recipe in ((codec_run, CODEC_RECIPE), (model_run, MODEL_RECIPE)):
        record = read_record(folder / "state.safetensors")
        assert json.loads(record["recipe"])["name"] == recipe.name
        lines = [json.loads(line) for line in (folder / "log.jsonl").read_text().splitlines()]
        assert [line["step"] for line in lines if "loss" in line][:4] == [1, 2, 3, 4]
        assert all(line["percent_of_peak"] > 0 for line in lines if "loss" in line)
        assert (folder / "sheet-000004.png").stat().st_size > 0
