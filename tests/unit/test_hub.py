"""Model directories: saving and loading round-trips; broken directories give a one-sentence
error."""

from __future__ import annotations

import json
import math
import shutil
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from random_weights import randomise
from sorairo.errors import ModelError, UnknownNameError, WriteError
from sorairo.models import hub
from sorairo.models.model_info import DeliveryDefaults
from sorairo.models.network_files import load_networks, save_networks, whole_directory


@pytest.fixture
def model(tiny_model: Path, tmp_path: Path) -> Path:
    """A copy that may be broken."""
    return Path(shutil.copytree(tiny_model, tmp_path / "model"))


def test_what_is_saved_is_what_is_loaded(tiny_model: Path, tmp_path: Path):
    model = randomise(load_networks(tiny_model).float())
    path = tmp_path / "new" / "mine"
    save_networks(model, path, {"steps": 7})
    loaded = load_networks(path)
    assert loaded.config == model.config
    assert loaded.tokenizer.to_str() == model.tokenizer.to_str()
    before, after = model.state_dict(), loaded.state_dict()
    assert before.keys() == after.keys()
    for name, value in before.items():
        assert after[name].dtype == torch.bfloat16
        assert torch.equal(after[name], value.bfloat16()), name
    assert not any(p.requires_grad for p in loaded.parameters())
    assert not loaded.training
    assert hub.info(path).record["training"] == {"steps": 7}


def test_delivery_defaults_are_known_without_loading(model: Path):
    assert hub.info(model).delivery == DeliveryDefaults(size=None, fps=None)
    record = json.loads((model / "model.json").read_text())
    assert record["config"].pop("delivery") == {"size": None, "fps": None}
    (model / "model.json").write_text(json.dumps(record))
    assert hub.info(model).delivery == load_networks(model).config.delivery == DeliveryDefaults()


def test_saving_again_replaces_the_whole_directory(tiny_model: Path, tmp_path: Path):
    model, path = load_networks(tiny_model).float(), tmp_path / "mine"
    save_networks(randomise(model, seed=1), path)
    first = hub.info(path).digest
    (path / "left-over.txt").touch()
    save_networks(randomise(model, seed=2), path)
    assert hub.info(path).digest != first
    assert sorted(each.name for each in path.iterdir()) == sorted(hub.FILES)
    assert [each.name for each in tmp_path.iterdir()] == ["mine"]


def test_what_fails_while_it_is_saved_leaves_the_old_one_and_nothing_else(
    model: Path, tmp_path: Path
):
    before = {each.name: each.read_bytes() for each in model.iterdir()}

    def save() -> None:
        with whole_directory(model) as new:
            (new / "model.json").write_text("half")
            raise OSError(28, "No space left on device")

    with pytest.raises(WriteError, match=r"Cannot write .*: No space left on device\.$"):
        save()
    assert {each.name: each.read_bytes() for each in model.iterdir()} == before
    assert [each.name for each in tmp_path.iterdir()] == [model.name]


def test_the_digest_is_that_of_the_files(model: Path, tiny_model: Path):
    assert hub.info(model).digest == hub.info(tiny_model).digest
    assert hub.info(model).bytes == sum((model / name).stat().st_size for name in hub.FILES)
    weights = model / "codec.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1] + b"\x77")
    assert hub.info(model).digest != hub.info(tiny_model).digest


def write(name: str, text: str) -> Callable[[Path], None]:
    return lambda model: (model / name).write_text(text) and None


def cut_short(model: Path) -> None:
    weights = model / "denoiser.safetensors"
    weights.write_bytes(weights.read_bytes()[:-1000])


def another_shape(model: Path) -> None:
    record = json.loads((model / "model.json").read_text())
    record["config"]["transformer"]["layers"] = 3
    (model / "model.json").write_text(json.dumps(record))


def a_wrong_setting(model: Path) -> None:
    record = json.loads((model / "model.json").read_text())
    record["config"]["transformer"]["layers"] = "three"
    (model / "model.json").write_text(json.dumps(record))


def record(key: str, value: Any) -> Callable[[Path], None]:
    def damage(model: Path) -> None:
        found = json.loads((model / "model.json").read_text())
        (model / "model.json").write_text(json.dumps({**found, key: value}))

    return damage


def setting(key: str, value: Any) -> Callable[[Path], None]:
    def damage(model: Path) -> None:
        found = json.loads((model / "model.json").read_text())
        found["config"][key] = value
        (model / "model.json").write_text(json.dumps(found))

    return damage


def deep_header(model: Path) -> None:
    header = b'{"__metadata__":' + b"[" * 20_000
    (model / "codec.safetensors").write_bytes(struct.pack("<Q", len(header)) + header)


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (lambda model: (model / "tokenizer.json").unlink(), ["incomplete", "tokenizer.json"]),
        (lambda model: (model / "codec.safetensors").unlink(), ["codec.safetensors missing"]),
        (lambda model: (model / "model.json").unlink(), ["model.json"]),
        (write("model.json", "{"), ["model.json cannot be read"]),
        (write("model.json", "[" * 100_000), ["model.json cannot be read", "nested too deeply"]),
        (write("model.json", "1" * 5000), ["model.json cannot be read", "digits"]),
        (write("model.json", " " * 5_000_000), ["model.json cannot be read", "more than"]),
        (setting("native_sizes", [[0, 64]]), ["native_sizes cannot be 0"]),
        (setting("fps", 0), ["fps cannot be 0"]),
        (setting("fps", math.inf), ["fps cannot be so large"]),
        (setting("max_frames", 10**400), ["max_frames cannot be so large"]),
        (setting("max_frames", -1), ["max_frames cannot be -1"]),
        (record("files", 5), ["files"]),
        (record("files", ["../../etc/passwd"]), ["files"]),
        (record("training", []), ["training"]),
        (write("denoiser.safetensors", ""), ["denoiser.safetensors cannot be loaded"]),
        (deep_header, ["codec.safetensors cannot be loaded"]),
        (write("tokenizer.json", "[" * 100_000), ["tokenizer.json cannot be loaded"]),
        (write("model.json", "[]"), ["another format"]),
        (write("model.json", '{"format": 99, "config": {}}'), ["another format"]),
        (write("model.json", '{"format": 1}'), ["model.json", "config"]),
        (write("tokenizer.json", "{}"), ["tokenizer.json cannot be loaded"]),
        (write("codec.safetensors", "nothing of the kind"), ["codec.safetensors"]),
        (cut_short, ["denoiser.safetensors cannot be loaded"]),
        (another_shape, ["denoiser.safetensors cannot be loaded", "blocks.2"]),
        (a_wrong_setting, ["model.json cannot be read", "transformer.layers cannot be 'three'"]),
        (setting("codec", []), ["model.json cannot be read", "codec is no object"]),
        (setting("text", {"max_length": 0}), ["text.max_length cannot be 0"]),
        (setting("window_frames", math.nan), ["window_frames cannot be nan"]),
        (setting("window_frames", True), ["window_frames cannot be True"]),
    ],
)
def test_a_broken_model_is_refused_in_a_sentence(
    model: Path, damage: Callable[[Path], None], words: list[str]
):
    damage(model)
    with pytest.raises(ModelError) as caught:
        load_networks(model)
    message = str(caught.value)
    assert "\n" not in message
    assert len(message) < 400
    assert "model" in message
    for each in words:
        assert each in message


@pytest.mark.parametrize("name", ["tabeltop", "Tabletop!", "~nobody-of-that-name", "x" * 300])
def test_a_name_that_does_not_exist(name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    (tmp_path / "tabletop").mkdir()
    (tmp_path / "tabletop" / "model.json").touch()
    monkeypatch.setattr(hub, "shipped", lambda: tmp_path)
    with pytest.raises(UnknownNameError) as caught:
        hub.find(name)
    assert "tabletop" in str(caught.value)
    if name.lower().startswith("tab"):
        assert "Did you mean 'tabletop'?" in str(caught.value)


def test_a_folder_that_is_no_model(tmp_path: Path):
    with pytest.raises(ModelError, match=r"has no model\.json"):
        hub.find(str(tmp_path))


def test_names_and_paths(tiny_model: Path, monkeypatch: pytest.MonkeyPatch):
    assert hub.find(str(tiny_model)) == tiny_model
    monkeypatch.setattr(hub, "shipped", lambda: tiny_model.parent)
    assert hub.find("tiny") == tiny_model
    assert [each.name for each in hub.list_models()] == ["tiny"]
