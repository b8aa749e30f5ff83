"""Folders of open weights of each family of Wan, tiny and with random weights, in each layout."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import Tensor

from random_weights import randomise
from sorairo.models.protocols import PromptContext, TokenBatch
from sorairo.models.text import train_tokenizer
from sorairo.models.transformer import Transformer, TransformerConfig
from sorairo.models.wan.codec.config import WanCodecConfig
from sorairo.models.wan.codec.names import codec_names
from sorairo.models.wan.codec.network import WanCodec
from sorairo.models.wan.denoiser import WanDenoiser
from sorairo.models.wan.files.layouts import from_ours
from sorairo.models.wan.files.transformer_names import Naming, renamer
from sorairo.models.wan.text.encoder import END
from sorairo.models.wan.text.names import original_name
from sorairo.models.wan.variants import Variant, variant_named
from sorairo.video import Clip

GIVEN = ["wan2.2-5b", "wan2.2-i2v-14b", "wan2.1-vace-1.3b"]  # made for pictures or clips
ALL = ["wan2.1-1.3b", "wan2.2-14b", *GIVEN]
OPTIONS = {"width": 64, "height": 64, "steps": 1, "seed": 3}  # of quick clips
TEXT = {"d_model": 32, "d_kv": 16, "d_ff": 64, "num_layers": 2, "num_heads": 2}
COLUMN = {"original": 1, "diffusers": 2}


def transformer_config(variant: Variant) -> TransformerConfig:
    """The configuration of a variant's transformer, tiny."""
    control = variant.enters == "control branch"
    return TransformerConfig(
        latent_channels=variant.latent_channels,
        dim=128,
        ffn_dim=256,
        heads=1,
        layers=4,
        text_dim=TEXT["d_model"],
        rope_theta=10000.0,
        eps=1e-6,
        time_scale=1.0,
        given_channels=variant.in_channels - variant.latent_channels,
        control_channels=96 if control else 0,
        control_blocks=(0, 2) if control else (),
    )


def codec_config(variant: Variant) -> WanCodecConfig:
    """The configuration of a variant's codec, tiny."""
    if variant.latent_channels == 48:
        return WanCodecConfig(
            latent_channels=48, encoder_width=8, decoder_width=16, patch=2, residual=True
        )
    return WanCodecConfig(encoder_width=8, decoder_width=8)


def transformer_tensors(network: Transformer, naming: Naming) -> dict[str, Tensor]:
    """The parameters of a transformer as files have them."""
    rename = renamer("ours", naming)
    return {
        str(rename(name)): from_ours(name, tensor, network.config).contiguous()
        for name, tensor in network.state_dict().items()
    }


def codec_tensors(network: WanCodec, naming: Naming) -> dict[str, Tensor]:
    """The parameters of a codec as files have them."""
    tensors = network.state_dict()
    found = {}
    for row in codec_names(network.config):
        tensor, name = tensors[row[0]], row[COLUMN[naming]]
        if name.endswith("gamma"):
            tensor = (
                tensor.view(-1, 1, 1)
                if ".norm.gamma" in row[0] and "att" in row[0]
                else (tensor.view(-1, 1, 1, 1))
            )
        found[name] = tensor.contiguous()
    return found


def text_tensors(seed: int = 0) -> tuple[dict[str, Tensor], str]:
    """The parameters of a text encoder by transformers' names, and its tokenizer's file."""
    from transformers import UMT5Config, UMT5EncoderModel

    tokenizer = train_tokenizer(["a red ball drops", "一个红色的球落下"] * 50, 400)
    tokenizer.add_special_tokens([END])
    config = UMT5Config(
        vocab_size=tokenizer.get_vocab_size(), feed_forward_proj="gated-gelu", **TEXT
    )
    network = randomise(UMT5EncoderModel(config), seed)
    tensors = {k: v.clone() for k, v in network.state_dict().items() if "embed_tokens" not in k}
    return tensors, tokenizer.to_str()


def state_digest(path: Path) -> None:
    """Writes the digest of a file beside it, as `sha256sum` does."""
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    path.with_name(f"{path.name}.sha256").write_text(f"{digest}  {path.name}\n")


def write_wan(path: Path, name: str, layout: str = "diffusers", seed: int = 0) -> Path:
    """A folder of the variant of that name, in the layout `diffusers`, `original` or `comfyui`."""
    variant = variant_named(name)
    naming: Naming = "diffusers" if layout == "diffusers" else "original"
    experts = [
        transformer_tensors(randomise(Transformer(transformer_config(variant)), seed + i), naming)
        for i in range(variant.experts)
    ]
    codec = codec_tensors(randomise(WanCodec(codec_config(variant)), seed), naming)
    text, tokenizer = text_tensors(seed)
    writer = {"diffusers": _diffusers, "original": _original, "comfyui": _comfyui}[layout]
    files = writer(experts, codec, text)
    for file, content in files.items():
        (path / file).parent.mkdir(parents=True, exist_ok=True)
        if file.endswith(".pth"):
            torch.save(content, path / file)
            state_digest(path / file)
        else:
            save_file(content, path / file)
    place = {"diffusers": "tokenizer", "original": "google/umt5-xxl", "comfyui": "."}[layout]
    (path / place).mkdir(parents=True, exist_ok=True)
    (path / place / "tokenizer.json").write_text(tokenizer)
    if layout == "diffusers":
        _write_configs(path, variant)
    return path


def _write_configs(path: Path, variant: Variant) -> None:
    """What diffusers writes beside the weights, with values of its own: the boundary and the shift
    are not the official ones."""
    second = ["diffusers", "WanTransformer3DModel"] if variant.experts == 2 else [None, None]
    places = ("transformer", "transformer_2")[: variant.experts]
    network = {"eps": 1e-06, "attention_head_dim": 128, "patch_size": [1, 2, 2], "num_layers": 99}
    records = {
        "model_index.json": {"_class_name": "WanPipeline", "transformer_2": second},
        **{f"{each}/config.json": {"_class_name": "WanTransformer3DModel"} for each in places},
        "vae/config.json": {"_class_name": "AutoencoderKLWan"},
        "text_encoder/config.json": {"architectures": ["UMT5EncoderModel"]},
        "scheduler/scheduler_config.json": {"flow_shift": 3.0, "prediction_type": "epsilon"},
    }
    records["model_index.json"]["boundary_ratio"] = 0.5 if variant.experts == 2 else None
    for each in places:
        records[f"{each}/config.json"] |= network
    for file, record in records.items():
        (path / file).parent.mkdir(exist_ok=True)
        (path / file).write_text(json.dumps(record))


def _diffusers(experts, codec, text):
    file = "diffusion_pytorch_model.safetensors"
    names = ("transformer", "transformer_2")
    return {
        **{f"{place}/{file}": part for place, part in zip(names, experts, strict=False)},
        f"vae/{file}": codec,
        "text_encoder/model.safetensors": text,
    }


def _original(experts, codec, text):
    file = "diffusion_pytorch_model.safetensors"
    places = [""] if len(experts) == 1 else ["high_noise_model/", "low_noise_model/"]
    return {
        **{place + file: part for place, part in zip(places, experts, strict=True)},
        "Wan2.1_VAE.pth": codec,
        "models_t5_umt5-xxl-enc-bf16.pth": {original_name(k): v for k, v in text.items()},
    }


def _comfyui(experts, codec, text):
    noise = [""] if len(experts) == 1 else ["_high_noise", "_low_noise"]
    return {
        **{
            f"diffusion_models/wan{which}.safetensors": {
                f"model.diffusion_model.{k}": v for k, v in part.items()
            }
            for which, part in zip(noise, experts, strict=True)
        },
        "vae/wan_vae.safetensors": codec,
        "text_encoders/umt5.safetensors": {**text, "scaled_fp8": torch.zeros(2)},
    }


def film(frames: int, fps: float) -> Clip:
    """A clip of noise that changes."""
    pixels = np.random.default_rng(5).integers(0, 256, (frames, 64, 64, 3), np.uint8)
    return Clip(frames=pixels, fps=fps)


def record_velocities(monkeypatch: pytest.MonkeyPatch) -> list[TokenBatch]:
    """A list to which all batches are added that denoisers of Wan are given from now on."""
    batches: list[TokenBatch] = []
    original = WanDenoiser.velocity

    def velocity(self: WanDenoiser, batch: TokenBatch, context: PromptContext) -> Tensor:
        batches.append(batch)
        return original(self, batch, context)

    monkeypatch.setattr(WanDenoiser, "velocity", velocity)
    return batches
