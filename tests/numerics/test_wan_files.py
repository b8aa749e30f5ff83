"""Folders of open weights: three layouts with the same content, and what is refused."""

from __future__ import annotations

import json
import struct
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer

from random_weights import randomise
from sorairo.cli.prompt_warnings import prompt_warnings
from sorairo.errors import ModelError
from sorairo.models import hub
from sorairo.models.transformer import Transformer
from sorairo.models.wan.codec.config import CODEC_21, CODEC_22, WanCodecConfig
from sorairo.models.wan.codec.names import codec_names
from sorairo.models.wan.codec.network import WanCodec
from sorairo.models.wan.codec.tiles import tiles_of
from sorairo.models.wan.files.folder import read_folder
from sorairo.models.wan.files.layouts import from_ours, into_ours
from sorairo.models.wan.files.loading import load_codec, load_transformer
from sorairo.models.wan.files.tensor_files import read_header
from sorairo.models.wan.files.transformer_names import COLUMN, renamer
from sorairo.models.wan.text.loading import load_text
from sorairo.models.wan.text.names import original_name, text_name
from sorairo.models.wan.variants import VARIANTS, variant_named
from tiny_wan import text_tensors, transformer_config, write_wan

LAYOUTS = ["diffusers", "original", "comfyui"]
FILE = "diffusion_pytorch_model.safetensors"
TRANSFORMER = f"transformer/{FILE}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_wan(tmp_path / "model", "wan2.1-1.3b")


@pytest.mark.parametrize("name", ["wan2.2-14b", "wan2.1-vace-1.3b"])
def test_layouts_have_the_same_networks(tmp_path: Path, name: str):
    folders = [read_folder(write_wan(tmp_path / each, name, each)) for each in LAYOUTS]
    assert {each.variant.name for each in folders} == {name}
    experts = [
        [load_transformer(files, each.variant, torch.float32) for files in each.transformers]
        for each in folders
    ]
    codecs = [load_codec(each.codec, torch.float32) for each in folders]
    for own, same in (
        (a, b) for other in experts[1:] for a, b in zip(experts[0], other, strict=True)
    ):
        for (key, tensor), again in zip(
            own.state_dict().items(), same.state_dict().values(), strict=True
        ):
            assert torch.equal(tensor, again), key
    for codec in codecs[1:]:
        pairs = zip(codecs[0].state_dict().values(), codec.state_dict().values(), strict=True)
        assert all(torch.equal(*pair) for pair in pairs)


@pytest.mark.parametrize("variant", VARIANTS, ids=lambda each: each.name)
def test_names_and_layouts_go_there_and_back(variant):
    network = randomise(Transformer(transformer_config(variant)))
    for name, tensor in network.state_dict().items():
        stored = from_ours(name, tensor, network.config)
        assert torch.equal(into_ours(name, stored, network.config), tensor), name
    for source in COLUMN:
        for target in COLUMN:
            there, back = renamer(source, target), renamer(target, source)
            names = [str(renamer("ours", source)(name)) for name in network.state_dict()]
            assert [back(str(there(name))) for name in names] == names


@pytest.mark.parametrize("config", [CODEC_21, CODEC_22], ids=["2.1", "2.2"])
def test_names_of_the_codecs(config):
    rows = codec_names(config)
    with torch.device("meta"):
        network = WanCodec(config)
    assert sorted(row[0] for row in rows) == sorted(network.state_dict())
    assert all(len({row[column] for row in rows}) == len(rows) for column in range(3))
    parameters = {"2.1": 126_892_531, "2.2": 704_688_668}["2.2" if config.residual else "2.1"]
    assert sum(each.numel() for each in network.parameters()) == parameters


def test_names_of_the_text_encoder():
    tensors, _ = text_tensors()
    assert {text_name(original_name(name)) for name in tensors} == set(tensors)
    assert all(original_name(name) != name for name in tensors)


SIZES = {
    "wan2.1-1.3b": 1_418_996_800,
    "wan2.1-14b": 14_288_491_584,
    "wan2.2-5b": 4_999_787_712,
    "wan2.2-i2v-14b": 14_288_901_184,
    "wan2.1-vace-1.3b": 2_153_972_032,
    "wan2.1-vace-14b": 17_337_592_896,
}


@pytest.mark.parametrize("name", SIZES)
def test_parameters_of_the_real_transformers(name: str):
    """The numbers of the published models (facts of their own files)."""
    variant = variant_named(name)
    ffn, heads, layers = {
        1536: (8960, 12, 30),
        3072: (14336, 24, 30),
        5120: (13824, 40, 40),
    }[variant.width]
    control = variant.enters == "control branch"
    every = 2 if variant.width == 1536 else 5
    config = replace(
        transformer_config(variant),
        dim=variant.width,
        ffn_dim=ffn,
        heads=heads,
        layers=layers,
        text_dim=4096,
        control_blocks=tuple(range(0, layers, every)) if control else (),
    )
    with torch.device("meta"):
        network = Transformer(config)
    assert sum(each.numel() for each in network.parameters()) == SIZES[name]


def test_what_is_known_before_loading(folder: Path):
    found = hub.info(hub.find(str(folder)))
    assert found.family == "wan"
    assert found.facts.multiple == 16
    assert found.facts.sampling.steps == 50
    assert found.digest == hub.info(folder).digest
    tensors = load_file(folder / TRANSFORMER)
    tensors["proj_out.bias"] += 1
    save_file(tensors, folder / TRANSFORMER)
    assert hub.info(folder).digest != found.digest


def test_hidden_files_are_no_part_of_a_model(folder: Path):
    """Such as those that macOS leaves beside each file on a disk of another system."""
    digest = hub.info(folder).digest
    for path in [each for each in folder.rglob("*") if each.is_file()]:
        path.with_name(f"._{path.name}").write_bytes(b"\0\5\x16\7" + bytes(4092))
    assert hub.info(folder).digest == digest
    assert read_folder(folder).tokenizer.name == "tokenizer.json"


def test_a_tokenizer_that_was_saved_after_use_cuts_and_fills_no_text(folder: Path):
    """Of transformers, it has the length of the last call: fillings would be read as words."""
    path = folder / "tokenizer" / "tokenizer.json"
    own = load_text([folder / "text_encoder" / "model.safetensors"], path, torch.float32)
    prompts = ["a red ball", "a red ball drops " * 20]
    expected = [own.tokens(each) for each in prompts]
    saved = Tokenizer.from_file(str(path))
    saved.enable_padding(length=64)
    saved.enable_truncation(32)
    saved.save(str(path))
    again = load_text([folder / "text_encoder" / "model.safetensors"], path, torch.float32)
    assert [again.tokens(each) for each in prompts] == expected


def test_what_a_prompt_is_too_long_for_is_named(folder: Path):
    """The text encoder reads 511 tokens, of any language."""
    info = hub.info(folder)
    path = folder / "tokenizer" / "tokenizer.json"
    text = load_text([folder / "text_encoder" / "model.safetensors"], path, torch.float32)
    for word in ("red ", "落"):
        words = word * 511
        assert len(text.tokens(words)) == 512
        assert not any("too long" in each for each in prompt_warnings(words, info))
        assert text.tokens(f"{words}ball drops") == text.tokens(words)
        (said,) = (each for each in prompt_warnings(f"{words}ball drops", info) if "long" in each)
        assert said == 'Ignored (the prompt is too long for the model): "ball drops"'


def test_weights_stay_mapped_to_their_file(folder: Path):
    """A weight that is stored as it is computed with takes no memory of its own."""
    source = folder / TRANSFORMER
    save_file({k: v.bfloat16() for k, v in load_file(source).items()}, source)
    network = load_transformer([source], variant_named("wan2.1-1.3b"), torch.bfloat16)
    maps = Path("/proc/self/maps").read_text()
    assert str(source) in maps
    address = network.blocks[0].ffn[0].weight.data_ptr()  # type: ignore[index, union-attr]
    held = next(
        line
        for line in maps.splitlines()
        if int(line.split("-")[0], 16) <= address < int(line.split(" ")[0].split("-")[1], 16)
    )
    assert str(source) in held


@pytest.mark.parametrize(
    "changed",
    [
        {"dtype": ["F32"]},
        {"shape": [2, "3"]},
        {"shape": [-2, 3]},
        {"shape": None},
        {"data_offsets": [24]},
        {"data_offsets": [[], 24]},
    ],
    ids=str,
)
def test_a_header_of_other_values_is_refused(changed: dict[str, object], tmp_path: Path):
    entry = {"dtype": "F32", "shape": [2, 3], "data_offsets": [0, 24]}
    path = tmp_path / "a.safetensors"
    for given, fits in ((entry, True), ({**entry, **changed}, False)):
        text = json.dumps({"a": given}).encode()
        path.write_bytes(struct.pack("<Q", len(text)) + text + bytes(24))
        if fits:
            assert read_header(path)["a"].shape == (2, 3)
    with pytest.raises(ModelError, match="not a safetensors file"):
        read_header(path)


@pytest.mark.parametrize("config", [CODEC_21, CODEC_22], ids=["2.1", "2.2"])
@torch.inference_mode()
def test_tiles_leave_no_seam(config: WanCodecConfig):
    """The whole frame again, also when a clip is decoded in pieces."""
    small = replace(config, decoder_width=16, encoder_width=8)
    codec = randomise(WanCodec(small), scale=1.5)
    latents = torch.randn(1, config.latent_channels, 3, 12, 16)
    whole = codec.decode(latents)
    codec.most_pixels = 8 * 16 * config.law.space_factor**2
    assert len(tiles_of(12, 16, 8 * 16)) > 1
    state: dict = {}
    parts = [codec.decode(part, state) for part in latents.split([1, 2], dim=2)]
    torch.testing.assert_close(torch.cat(parts, dim=2), whole, atol=1e-5, rtol=0)
