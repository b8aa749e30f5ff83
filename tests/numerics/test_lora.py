"""LoRAs of every naming, merged into a model and taken back."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from click.testing import CliRunner
from safetensors.torch import load_file, save_file
from torch import Tensor

from random_weights import randomise
from second_model import SecondModel
from sorairo.cli.main import app
from sorairo.errors import ModelError, UnknownNameError
from sorairo.generation.engine import Engine, load
from sorairo.generation.requests.metadata import read_comment
from sorairo.generation.settings import Settings
from sorairo.models.lora.choices import LoraChoice, find_lora
from sorairo.models.lora.fast import fast_lora
from sorairo.models.lora.merging import MergedLoras, part_of
from sorairo.models.lora.targets import LoraTarget
from sorairo.models.transformer import Transformer
from sorairo.models.wan.files.layouts import from_ours, into_ours
from sorairo.models.wan.files.transformer_names import renamer
from sorairo.models.wan.variants import variant_named
from sorairo.server.api.errors import ApiError
from sorairo.server.api.fields.compound import Loras
from sorairo.video import Clip
from tiny_wan import transformer_config, write_wan

RANK = 3
MODULES = (
    *("blocks.0.self_attn.q", "blocks.1.self_attn.k", "blocks.0.cross_attn.o", "blocks.2.ffn.0"),
    *("head.head", "time_projection.1"),
)
CONFIG = transformer_config(variant_named("wan2.1-1.3b"))


def network(seed: int = 0) -> Transformer:
    return randomise(Transformer(CONFIG), seed)


def target(transformer: Transformer, **options) -> LoraTarget:
    return LoraTarget(
        network=transformer,
        namings=(renamer("original", "ours"), renamer("diffusers", "ours")),
        file_names=(renamer("ours", "original"), renamer("ours", "diffusers")),
        into_network=lambda name, tensor: into_ours(name, tensor, CONFIG),
        **options,
    )


def factors(transformer: Transformer) -> dict[str, tuple[Tensor, Tensor]]:
    """Random factors of each module, in the layout of files."""
    torch.manual_seed(5)
    shapes = {name: transformer.get_submodule(name).weight.shape for name in MODULES}
    return {
        name: (torch.randn(RANK, columns) / 20, torch.randn(rows, RANK) / 20)
        for name, (rows, columns) in shapes.items()
    }


def original(name: str) -> tuple[str, str, str]:
    stem = f"diffusion_model.{renamer('ours', 'original')(name)}"
    return f"{stem}.lora_down.weight", f"{stem}.lora_up.weight", f"{stem}.alpha"


def peft(name: str) -> tuple[str, str, str]:
    stem = f"transformer.{renamer('ours', 'diffusers')(name)}"
    return f"{stem}.lora_A.default.weight", f"{stem}.lora_B.default.weight", f"{stem}.alpha"


def underscored(name: str) -> tuple[str, str, str]:
    stem = f"lora_unet_{renamer('ours', 'original')(name)}".replace(".", "_")
    return f"{stem}.lora_down.weight", f"{stem}.lora_up.weight", f"{stem}.alpha"


def write(
    path: Path, transformer: Transformer, naming: Callable[[str], tuple[str, str, str]], **more
) -> Path:
    """A file with an alpha of twice the rank."""
    tensors = {}
    for name, (down, up) in factors(transformer).items():
        keys = naming(name)
        tensors |= dict(zip(keys, (down, up, torch.tensor(2.0 * RANK)), strict=True))
    save_file({**tensors, **more}, path)
    return path


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
    "wrong", ["another model", "half", "no lora", "cut", "other ranks", "many alphas"]
)
def test_a_file_that_does_not_fit_changes_nothing(tmp_path: Path, wrong: str):
    transformer = network()
    good = write(tmp_path / "good.safetensors", transformer, original)
    path, tensors = tmp_path / "bad.safetensors", load_file(good)
    if wrong == "another model":
        key = "diffusion_model.blocks.0.self_attn.q.lora_up.weight"
        save_file({**tensors, key: torch.ones(64, RANK)}, path)
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
