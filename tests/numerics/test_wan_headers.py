"""What is known of a folder of open weights before any tensor is read: that all parts are there,
that their names and shapes fit, and that no configuration says otherwise."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from tokenizers import Tokenizer

from random_weights import randomise
from sorairo.errors import ModelError
from sorairo.models import hub
from sorairo.models.loading import load_model
from sorairo.models.sizing.placement import Placement
from sorairo.models.transformer import Transformer
from sorairo.models.wan.files.folder import read_folder
from sorairo.models.wan.files.tensor_source import TensorSource
from sorairo.models.wan.sampling import official_sigmas
from sorairo.models.wan.variants import variant_named
from tiny_wan import transformer_config, transformer_tensors, write_wan

FILE = "diffusion_pytorch_model.safetensors"
CPU = Placement(device=torch.device("cpu"))


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    root = tmp_path_factory.mktemp("models")
    pair = "wan2.2-14b"
    return {
        "one": write_wan(root / "one", "wan2.1-1.3b"),
        "pair": write_wan(root / "pair", pair),
        "original": write_wan(root / "original", pair, "original"),
        "comfyui": write_wan(root / "comfyui", pair, "comfyui"),
        "i2v": write_wan(root / "i2v", "wan2.2-i2v-14b", "comfyui"),
    }


@pytest.fixture
def spoiled(models: dict[str, Path], tmp_path: Path) -> Callable[[str], Path]:
    """A copy of a model."""
    return lambda name: shutil.copytree(models[name], tmp_path / name)


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of all tensors that are read."""
    names: list[str] = []
    original = TensorSource.read

    def read(self: TensorSource, name: str):
        names.append(name)
        return original(self, name)

    monkeypatch.setattr(TensorSource, "read", read)
    return names


def without(name: str) -> Callable[[dict], dict]:
    return lambda tensors: {key: each for key, each in tensors.items() if key != name}


def with_zeros(
    name: str, *shape: int, dtype: torch.dtype = torch.float32
) -> Callable[[dict], dict]:
    return lambda tensors: {**tensors, name: torch.zeros(shape, dtype=dtype)}


TENSORS = [
    (f"transformer/{FILE}", without("blocks.1.ffn.net.2.bias"), "lacks blocks.1.ffn.2.bias"),
    (f"transformer_2/{FILE}", without("proj_out.bias"), r"transformer_2.*lacks head.head.bias"),
    (f"transformer_2/{FILE}", with_zeros("proj_out.bias", 7), r"transformer_2.*\[7\], not \[64\]"),
    (f"transformer_2/{FILE}", with_zeros("more.bias", 7), "transformer_2.*has unknown more.bias"),
    (
        f"transformer_2/{FILE}",
        with_zeros("proj_out.bias", 64, dtype=torch.int8),
        "proj_out.bias is stored as I8: use files in bfloat16",
    ),
    (f"vae/{FILE}", without("quant_conv.bias"), "vae.*lacks quant_conv.bias"),
    (f"vae/{FILE}", with_zeros("quant_conv.bias", 3), r"quant_conv.bias is \[3\], not \[32\]"),
    (
        "text_encoder/model.safetensors",
        without("encoder.block.1.layer.0.SelfAttention.relative_attention_bias.weight"),
        "text_encoder.*lacks encoder.block.1.layer.0",
    ),
    (
        "text_encoder/model.safetensors",
        with_zeros("encoder.final_layer_norm.weight", 3),
        r"final_layer_norm.weight is \[3\], not \[32\]",
    ),
    ("text_encoder/model.safetensors", with_zeros("shared.weight", 9, 9, 9), "other shapes"),
]


@pytest.mark.parametrize(("file", "change", "said"), TENSORS, ids=[each[2] for each in TENSORS])
def test_tensors_that_do_not_fit_are_found_before_any_is_read(
    spoiled: Callable[[str], Path], reads: list[str], file: str, change: Callable, said: str
):
    folder = spoiled("pair")
    save_file(change(load_file(folder / file)), folder / file)
    with pytest.raises(ModelError, match=said) as caught:
        load_model(folder, CPU)
    assert reads == []
    assert "\n" not in str(caught.value)


TAKE_FEATURES = tuple(f"{each}.weight" for each in ("q", "k", "v", "wi_0", "wi_1"))


def narrow_text(folder: Path) -> None:
    """A text encoder of another width than the transformer takes."""
    file = folder / "text_encoder/model.safetensors"
    halves = {}
    for name, tensor in load_file(file).items():
        whole = [slice(None)] * tensor.ndim
        if name.startswith("shared") or "norm" in name or name.endswith(TAKE_FEATURES):
            whole[-1] = slice(16)
        elif name.endswith(("SelfAttention.o.weight", "wo.weight")):
            whole[0] = slice(16)
        halves[name] = tensor[tuple(whole)].contiguous()
    save_file(halves, file)


def larger_tokenizer(folder: Path) -> None:
    file = str(folder / "tokenizer/tokenizer.json")
    tokenizer = Tokenizer.from_file(file)
    tokenizer.add_tokens([f"word{i}" for i in range(50)])
    tokenizer.save(file)


def shorter_expert(folder: Path) -> None:
    file = folder / f"transformer_2/{FILE}"
    tensors = load_file(file)
    save_file({k: v for k, v in tensors.items() if not k.startswith("blocks.3.")}, file)


def narrow_expert(folder: Path) -> None:
    config = transformer_config(variant_named("wan2.2-i2v-14b"))
    network = randomise(Transformer(config))
    save_file(transformer_tensors(network, "diffusers"), folder / f"transformer_2/{FILE}")


TOGETHER = {
    narrow_text: "gives 16 features a token, but wan2.2-14b takes 32",
    larger_tokenizer: "is not the tokenizer of .*model.safetensors: it has",
    shorter_expert: "are of different sizes",
    narrow_expert: r"patch_embedding.weight is \[128, 36, 1, 2, 2\], not \[128, 16, 1, 2, 2\]",
}


@pytest.mark.parametrize("spoil", TOGETHER, ids=lambda each: each.__name__)
def test_parts_that_do_not_fit_together(
    spoiled: Callable[[str], Path], reads: list[str], spoil: Callable[[Path], None]
):
    folder = spoiled("pair")
    spoil(folder)
    with pytest.raises(ModelError, match=TOGETHER[spoil]):
        load_model(folder, CPU)
    assert reads == []


ONE_OF_TWO = [
    ("pair", "transformer_2", "that for low noise (transformer_2) is missing"),
    ("pair", "transformer", "that for high noise (transformer) is missing"),
    ("original", "low_noise_model", "that for low noise is missing"),
    ("original", "high_noise_model", "that for high noise is missing"),
    ("comfyui", "diffusion_models/wan_low_noise.safetensors", "that for low noise is missing"),
    ("comfyui", "diffusion_models/wan_high_noise.safetensors", "that for high noise is missing"),
    ("i2v", "diffusion_models/wan_low_noise.safetensors", "that for low noise is missing"),
]


@pytest.mark.parametrize(("model", "lost", "said"), ONE_OF_TWO)
def test_one_of_two_experts(spoiled: Callable[[str], Path], model: str, lost: str, said: str):
    folder = spoiled(model)
    place = folder / lost
    shutil.rmtree(place) if place.is_dir() else place.unlink()
    with pytest.raises(ModelError) as caught:
        hub.info(folder)
    assert "has one of two experts" in str(caught.value)
    assert said in str(caught.value)


def test_names_of_experts(spoiled: Callable[[str], Path]):
    """Names in use say which is which, in any order; a folder's own name says nothing."""
    folder = spoiled("comfyui").rename(spoiled("i2v").parent / "slow-low_noise-films")
    files = folder / "diffusion_models"
    high, low = files / "wan_high_noise.safetensors", files / "wan_low_noise.safetensors"

    def order(*names: str) -> list[str]:
        moved = [
            a.rename(files / f"{b}.safetensors") for a, b in zip((high, low), names, strict=True)
        ]
        try:
            return [each[0].stem for each in read_folder(folder).transformers]
        finally:
            for now, before in zip(moved, (high, low), strict=True):
                now.rename(before)

    for names in (
        ("Wan2.2-T2V-A14B-HighNoise-Q4", "Wan2.2-T2V-A14B-LowNoise-Q4"),
        ("z_high", "a_low"),
        ("z", "a-low-noise"),
        ("z_high_noise", "a"),
    ):
        assert order(*names) == list(names)
    with pytest.raises(ModelError, match="do not say which is the expert for high noise"):
        order("one", "two")
    with pytest.raises(ModelError, match="both for high noise, and lacks the expert for low noise"):
        order("high_noise_fp8", "high_noise_fp16")
    low.rename(folder / "elsewhere")
    high.rename(files / "highres.safetensors")
    assert read_folder(folder).variant.experts == 1, "16 channels, and no word of a pair"


def stated(**settings: object) -> Callable[[Path], None]:
    def change(file: Path) -> None:
        record = json.loads(file.read_text()) if file.is_file() else {}
        file.write_text(json.dumps({**record, **settings}))

    return change


CONFIGS = [
    ("model_index.json", stated(_class_name="LTXPipeline"), "is written for LTXPipeline"),
    (
        "transformer/config.json",
        stated(_class_name="CogVideoXTransformer3DModel"),
        "is written for CogVideoXTransformer3DModel",
    ),
    ("vae/config.json", stated(_class_name="AutoencoderKLLTXVideo"), "AutoencoderKLLTXVideo"),
    (
        "text_encoder/config.json",
        stated(architectures=["T5EncoderModel"]),
        "is written for T5EncoderModel",
    ),
    ("transformer/config.json", stated(eps=1e-5), "has eps = 1e-05, Wan 1e-06"),
    (
        "transformer/config.json",
        stated(attention_head_dim=64),
        "has attention_head_dim = 64, Wan 128",
    ),
    *(
        (file, lambda path: path.write_text('{"_class_name": "Wan'), "cannot be read as JSON")
        for file in ("model_index.json", "transformer/config.json", "vae/config.json")
    ),
    ("model_index.json", lambda path: path.write_bytes(b"\xff\xfe"), "cannot be read as JSON"),
    ("model_index.json", lambda path: path.write_text("[1]"), "has no settings"),
]


@pytest.mark.parametrize(
    ("file", "change", "said"), CONFIGS, ids=[f"{each[0]}: {each[2]}" for each in CONFIGS]
)
def test_configurations_of_other_architectures(
    spoiled: Callable[[str], Path], file: str, change: Callable[[Path], None], said: str
):
    folder = spoiled("one")
    change(folder / file)
    with pytest.raises(ModelError, match=said) as caught:
        hub.info(hub.find(str(folder)))
    assert "\n" not in str(caught.value)
    assert file in str(caught.value)


def test_a_folder_of_another_model(tmp_path: Path):
    """Its architecture is named, not what it lacks."""
    (tmp_path / "model_index.json").write_text(json.dumps({"_class_name": "HunyuanVideoPipeline"}))
    with pytest.raises(ModelError, match="HunyuanVideoPipeline, which is not Wan"):
        hub.info(hub.find(str(tmp_path)))


def test_other_values_of_configurations_are_not_taken(spoiled: Callable[[str], Path]):
    """The tiny folders state another shift, boundary, prediction and depth; here the scheduler's
    file is broken, and the class is that of a relative with the same tensors."""
    folder = spoiled("pair")
    assert json.loads((folder / "model_index.json").read_text())["boundary_ratio"] == 0.5
    (folder / "scheduler/scheduler_config.json").write_text('{"flow_shift": 3.0')
    stated(_class_name="WanDMDPipeline")(folder / "model_index.json")
    stated(_class_name="CausalWanTransformer3DModel")(folder / "transformer/config.json")
    model = load_model(folder, CPU)
    variant = variant_named("wan2.2-14b")
    assert (variant.shift, variant.boundary) == (12.0, 0.875)
    assert model.denoiser.boundary == 0.875  # type: ignore[attr-defined]
    sigmas = model.sampling.sigmas(4)
    torch.testing.assert_close(sigmas.double(), official_sigmas(4, 12.0).double())
    assert not torch.allclose(sigmas.double(), official_sigmas(4, 3.0).double())


def test_a_configuration_of_the_original(spoiled: Callable[[str], Path]):
    """It stands beside each expert; heads are counted, not measured."""
    folder = spoiled("original")
    record = {"_class_name": "WanModel", "dim": 5120, "num_heads": 40, "eps": 1e-06}
    config = folder / "high_noise_model/config.json"
    config.write_text(json.dumps({**record, "qk_norm": True, "patch_size": [1, 2, 2]}))
    assert read_folder(folder).variant.name == "wan2.2-14b"
    config.write_text(json.dumps({**record, "num_heads": 80}))
    with pytest.raises(ModelError, match="has attention_head_dim = 64, Wan 128"):
        read_folder(folder)
