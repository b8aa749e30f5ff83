"""Weights in few bits: GGUF files, float8 files as ComfyUI has them, and rounding by torchao."""

from __future__ import annotations

from pathlib import Path

import gguf
import numpy as np
import pytest
import torch
from gguf import GGMLQuantizationType
from safetensors.torch import load_file, save_file
from torch import Tensor

from gguf_files import blocks, gguf_text_name, to_gguf
from relative_error import relative_error
from sorairo.errors import ModelError, UnknownNameError
from sorairo.generation.engine import Engine, load
from sorairo.models.lora.choices import LoraChoice
from sorairo.models.lora.merging import MergedLoras
from sorairo.nn import ggml
from sorairo.nn.packed import PackedEmbedding, PackedLinear
from sorairo.nn.placement import bytes_of
from sorairo.nn.rounding import is_rounded
from tiny_wan import write_wan

TRANSFORMER = "diffusion_models/wan.safetensors"
TEXT = "text_encoders/umt5.safetensors"
OPTIONS = {"seconds": 1 / 16, "steps": 1, "width": 64, "height": 64}


@pytest.mark.parametrize("kind", ggml.FORMATS)
def test_formats_against_gguf(kind: str):
    data = blocks(kind, 3, 512)
    wanted = gguf.dequantize(data, GGMLQuantizationType[kind])
    assert wanted.shape == (3, 512)
    assert np.array_equal(ggml.unpacked(kind, torch.from_numpy(data)).numpy(), wanted)


@pytest.fixture(scope="module")
def engines(tmp_path_factory: pytest.TempPathFactory) -> tuple[Engine, Engine]:
    """A model of GGUF files, and one with the same numbers in full."""
    root = tmp_path_factory.mktemp("gguf")
    full, quantised = (write_wan(root / each, "wan2.1-1.3b", "comfyui") for each in "ab")
    found = to_gguf(load_file(full / TRANSFORMER), (quantised / TRANSFORMER).with_suffix(".gguf"))
    save_file(found, full / TRANSFORMER)
    text = load_file(full / TEXT)
    del text["scaled_fp8"]
    names = {name: gguf_text_name(name) for name in text}
    named = {names[name]: tensor for name, tensor in text.items()}
    found = to_gguf(named, (quantised / TEXT).with_suffix(".gguf"))
    save_file({name: found[names[name]] for name in text}, full / TEXT)
    (quantised / TRANSFORMER).unlink()
    (quantised / TEXT).unlink()
    return load(quantised, device="cpu"), load(full, device="cpu")


def test_gguf_files_give_the_clip_of_their_numbers(engines: tuple[Engine, Engine]):
    quantised, full = engines
    (expert,) = quantised.model.denoiser.experts
    kinds = {each.kind for each in expert.modules() if isinstance(each, PackedLinear)}
    assert kinds == {"Q8_0", "Q4_K"}
    assert isinstance(quantised.model.text.network.shared, PackedEmbedding)
    assert bytes_of(expert.blocks) < 0.6 * bytes_of(full.model.denoiser.experts[0].blocks)
    made, wanted = (each.generate("a red ball", **OPTIONS) for each in engines)
    assert np.array_equal(made.frames, wanted.frames)


def test_a_lora_beside_packed_weights(engines: tuple[Engine, Engine], tmp_path: Path):
    """The same velocity as with the weights that it is merged into, up to rounding; and back."""
    torch.manual_seed(1)
    stems = [f"diffusion_model.blocks.0.{each}" for each in ("self_attn.q", "cross_attn.k")]
    tensors = {f"{stem}.lora_down.weight": torch.randn(4, 128) / 8 for stem in stems}
    tensors |= {f"{stem}.lora_up.weight": torch.randn(128, 4) / 8 for stem in stems}
    tensors[f"{stems[0]}.diff_b"] = torch.ones(128)
    save_file(tensors, tmp_path / "style.safetensors")
    choice = LoraChoice(path=tmp_path / "style.safetensors", weight=0.5)
    x = torch.randn(1, 6, 128)
    layers = [each.model.denoiser.experts[0].blocks[0].float() for each in engines]
    before = [layer.self_attn.q(x) for layer in layers]
    loras = [MergedLoras(each.model.lora_targets()) for each in engines]
    (report,), (merged,) = (each.use([choice]) for each in loras)
    assert (report.placed, report.total) == (5, 5)
    assert report.largest_change == pytest.approx(merged.largest_change, rel=1e-2)
    for name in ("self_attn", "cross_attn"):
        for part in "qk":
            found, wanted = (getattr(getattr(layer, name), part)(x) for layer in layers)
            assert relative_error(found, wanted) < 1e-2
    assert relative_error(layers[0].self_attn.q(x), before[0]) > 0.1
    for each in loras:
        each.use([])
    assert torch.equal(layers[0].self_attn.q(x), before[0])


def test_scaled_float8_files(tmp_path: Path):
    """As ComfyUI has them: float8 weights, each with a scale, which is 1 where there is none."""
    full, quantised = (write_wan(tmp_path / each, "wan2.1-1.3b", "comfyui") for each in "ab")
    tensors = load_file(full / TRANSFORMER)
    small: dict[str, Tensor] = {"scaled_fp8": torch.zeros(2, dtype=torch.float8_e4m3fn)}
    for name, tensor in tensors.items():
        small[name] = tensor
        if (".blocks." in name and tensor.ndim == 2) or "patch_embedding.weight" in name:
            scale = torch.tensor(1.0 if "attn" in name else 0.25)
            small[name] = (tensor / scale).to(torch.float8_e4m3fn)
            tensors[name] = small[name].float() * scale
            if "attn" not in name:
                small[name.removesuffix("weight") + "scale_weight"] = scale
    save_file(tensors, full / TRANSFORMER)
    save_file(small, quantised / TRANSFORMER)
    engines = [load(each, device="cpu") for each in (quantised, full)]
    assert isinstance(engines[0].model.denoiser.experts[0].blocks[0].ffn[0], PackedLinear)
    made, wanted = (each.generate("a red ball", **OPTIONS) for each in engines)
    assert np.array_equal(made.frames, wanted.frames)


@pytest.mark.parametrize("rounding", ["int8", "fp8"])
def test_rounding_when_a_model_is_loaded(tmp_path: Path, rounding: str):
    folder = write_wan(tmp_path / "wan", "wan2.1-1.3b")
    plain, rounded = (load(folder, device="cpu", weights=each) for each in (None, rounding))
    resting = load(folder, device="cpu", weights=rounding, offload=True)
    weights = [each.model.denoiser.experts[0].blocks[1].ffn[0].weight for each in (plain, rounded)]
    assert is_rounded(weights[1])
    error = relative_error(weights[1].dequantize(), weights[0])
    assert 0 < error < (0.02 if rounding == "int8" else 0.05)
    clips = [each.generate("a red ball", **OPTIONS) for each in (rounded, resting)]
    assert np.array_equal(clips[0].frames, clips[1].frames)


def test_rounding_of_the_text_encoder(tmp_path: Path):
    """Its features stay close to those of the weights as they are stored, whether its blocks rest
    in host memory or not; it is rounded only where that is asked for, and to int8."""
    folder = write_wan(tmp_path / "wan", "wan2.1-1.3b")
    names = (None, "int8", "int8+text", "fp8+text")
    engines = [load(folder, device="cpu", weights=each) for each in names]
    engines.append(load(folder, device="cpu", weights="int8+text", offload=True))
    plain, rounded = engines[0], engines[2]
    found = [each.model.text.encode(["a red ball drops"])[0].float() for each in engines]
    assert torch.equal(found[0], found[1])
    assert torch.equal(found[2], found[3])
    assert torch.equal(found[2], found[4])
    assert 0 < relative_error(found[2], found[0]) < 0.06
    sizes = [bytes_of(each.model.text.network.encoder.block) for each in (plain, rounded)]
    assert sizes[1] < 0.65 * sizes[0]


def test_what_is_refused(tmp_path: Path):
    folder = write_wan(tmp_path / "wan", "wan2.1-1.3b", "comfyui")
    with pytest.raises(UnknownNameError, match="int8"):
        load(folder, device="cpu", weights="int4")
    path = (folder / TRANSFORMER).with_suffix(".gguf")
    to_gguf({"patch_embedding.weight": torch.ones(8, 32)}, path)
    path.write_bytes(path.read_bytes()[:40])
    with pytest.raises(ModelError, match="not a GGUF file, or only its beginning"):
        load(folder, device="cpu")
