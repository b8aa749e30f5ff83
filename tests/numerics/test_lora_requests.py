"""Requests with LoRAs: in Python, from the command line and over the API."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from safetensors.torch import load_file, save_file

from second_model import SecondModel
from sorairo.cli.main import app
from sorairo.errors import ModelError, UnknownNameError
from sorairo.generation.engine import Engine, load
from sorairo.generation.requests.metadata import read_comment
from sorairo.generation.settings import Settings
from sorairo.models.lora.choices import find_lora
from sorairo.models.lora.fast import fast_lora
from sorairo.server.api.errors import ApiError
from sorairo.server.api.fields.compound import Loras
from sorairo.video import Clip
from tiny_wan import write_wan
from wan_loras import network, original, write


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_wan(tmp_path_factory.mktemp("lora") / "wan", "wan2.1-1.3b")


@pytest.fixture
def loras(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of LoRAs, with one for the tiny model."""
    monkeypatch.setenv("SORAIRO_LORAS", str(tmp_path))
    write(tmp_path / "paper.safetensors", network(), original)
    return tmp_path


QUICK = {"seconds": 0.3, "steps": 2, "seed": 3, "width": 64, "height": 64}


def test_a_request_with_a_lora_leaves_the_model_as_it_was(folder: Path, loras: Path):
    engine = load(folder, device="cpu")
    plain = engine.generate("a ball", **QUICK)
    changed = engine.generate("a ball", loras=["paper:0.7"], **QUICK)
    assert not np.array_equal(plain.frames, changed.frames)
    assert any("paper.safetensors: 18 of 18 keys" in note for note in changed.notes)
    again = engine.generate("a ball", **QUICK)
    assert np.array_equal(plain.frames, again.frames)
    assert not again.notes


def test_a_lora_that_is_too_strong_makes_no_black_clip(folder: Path, loras: Path):
    """And the next request has the model as it was."""
    tensors = load_file(loras / "paper.safetensors")
    save_file({name: each * 1e15 for name, each in tensors.items()}, loras / "strong.safetensors")
    model = load(folder)
    plain = model.generate("a red ball", **QUICK)
    with pytest.raises(ModelError, match="lower their weights"):
        model.generate("a red ball", loras=("strong",), **QUICK)
    assert np.array_equal(model.generate("a red ball", **QUICK).frames, plain.frames)


def test_a_few_step_lora_carries_its_schedule(folder: Path, loras: Path):
    """Its steps and no guidance, unless the request states others."""
    path = loras / "fastwan.safetensors"
    path.write_bytes((loras / "paper.safetensors").read_bytes())
    engine, steps = load(folder, device="cpu"), []
    options = {**QUICK, "steps": None, "on_progress": lambda now: steps.append(now.total)}
    engine.generate("a ball", loras=["fastwan"], **options)
    assert steps[0] == len(steps) == 3
    settings = Settings(loras=("fastwan",))
    assert engine.sampling([settings]).sigmas.tolist() == pytest.approx([1, 0.757, 0.522, 0])
    assert engine.sampling([Settings(loras=("fastwan",), steps=7)]).steps == 7
    path.with_suffix(".json").write_text('{"sigmas": [1, 0.5, 0]}')
    assert engine.sampling([settings]).sigmas.tolist() == [1, 0.5, 0]
    path.with_suffix(".json").write_text('{"sigmas": [0.5, 1]}')
    with pytest.raises(ModelError, match="must fall"):
        engine.sampling([settings])


def test_a_model_that_takes_none_says_so():
    with pytest.raises(ModelError, match="takes no LoRAs"):
        Engine(SecondModel()).generate("white", seconds=0.3, loras=["paper"])


def test_from_the_command_line(folder: Path, loras: Path, tmp_path: Path):
    target = tmp_path / "ball.mp4"
    words = ["generate", "a red ball", "--seconds", "0.3", "--size", "64x64", "--steps", "1"]
    words += ["--model", str(folder), "-o", str(target), "--lora"]
    result = CliRunner().invoke(app, [*words, "paper:0.5"], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    assert "paper.safetensors: 18 of 18 keys, largest change" in result.output
    assert '"loras": ["paper:0.5"]' in Clip.load(target).metadata["comment"]
    with pytest.raises(UnknownNameError, match="Did you mean 'paper'"):
        CliRunner().invoke(app, [*words, "papre"], catch_exceptions=False)


def test_fast_and_a_remix_that_repeats_it(folder: Path, loras: Path, tmp_path: Path):
    """--fast is the LoRA for few steps of the model, which the clip records."""
    target, again = tmp_path / "ball.mp4", tmp_path / "again.mp4"
    words = ["generate", "a red ball", "--seconds", "0.1", "--size", "64x64", "--fast"]
    words += ["--model", str(folder), "-o", str(target), "--lora", "paper:0.5"]
    where = f"self_forcing in its name, into {re.escape(str(loras))}"
    with pytest.raises(ModelError, match=where):
        CliRunner().invoke(app, words, catch_exceptions=False)
    both = loras / "self_forcing"
    both.mkdir()
    (both / "self_forcing_4steps.safetensors").write_bytes(
        (loras / "paper.safetensors").read_bytes()
    )
    for command in (words, ["remix", str(target), "a blue ball", "-o", str(again)]):
        assert CliRunner().invoke(app, command, catch_exceptions=False).exit_code == 0
    for path in (target, again):
        recipe = json.loads(Clip.load(path).metadata["comment"])["request"]
        assert recipe["loras"] == ["self_forcing", "paper:0.5"]
    engine = load(folder, device="cpu")
    options: Any = {**QUICK, "seconds": 0.1, "steps": None}
    made = engine.remix(Clip.load(target), "a red ball", fast=True)
    comment = read_comment(made.metadata["comment"])
    assert comment.loras == ("self_forcing", "paper:0.5")  # type: ignore[attr-defined]
    fast = engine.generate("a red ball", fast=True, loras=["paper:0.5"], **options)
    named = engine.generate("a red ball", loras=["self_forcing", "paper:0.5"], **options)
    assert np.array_equal(fast.frames, named.frames)
    for find in (find_lora, lambda name: fast_lora(name.removesuffix("-fast"))):
        with pytest.raises(ModelError, match=r"sorairo models pull wan2\.2-5b-fast"):
            find("wan2.2-5b-fast")
    with pytest.raises(ModelError, match="leave fast out"):
        fast_lora("crafter")
    assert fast_lora("tabletop") == "tabletop-fast"  # that of the package


def test_models_info_says_where_a_lora_for_few_steps_goes(folder: Path, loras: Path):
    words = ["models", "info", str(folder), "--no-speed"]
    said = CliRunner().invoke(app, words, catch_exceptions=False).output
    assert f"with self_forcing in its name, into {loras}" in said
    (loras / "self_forcing.safetensors").write_bytes((loras / "paper.safetensors").read_bytes())
    said = CliRunner().invoke(app, words, catch_exceptions=False).output
    assert "--fast: 4 steps with the LoRA self_forcing" in said


def test_over_the_api(loras: Path):
    """By the names of installed LoRAs, and no paths."""
    parsed = Loras().parse([{"name": "paper", "weight": 0.5}, "paper"], "loras")
    assert parsed == ("paper:0.5", "paper:1")
    for wrong in ({"paper": 1}, ["../paper"], [{"name": "paper", "weight": 9}], [str(loras)], [3]):
        with pytest.raises(ApiError) as error:
            Loras().parse(wrong, "loras")
        assert error.value.status == 400
