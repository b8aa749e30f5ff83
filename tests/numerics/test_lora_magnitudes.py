"""LoRA files with lengths of rows or columns (DoRA), merged, beside the weights, and taken back."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from sorairo.errors import ModelError
from sorairo.models.lora.choices import LoraChoice
from sorairo.models.lora.merging import MergedLoras
from sorairo.models.wan.files.layouts import from_ours, into_ours
from wan_loras import CONFIG, MODULES, factors, network, original, peft, target, underscored, write

WEIGHT = 0.5
KINDS = {  # of a file: the names, the end of the key, and whether the lengths are of columns
    "peft": (peft, "lora_magnitude_vector.default.weight", False),
    "peft, another version": (peft, "lora_magnitude_vector", False),
    "lycoris, rows": (original, "dora_scale", False),
    "lycoris, columns": (underscored, "dora_scale", True),
}


def lengths_of(stored: Tensor, *, columns: bool) -> Tensor:
    """Some lengths, which differ from those of the weight."""
    found = stored.norm(dim=0 if columns else 1)
    return found * torch.linspace(0.5, 2.0, len(found))


def written(path: Path, kind: str) -> dict[str, Tensor]:
    """Writes a file, and returns each weight as it is to be with the whole LoRA, in the layout of
    files, from equation 5 of arXiv 2402.09353."""
    naming, end, columns = KINDS[kind]
    transformer, more, expected = network(), {}, {}
    for name, (down, up) in factors(transformer).items():
        weight = transformer.get_parameter(f"{name}.weight").detach()
        stored = from_ours(f"{name}.weight", weight, CONFIG)
        lengths = lengths_of(stored, columns=columns)
        turned = stored + 2.0 * (up @ down)
        axis = 0 if columns else 1
        expected[name] = lengths.unsqueeze(axis) * turned / turned.norm(dim=axis, keepdim=True)
        shaped = lengths if kind.startswith("peft") else lengths.unsqueeze(axis)
        stem = naming(name)[0].rpartition(".lora_")[0]
        more[f"{stem}.{end}"] = shaped.contiguous()
    write(path, transformer, naming, **more)
    return expected


@pytest.mark.parametrize("kind", KINDS)
def test_lengths_and_directions_are_those_of_the_file(tmp_path: Path, kind: str):
    path = tmp_path / "dora.safetensors"
    expected = written(path, kind)
    transformer = network()
    before = {name: each.clone() for name, each in transformer.state_dict().items()}
    loras = MergedLoras([target(transformer)])
    (report,) = loras.use([LoraChoice(path=path, weight=WEIGHT)])
    assert (report.placed, report.unplaced) == (4 * len(MODULES), ())
    for name, whole in expected.items():
        stored = from_ours(f"{name}.weight", before[f"{name}.weight"], CONFIG)
        mixed = into_ours(f"{name}.weight", stored + WEIGHT * (whole - stored), CONFIG)
        assert torch.allclose(transformer.get_parameter(f"{name}.weight"), mixed, atol=1e-6), name
    loras.use([])
    assert all(torch.equal(each, before[name]) for name, each in transformer.state_dict().items())


@pytest.mark.parametrize("kind", KINDS)
def test_beside_the_weights_it_is_the_same(tmp_path: Path, kind: str):
    """As where the host has no memory for changed weights."""
    path = tmp_path / "dora.safetensors"
    written(path, kind)
    merged, beside = network().requires_grad_(False), network().requires_grad_(False)
    MergedLoras([target(merged)]).use([LoraChoice(path=path)])
    MergedLoras([target(beside)], free=lambda: 0.0).use([LoraChoice(path=path)])
    for name in MODULES:
        one, other = merged.get_submodule(name), beside.get_submodule(name)
        assert isinstance(one, nn.Linear)
        x = torch.randn(2, one.in_features)
        assert torch.allclose(one(x), other(x), atol=1e-5), name


def test_lengths_that_do_not_fit_are_one_sentence(tmp_path: Path):
    path = tmp_path / "dora.safetensors"
    written(path, "peft")
    tensors = load_file(path)
    name = next(each for each in tensors if "magnitude" in each)
    stem = name.partition(".lora_magnitude")[0]
    wrong = {**tensors, name: torch.ones(5)}
    save_file({k: v for k, v in wrong.items() if k.startswith(f"{stem}.")}, path)
    with pytest.raises(ModelError, match="does not fit this model"):
        MergedLoras([target(network())]).use([LoraChoice(path=path)])
    save_file(wrong, path)
    (report,) = MergedLoras([target(network())]).use([LoraChoice(path=path)])
    assert set(report.misfitting) == {k for k in wrong if k.startswith(f"{stem}.")}
    save_file({k: v for k, v in tensors.items() if not k.startswith(f"{stem}.lora_A")}, path)
    with pytest.raises(ModelError, match="lacks a factor"):
        MergedLoras([target(network())]).use([LoraChoice(path=path)])
    save_file({name: tensors[name]}, path)
    with pytest.raises(ModelError, match="lacks a factor"):
        MergedLoras([target(network())]).use([LoraChoice(path=path)])
