"""How strongly a LoRA counts: where its alpha is stated, and where its change is computed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from sorairo.errors import ModelError
from sorairo.models.lora.choices import LoraChoice
from sorairo.models.lora.merging import MergedLoras
from sorairo.models.lora.targets import LoraTarget

RANK = 4


def block() -> nn.ModuleDict:
    torch.manual_seed(0)
    layers = {"q": nn.Linear(16, 32), "k": nn.Linear(16, 32)}
    return nn.ModuleDict({**layers, "norm": nn.LayerNorm(16)}).requires_grad_(False)


def factors(stem: str, rows: int = 32) -> dict[str, Tensor]:
    torch.manual_seed(1)
    return {
        f"{stem}.lora_A.weight": torch.randn(RANK, 16),
        f"{stem}.lora_B.weight": torch.randn(rows, RANK),
    }


def change(path: Path, name: str = "q") -> float:
    """By how much a file changes the weight of a layer, as a multiple of the product of factors."""
    network = block()
    before = network.get_parameter(f"{name}.weight").clone()
    MergedLoras([LoraTarget(network=network)]).use([LoraChoice(path=path)])
    down, up = factors("").values()
    product = up @ down
    delta = network.get_parameter(f"{name}.weight") - before
    scale = float((delta * product).sum() / product.square().sum())
    assert torch.allclose(delta, scale * product, atol=1e-5)
    return scale


def with_header(path: Path, tensors: dict[str, Tensor], settings: object) -> Path:
    """A file as diffusers writes it."""
    header = {"format": "pt", "lora_adapter_metadata": json.dumps(settings)}
    save_file(tensors, path, metadata=header)
    return path


@pytest.mark.parametrize(
    ("settings", "scale"),
    [
        ({}, 1.0),
        ({"transformer.r": RANK, "transformer.lora_alpha": 8}, 2.0),
        ({"transformer.lora_alpha": 8, "transformer.alpha_pattern": {"k": 4}}, 2.0),
        ({"transformer.lora_alpha": 8, "transformer.alpha_pattern": {"q": 12}}, 3.0),
        ({"transformer.lora_alpha": 8, "transformer.use_rslora": True}, 4.0),  # 8 / sqrt(4)
        ({"transformer_2.lora_alpha": 8}, 1.0),  # of the other network
        ({"lora_alpha": 2}, 0.5),
    ],
)
def test_alphas_in_the_header_as_diffusers_writes_them(
    tmp_path: Path, settings: dict[str, Any], scale: float
):
    path = with_header(tmp_path / "style.safetensors", factors("transformer.q"), settings)
    assert change(path) == pytest.approx(scale)


def test_a_tensor_says_more_than_the_header(tmp_path: Path):
    tensors = {**factors("transformer.q"), "transformer.q.alpha": torch.tensor(12.0)}
    path = with_header(tmp_path / "a.safetensors", tensors, {"transformer.lora_alpha": 8})
    assert change(path) == pytest.approx(3.0)


def test_alphas_beside_the_file_as_peft_writes_them(tmp_path: Path):
    path = tmp_path / "adapter_model.safetensors"
    save_file(factors("base_model.model.q"), path)
    assert change(path) == pytest.approx(1.0)
    config = {"r": RANK, "lora_alpha": 8, "alpha_pattern": {}, "use_rslora": False}
    (tmp_path / "adapter_config.json").write_text(json.dumps(config))
    assert change(path) == pytest.approx(2.0)
    other = tmp_path / "other.safetensors"
    save_file(factors("base_model.model.q"), other)
    assert change(other) == pytest.approx(1.0)


@pytest.mark.parametrize("settings", [None, {"lora_alpha": "much"}, {"lora_alpha": float("nan")}])
def test_settings_that_cannot_be_read(tmp_path: Path, settings: object):
    path = with_header(tmp_path / "bad.safetensors", factors("q"), settings)
    with pytest.raises(ModelError, match=r"bad\.safetensors has settings of a LoRA that cannot be"):
        change(path)


def test_a_bias_of_peft_is_scaled_as_the_weight_is(tmp_path: Path):
    """PEFT adds (B A x + b) alpha / rank; `diff_b` is added as it is."""
    network, path = block(), tmp_path / "b.safetensors"
    before = {name: network.get_parameter(f"{name}.bias").clone() for name in "qk"}
    tensors = {**factors("q"), "q.lora_B.bias": torch.ones(32), "k.diff_b": torch.ones(32)}
    save_file({**tensors, "q.alpha": torch.tensor(8.0)}, path)
    (report,) = MergedLoras([LoraTarget(network=network)]).use([LoraChoice(path=path)])
    assert (report.placed, report.total) == (5, 5)
    assert torch.allclose(network.get_parameter("q.bias"), before["q"] + 2)
    assert torch.allclose(network.get_parameter("k.bias"), before["k"] + 1)


def test_what_is_for_a_second_network_has_no_place_in_a_model_of_one(tmp_path: Path):
    path = tmp_path / "both.safetensors"
    save_file({**factors("transformer.q"), **factors("transformer_2.q")}, path)
    assert change(path) == pytest.approx(1.0)
    (report,) = MergedLoras([LoraTarget(network=block())]).use([LoraChoice(path=path)])
    assert report.unplaced == ("transformer_2.q.lora_A.weight", "transformer_2.q.lora_B.weight")


@pytest.mark.parametrize("name", ["both", "both_low_noise"])
def test_a_file_of_two_networks_changes_each_by_its_own_keys(tmp_path: Path, name: str):
    """transformer.q is for high noise and transformer_2.q for low noise, whatever the file is
    called; k is that of one of them."""
    path = tmp_path / f"{name}.safetensors"
    low_keys = {key: 2 * value for key, value in factors("transformer_2.q").items()}
    save_file({**factors("transformer.q"), **factors("transformer.k"), **low_keys}, path)
    networks = {"high": block(), "low": block()}
    before = block()
    targets = [LoraTarget(network=networks[part], part=part) for part in ("high", "low")]
    (report,) = MergedLoras(targets).use([LoraChoice(path=path)])
    assert report.unplaced == ()
    down, up = factors("").values()
    for part, layer, scale in (
        ("high", "q", 1),
        ("high", "k", 1),
        ("low", "q", 4),
        ("low", "k", 0),
    ):
        weight = f"{layer}.weight"
        changed = networks[part].get_parameter(weight) - before.get_parameter(weight)
        assert torch.allclose(changed, scale * (up @ down), atol=1e-5), (part, layer)


def test_without_memory_for_changed_weights_the_change_is_computed_beside_them(tmp_path: Path):
    """The weights of both linear layers are 4096 bytes, what else changes 64."""
    network, merged, path = block(), block(), tmp_path / "style.safetensors"
    tensors = {**factors("q"), "q.alpha": torch.tensor(8.0), "k.diff": torch.ones(32, 16)}
    save_file({**tensors, "norm.diff": torch.ones(16)}, path)
    before = {name: each.clone() for name, each in network.state_dict().items()}
    x = torch.randn(3, 16)
    plain = network["q"](x)
    loras = MergedLoras([LoraTarget(network=network)], free=lambda: 4000.0)
    (report,) = loras.use([LoraChoice(path=path, weight=0.5)])
    assert "computed beside the weights, as there is little memory" in str(report)
    (other,) = MergedLoras([LoraTarget(network=merged)], free=lambda: 5000.0).use(
        [LoraChoice(path=path, weight=0.5)]
    )
    assert "beside" not in str(other)
    assert report.largest_change == pytest.approx(other.largest_change, rel=1e-5)
    assert torch.equal(network.get_parameter("q.weight"), before["q.weight"])
    assert not torch.equal(merged.get_parameter("q.weight"), before["q.weight"])
    for name in ("q", "k", "norm"):  # a whole difference takes as much memory as a weight
        assert torch.allclose(network[name](x), merged[name](x), atol=1e-5), name
    assert not torch.allclose(network["q"](x), plain, atol=0.1)
    loras.use([])
    assert torch.equal(network["q"](x), plain)
    for name, tensor in network.state_dict().items():
        assert torch.equal(tensor, before[name]), name


def test_pinned_weights_change_in_their_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """So that a GPU goes on copying them from there, and nothing more is pinned."""
    monkeypatch.setattr(Tensor, "is_pinned", lambda *_: True)
    network, path = block(), tmp_path / "a.safetensors"
    save_file(factors("q"), path)
    weight = network.get_parameter("q.weight")
    place, before = weight.data_ptr(), weight.clone()
    loras = MergedLoras([LoraTarget(network=network)])
    loras.use([LoraChoice(path=path)])
    down, up = factors("").values()
    assert torch.allclose(weight, before + up @ down, atol=1e-6)
    loras.use([])
    assert torch.equal(weight, before)
    assert weight.data_ptr() == place
