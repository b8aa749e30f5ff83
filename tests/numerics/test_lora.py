"""LoRAs of every naming, merged into a model and taken back."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from sorairo.errors import ModelError
from sorairo.models.lora.choices import LoraChoice
from sorairo.models.lora.merging import MergedLoras
from sorairo.models.lora.places import part_of
from sorairo.models.wan.files.layouts import from_ours, into_ours
from wan_loras import (
    CONFIG,
    MODULES,
    RANK,
    factors,
    network,
    original,
    peft,
    target,
    underscored,
    write,
)


@pytest.mark.parametrize("naming", [original, peft, underscored])
def test_a_lora_changes_what_its_factors_say(tmp_path: Path, naming):
    """Against the product of the factors, added in the layout of files; and back, bit for bit."""
    transformer = network()
    before = {k: v.clone() for k, v in transformer.state_dict().items()}
    path = write(tmp_path / "style.safetensors", transformer, naming)
    loras = MergedLoras([target(transformer)])
    (report,) = loras.use([LoraChoice(path=path, weight=0.5)])
    largest = 0.0
    for name, (down, up) in factors(transformer).items():
        stored = from_ours(f"{name}.weight", before[f"{name}.weight"], CONFIG)
        delta = 0.5 * 2.0 * (up @ down)
        expected = into_ours(f"{name}.weight", stored + delta, CONFIG)
        assert torch.allclose(transformer.get_submodule(name).weight, expected, atol=1e-6)
        largest = max(largest, float(delta.norm() / stored.norm()))
    assert (report.placed, report.total) == (3 * len(MODULES), 3 * len(MODULES))
    assert report.largest_change == pytest.approx(largest, rel=1e-4)
    assert str(report).startswith(
        f"style.safetensors: 18 of 18 keys, largest change {largest:.1%}"[:-1]
    )
    loras.use([])
    for name, tensor in transformer.state_dict().items():
        assert torch.equal(tensor, before[name]), name


def test_several_loras_with_weights_are_added(tmp_path: Path):
    """In any order, and half a LoRA twice is the whole."""
    half, whole = network(), network()
    path = write(tmp_path / "a.safetensors", half, original)
    other = write(tmp_path / "b.safetensors", half, peft)
    MergedLoras([target(half)]).use(
        [LoraChoice(path=path, weight=0.5), LoraChoice(path=other, weight=0.5)]
    )
    MergedLoras([target(whole)]).use([LoraChoice(path=path)])
    for name, tensor in half.state_dict().items():
        assert torch.allclose(tensor, whole.state_dict()[name], atol=1e-6), name


def test_differences_and_biases(tmp_path: Path):
    """`.diff` and `.diff_b` of the files that change whole tensors."""
    transformer = network()
    before = {k: v.clone() for k, v in transformer.state_dict().items()}
    norm = torch.full((CONFIG.dim,), 0.25)
    table = torch.full((1, 6, CONFIG.dim), 0.5)
    tensors = {
        "diffusion_model.blocks.0.norm3.diff": norm,
        "diffusion_model.blocks.0.norm3.diff_b": 2 * norm,
        "diffusion_model.blocks.1.modulation.diff": table,
    }
    save_file(tensors, tmp_path / "whole.safetensors")
    (report,) = MergedLoras([target(transformer)]).use(
        [LoraChoice(path=tmp_path / "whole.safetensors")]
    )
    assert (report.placed, report.total) == (3, 3)
    now = transformer.state_dict()
    for name, change in (("norm3.weight", 0.25), ("norm3.bias", 0.5)):
        assert torch.allclose(now[f"blocks.0.{name}"], before[f"blocks.0.{name}"] + change)
    assert torch.allclose(now["blocks.1.modulation"], before["blocks.1.modulation"] + 0.5)


@pytest.mark.parametrize("start", ["diffusion_model.blocks.1", "lora_unet_blocks_1"])
def test_tables_as_lightx2v_names_their_changes(tmp_path: Path, start: str):
    """`NAME.diff_m` is a change of `NAME.modulation`."""
    transformer = network()
    before = transformer.blocks[1].modulation.detach().clone()
    save_file({f"{start}.diff_m": torch.full((1, 6, CONFIG.dim), 0.5)}, tmp_path / "m.safetensors")
    loras = MergedLoras([target(transformer)])
    (report,) = loras.use([LoraChoice(path=tmp_path / "m.safetensors", weight=2.0)])
    assert (report.placed, report.unplaced) == (1, ())
    assert torch.allclose(transformer.blocks[1].modulation, before + 1.0)
    loras.use([])
    assert torch.equal(transformer.blocks[1].modulation, before)


def test_keys_without_a_place_are_named(tmp_path: Path):
    """Such as those of the image encoder of Wan 2.1 in a model of 2.2."""
    transformer = network()
    stem = "diffusion_model.blocks.0.cross_attn.k_img"
    more = {
        f"{stem}.lora_down.weight": torch.ones(3, 8),
        f"{stem}.lora_up.weight": torch.ones(8, 3),
    }
    path = write(tmp_path / "image.safetensors", transformer, original, **more)
    (report,) = MergedLoras([target(transformer)]).use([LoraChoice(path=path)])
    assert (report.placed, report.total) == (18, 20)
    assert f"without a place: {stem}.lora_down.weight" in str(report)


def test_single_keys_of_another_shape_are_left_out_and_named(tmp_path: Path):
    """Such as those of the first layer of Wan 2.1 image-to-video in a model for text; a bias and
    a weight of the same module are told apart."""
    transformer, plain = network(), network()
    query = "diffusion_model.blocks.0.self_attn.q"
    norm = "diffusion_model.blocks.0.norm3"
    more = {
        f"{query}.lora_up.weight": torch.ones(64, RANK),
        f"{norm}.diff": torch.ones(CONFIG.dim),
        f"{norm}.diff_b": torch.ones(5),
    }
    whole = write(tmp_path / "whole.safetensors", transformer, original)
    path = tmp_path / "some.safetensors"
    save_file({**load_file(whole), **more}, path)
    before = {k: v.clone() for k, v in transformer.state_dict().items()}
    loras = MergedLoras([target(transformer)])
    (report,) = loras.use([LoraChoice(path=path)])
    query_keys = {f"{query}.{end}" for end in ("alpha", "lora_down.weight", "lora_up.weight")}
    assert set(report.misfitting) == {*query_keys, f"{norm}.diff_b"}
    assert (report.placed, report.total, report.unplaced) == (16, 20, ())
    assert "of another shape, left out: " in str(report)
    MergedLoras([target(plain)]).use([LoraChoice(path=whole)])
    expected = plain.state_dict()
    expected["blocks.0.self_attn.q.weight"] = before["blocks.0.self_attn.q.weight"]
    expected["blocks.0.norm3.weight"] = before["blocks.0.norm3.weight"] + 1
    for name, tensor in transformer.state_dict().items():
        assert torch.allclose(tensor, expected[name]), name
    loras.use([])
    for name, tensor in transformer.state_dict().items():
        assert torch.equal(tensor, before[name]), name


def test_two_experts_take_the_files_that_are_named_for_them(tmp_path: Path):
    high, low = network(), network()
    first = high.blocks[0].self_attn.q.weight.clone()
    path = write(tmp_path / "wan_high_noise.safetensors", high, original)
    assert part_of(path) == "high"
    for name in ("slow_motion", "yellow_glow", "Highlands", "flow", "high_and_low"):
        assert part_of(Path(f"{name}.safetensors")) == "", name
    for name in ("T2V_LOW_fp16", "Wan22LowNoise-v1", "high-res.low-noise", "4steps_low"):
        assert part_of(Path(f"{name}.safetensors")) == "low", name
    loras = MergedLoras([target(high, part="high"), target(low, part="low")])
    loras.use([LoraChoice(path=path)])
    assert not torch.equal(high.blocks[0].self_attn.q.weight, first)
    assert torch.equal(low.blocks[0].self_attn.q.weight, first)


@pytest.mark.parametrize(
    "wrong",
    ["another model", "nothing fits", "half", "no lora", "cut", "other ranks", "many alphas"],
)
def test_a_file_that_does_not_fit_changes_nothing(tmp_path: Path, wrong: str):
    transformer = network()
    good = write(tmp_path / "good.safetensors", transformer, original)
    path, tensors = tmp_path / "bad.safetensors", load_file(good)
    if wrong == "another model":  # which has the biases of the head in common with this one
        wider = {k: torch.ones(64, RANK) for k in tensors if k.endswith("up.weight")}
        bias = {"diffusion_model.head.head.diff_b": transformer.head.head.bias.detach().clone()}
        save_file({**tensors, **wider, **bias}, path)
    elif wrong == "nothing fits":
        key = "diffusion_model.blocks.0.self_attn.q"
        down = {f"{key}.lora_down.weight": torch.ones(RANK, 5)}
        save_file({**down, f"{key}.lora_up.weight": torch.ones(64, RANK)}, path)
    elif wrong == "half":
        del tensors["diffusion_model.blocks.0.self_attn.q.lora_up.weight"]
        save_file(tensors, path)
    elif wrong == "other ranks":
        key = "diffusion_model.blocks.0.self_attn.q.lora_up.weight"
        save_file({**tensors, key: tensors[key][:, :-1].contiguous()}, path)
    elif wrong == "many alphas":
        save_file({**tensors, "diffusion_model.blocks.0.self_attn.q.alpha": torch.ones(2)}, path)
    elif wrong == "no lora":
        save_file({"encoder.weight": torch.ones(3)}, path)
    else:
        path.write_bytes(good.read_bytes()[:1000])
    before = {k: v.clone() for k, v in transformer.state_dict().items()}
    loras = MergedLoras([target(transformer)])
    with pytest.raises(ModelError, match=r"bad\.safetensors"):
        loras.use([LoraChoice(path=path)])
    for name, tensor in transformer.state_dict().items():
        assert torch.equal(tensor, before[name]), name
